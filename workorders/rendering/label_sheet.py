"""Places of labels on a sheet, and of symbol and text on a label. All lengths are millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from django.utils.translation import gettext

from workorders.rendering.svg_png import check_quiet_zone

MODULE = 0.25
"""The least side of a module: three dots of a printer with 300 dots an inch."""
_PAGE = range(1, 5081)  # 14,400 units of 1/72 inch (ISO 32000-1, annex C.2)
LINE = 2.8  # height of the line of any text: that of an id in one line
_MARGIN = 1.0  # between text and the edge of its label
LEADING = 1.2  # height of a line, in sizes of its font
ADVANCE = 0.6  # width of a character of an id, likewise: that of Courier
_DESCENT = 0.2  # how far letters reach below their line, likewise
_LINE_HEIGHTS = [tenths / 10 for tenths in range(28, 16, -1)]  # of which the font takes 1 / 1.2: 6.6 to 4 points


@dataclass(frozen=True)
class LabelSheet:
    """A grid of labels in the middle of a page. ValueError says what does not fit."""

    page_width: float
    page_height: float
    columns: int
    rows: int
    label_width: float
    label_height: float
    column_gap: float = 0
    row_gap: float = 0

    def __post_init__(self) -> None:
        for side in (self.page_width, self.page_height):
            if not _PAGE[0] <= side <= _PAGE[-1]:
                raise ValueError(
                    gettext("A page of {side:g} mm is not offered: choose {least} to {most} mm.").format(
                        side=side, least=_PAGE[0], most=_PAGE[-1]
                    )
                )
        if min(self.columns, self.rows) < 1 or min(self.label_width, self.label_height) <= 0:
            raise ValueError(
                gettext("A sheet has at least one column and one row of labels, wider and higher than nothing.")
            )
        if min(self.column_gap, self.row_gap) < 0:
            raise ValueError(gettext("The gap between labels cannot be less than nothing."))
        grid = ("columns", self.grid_width, self.page_width), ("rows", self.grid_height, self.page_height)
        for what, needed, given in grid:
            if not needed <= given + 0.001:  # which floats lose, and no NaN passes
                raise ValueError(
                    gettext("The {what} of labels need {needed:g} mm, and the page has {given:g} mm.").format(
                        what=what, needed=needed, given=given
                    )
                )

    @property
    def labels(self) -> int:
        return self.columns * self.rows

    @property
    def grid_width(self) -> float:
        return self.columns * self.label_width + (self.columns - 1) * self.column_gap

    @property
    def grid_height(self) -> float:
        return self.rows * self.label_height + (self.rows - 1) * self.row_gap

    def corners(self) -> list[tuple[float, float]]:
        """Return the lower left corner of each label, seen from that of the page, row after row from the top."""
        left, top = (self.page_width - self.grid_width) / 2, (self.page_height + self.grid_height) / 2
        return [
            (
                left + column * (self.label_width + self.column_gap),
                top - row * (self.label_height + self.row_gap) - self.label_height,
            )
            for row in range(self.rows)
            for column in range(self.columns)
        ]


def one_a_page(width: float, height: float) -> LabelSheet:
    """Pages that are labels."""
    return LabelSheet(width, height, 1, 1, width, height)


@dataclass(frozen=True)
class Label:
    """A label: a symbol with its quiet zone and, below, an id of up to `text` characters, then a line of any text.

    ValueError when a module gets smaller than `MODULE`.
    """

    sheet: LabelSheet
    modules: int  # along one side of the symbol
    quiet_zone: int = 4
    text: int = 0
    has_line: bool = False

    def __post_init__(self) -> None:
        check_quiet_zone(self.quiet_zone)
        if self.module < MODULE:
            label = gettext("{label_width:g} by {label_height:g} mm").format(
                label_width=self.sheet.label_width, label_height=self.sheet.label_height
            )
            raise ValueError(
                gettext(
                    "A label of {label} leaves {left:.3f} mm for a module of this QR symbol; the least is "
                    "{module} mm: choose a larger label, less text, a narrower quiet zone or a smaller version."
                ).format(label=label, left=max(self.module, 0), module=MODULE)
            )

    @property
    def module(self) -> float:
        """The side of a module."""
        side = min(self.sheet.label_width, self.sheet.label_height - self.text_height)
        return side / (self.modules + 2 * self.quiet_zone)

    @property
    def text_height(self) -> float:
        """The height of the text at the foot of the label."""
        ids = self.lines * self.line_height if self.text else 0
        return ids + self.line_room + _MARGIN if self.text or self.has_line else 0

    @property
    def line_room(self) -> float:
        """The height of the line of any text, at the very foot."""
        return LINE if self.has_line else 0

    @property
    def line_width(self) -> float:
        """The width of that line."""
        return self.sheet.label_width - 2 * _MARGIN

    @property
    def line_corner(self) -> tuple[float, float]:
        """Where its baseline begins, seen from the lower left corner of the label."""
        return _MARGIN, _MARGIN + _DESCENT * LINE / LEADING

    @property
    def line_top(self) -> float:
        """The height above the foot of the label that the line never passes."""
        return _MARGIN + LINE

    @property
    def lines(self) -> int:
        return ceil(self.text / self.line_length(self.line_height))

    @property
    def line_height(self) -> float:
        """As high as one line allows, or, where one is too short, of the lowest block of lines."""
        for height in _LINE_HEIGHTS:
            if self.line_length(height) >= self.text:
                return height
        return min(_LINE_HEIGHTS, key=lambda height: height * ceil(self.text / self.line_length(height)))

    @property
    def font_size(self) -> float:
        return self.line_height / LEADING

    def line_length(self, height: float) -> int:
        """Characters in a line of that height."""
        return max(1, int((self.sheet.label_width - 2 * _MARGIN) / (ADVANCE * height / LEADING)))

    def line_left(self, length: int) -> float:
        """Return the left end of a line of `length` characters that stands in the middle."""
        return (self.sheet.label_width - length * ADVANCE * self.font_size) / 2

    def baseline(self, line: int) -> float:
        """Return the height of the line's baseline above the foot of the label."""
        return _MARGIN + self.line_room + (self.lines - 1 - line) * self.line_height + _DESCENT * self.font_size
