"""The places of labels and of their symbols and texts."""

from __future__ import annotations

from typing import Any

import pytest

from workorders.rendering.label_sheet import MODULE, Label, LabelSheet, one_a_page


def a_sheet(**changes: Any) -> LabelSheet:
    """A4 with 3 by 7 labels."""
    known: dict[str, Any] = {"page_width": 210, "page_height": 297, "columns": 3, "rows": 7}
    return LabelSheet(**(known | {"label_width": 63.5, "label_height": 38.1, "column_gap": 2.5} | changes))


def test_the_grid_stands_in_the_middle_and_is_filled_from_the_top() -> None:
    sheet = a_sheet()
    assert sheet.labels == 21
    assert [sheet.grid_width, sheet.grid_height] == pytest.approx([195.5, 266.7])
    corners = sheet.corners()
    assert len(corners) == 21
    assert corners[0] == pytest.approx((7.25, 243.75))
    assert corners[1] == pytest.approx((73.25, 243.75))
    assert corners[3] == pytest.approx((7.25, 205.65))
    assert corners[-1] == pytest.approx((139.25, 15.15))


def test_a_page_may_be_a_label() -> None:
    sheet = one_a_page(30, 40)
    assert (sheet.labels, sheet.corners()) == (1, [(0, 0)])


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"page_width": 0.5}, "A page of 0.5 mm is not offered: choose 1 to 5080 mm."),
        ({"page_height": 5081}, "A page of 5081 mm is not offered: choose 1 to 5080 mm."),
        ({"page_width": float("nan")}, "A page of nan mm is not offered"),
        ({"columns": 0}, "A sheet has at least one column and one row of labels"),
        ({"rows": -1}, "A sheet has at least one column and one row of labels"),
        ({"label_width": 0}, "A sheet has at least one column and one row of labels, wider and higher than nothing"),
        ({"column_gap": -0.1}, "The gap between labels cannot be less than nothing."),
        ({"row_gap": -1}, "The gap between labels cannot be less than nothing."),
        ({"columns": 4}, "The columns of labels need 261.5 mm, and the page has 210 mm."),
        ({"rows": 8}, "The rows of labels need 304.8 mm, and the page has 297 mm."),
        ({"label_width": float("nan")}, "The columns of labels need nan mm"),
        ({"label_width": float("inf")}, "The columns of labels need inf mm"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, float], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        a_sheet(**changes)


def test_a_grid_may_be_as_large_as_the_page() -> None:
    assert a_sheet(page_width=195.5, page_height=266.7).corners()[0][0] == pytest.approx(0)


def test_the_module_follows_from_the_shorter_side() -> None:
    assert Label(one_a_page(37, 50), 29).module == 1
    assert Label(one_a_page(50, 37), 29).module == 1
    assert Label(one_a_page(41, 41), 29, quiet_zone=6).module == 1


def test_modules_that_no_printer_prints_are_refused() -> None:
    assert Label(one_a_page(37 * MODULE, 37 * MODULE), 29).module == pytest.approx(MODULE)
    with pytest.raises(ValueError, match=r"A label of 9 by 9 mm leaves 0\.243 mm for a module of this QR symbol"):
        Label(one_a_page(9, 9), 29)
    with pytest.raises(ValueError, match=r"leaves 0\.000 mm"):
        Label(one_a_page(10, 2), 29, text=20)


@pytest.mark.parametrize("quiet_zone", [0, 3, 21])
def test_quiet_zones_that_are_not_offered_are_refused(quiet_zone: int) -> None:
    with pytest.raises(ValueError, match=f"A quiet zone of {quiet_zone} modules is not offered: choose 4"):
        Label(one_a_page(50, 50), 29, quiet_zone)


@pytest.mark.parametrize("text", [1, 8, 12, 20, 40, 100, 151])
def test_all_of_a_text_fits_between_the_margins(text: int) -> None:
    label = Label(one_a_page(50, 80), 29, text=text)
    assert 1.7 <= label.line_height <= 2.8
    assert label.lines * label.line_length(label.line_height) >= text
    longest = min(text, label.line_length(label.line_height))
    assert label.line_left(longest) >= 1 - 1e-9
    assert label.line_left(longest) * 2 + longest * 0.6 * label.font_size == pytest.approx(50)
    assert label.baseline(label.lines - 1) == pytest.approx(1 + 0.2 * label.font_size)
    assert label.baseline(0) + 0.8 * label.font_size <= label.text_height + 1e-9


def test_without_text_the_symbol_has_all_of_the_label() -> None:
    assert Label(one_a_page(50, 50), 29).text_height == 0


def test_a_gap_beside_a_single_row_or_column_moves_nothing() -> None:
    """Added and taken away again, a large one took the height of the label along, and put half of it off the page."""
    assert LabelSheet(210, 297, 2, 1, 60, 40, row_gap=1e17).corners() == LabelSheet(210, 297, 2, 1, 60, 40).corners()
    assert LabelSheet(210, 297, 1, 2, 60, 40, 1e17).corners() == LabelSheet(210, 297, 1, 2, 60, 40).corners()
