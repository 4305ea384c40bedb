"""The cells of one sheet of a workbook: parsed once, kept on disk row by row, and read from there."""

from __future__ import annotations

import datetime as dt
import marshal
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

from ingestion.readers.base import Trouble
from ingestion.readers.cells import AS_TEXT, DateCell, ErrorCell, FormattedText, FormulaCell, NumericCell, TruthCell
from ingestion.readers.xlsx_formats import DAYS_TO_1904, NumberFormat
from ingestion.readers.xlsx_limits import Contents, Xml, is_true, too_large
from ingestion.readers.xlsx_shared import Shared, scratch_file

ROWS_AT_ONCE, SIZE_AT_ONCE = 1000, 1_000_000  # rows, characters and tens of cells in a piece of the spool
MOST_ROWS = 1_048_576  # of a sheet
MOST_RANGES = 100_000  # merged
MOST_COLUMN_STYLES = 20_000
NUMBER, DATE, TEXT, TRUE_OR_FALSE, FORMULA, ERROR = range(6)
WITH_CODE = (NumericCell, DateCell, FormattedText)
CLASSES = (*WITH_CODE, TruthCell, FormulaCell, ErrorCell)
COLUMN = re.compile("[A-Za-z]{1,3}")
RANGE = re.compile("([A-Za-z]{1,3})([0-9]{1,7}):([A-Za-z]{1,3})([0-9]{1,7})")
PLAIN = re.compile(r"-?[0-9]{1,14}|-?[1-9][0-9]{0,5}\.[0-9]{1,6}")  # numbers whose text Python and Excel agree on
ISO_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d+)?Z?)?", re.ASCII)

NO_VALUE = "It holds a formula without a value; open the workbook in your spreadsheet, save it, and upload it again."
ERROR_CELL = "This cell holds an error of Excel's, such as #N/A; mend its formula, or enter the value."
OTHER_DATE = f"It holds a date or a time in a form that is not read. {AS_TEXT}"
CHANGED_TEXT = f"Its format shows the text otherwise, or hides it. {AS_TEXT}"
UNNAMED_ERROR = "#VALUE!"
TRUTH = "{} is stored where {} is shown."

Stored = Any
"""A cell in the spool: a text, the number of a shared one as int, a plain number as float; or class, text, trouble and
its detail of a special one, then what is stored of a number, and the code of its format."""
Row = tuple[int, dict[int, Stored]]
"""The number of a row and its cells that are not empty, by the number of their column."""


def column_number(letters: str) -> int:
    """The number of the column named so, A is 1."""
    if not COLUMN.fullmatch(letters):
        raise ValueError("No column has this name")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _moment(text: str) -> dt.datetime | None:
    """The moment that ISO 8601 writes so; None where there is none."""
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Range:
    """Merged cells, from one corner to the other."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int
    name: str


class SheetXml(Xml):
    """Parses a sheet and keeps its rows on disk. Raises UnreadableFile for one that is too large."""

    def __init__(self, shared: Shared, contents: Contents) -> None:
        super().__init__()
        self._most_cells = shared.most_cells
        self._strings, self._styles = shared.strings, shared.styles
        self._strings_count = len(self._strings)
        self._contents = contents
        self._file = scratch_file(self)
        self._pieces = 0
        self._rows: list[Row] = []
        self._cells: dict[int, Stored] = {}
        self._size = 0  # of `_rows`
        self._row = self._column = 0
        self._row_text = ""
        self._columns: dict[str, int] = {}
        self._is_hidden = self._is_spoken = False
        self._type = self._style = ""
        self._value: str | None = None
        self._formula: str | None = None
        self._texts: list[str] = []
        self.last_row = self.widest = 0
        self.ranges: list[Range] = []
        self.hidden_rows = self.first_hidden_row = 0  # of those below the first
        self.hidden_columns: list[tuple[int, int]] = []

    def feed(self, block: bytes, *, is_last: bool = False) -> None:
        super().feed(block, is_last=is_last)
        rows, columns = self.last_row, self.widest
        if rows > MOST_ROWS:
            raise too_large(f"{rows:,} rows, more than a sheet has")
        if rows * columns > self._most_cells:
            raise too_large(f"{rows:,} rows and {columns:,} columns, more than {self._most_cells:,} cells")

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "v":
            self._collected = []
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "row":
            self._begin_row(attributes)
        elif name in ("t", "f"):
            self._collected = None if self._is_spoken else []
        elif name == "rPh":
            self._is_spoken = True
        elif name == "mergeCell":
            self._take_range(attributes["ref"])
        elif name == "col" and is_true(attributes.get("hidden")):
            self.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))
            if len(self.hidden_columns) > MOST_COLUMN_STYLES:
                raise too_large("more columns than a sheet has")

    def end(self, name: str) -> None:
        if name == "v":
            self._value = self.taken()
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        elif name == "t":
            if not self._is_spoken:
                self._texts.append(self.taken())
        elif name == "f":
            self._formula = self.taken()
        elif name == "rPh":
            self._is_spoken = False

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._row_text = attributes.get("r", "")
        row = int(self._row_text) if self._row_text else self._row + 1
        if row <= self._row:
            raise ValueError("Rows are out of order")
        self._row, self._column, self._cells, self.length = row, 0, {}, 0
        self._is_hidden = is_true(attributes.get("hidden"))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        """Find the place of a cell; one that does not say it follows the one before."""
        get = attributes.get
        place = get("r", "")
        if place:
            row_text = self._row_text or str(self._row)
            if not place.endswith(row_text):
                raise ValueError("A cell stands in another row than it says")
            letters = place[: -len(row_text)]
            column = self._columns.get(letters)
            if column is None:
                column = self._columns[letters] = column_number(letters)
            if column <= self._column:
                raise ValueError("Cells are out of order")
            self._column = column
        else:
            self._column += 1
        self._type, self._style = get("t", "n"), get("s", "")
        self._value = self._formula = None
        self._texts = []

    def _end_cell(self) -> None:
        type_, value = self._type, self._value
        if type_ == "s" and value and self._formula is None:
            at = int(value)
            if not 0 <= at < self._strings_count:
                raise IndexError("No text has this number")
            self._cells[self._column] = self._text(at) if self._style else at
        elif (cell := self._stored(type_, value)) not in ("", None):
            self._cells[self._column] = cell

    def _stored(self, type_: str, value: str | None) -> Stored:
        """What is kept of a cell."""
        if self._formula is not None and self._is_uncalculated(type_, value):
            return FORMULA, f"={self._formula}", Trouble.CELL.value, NO_VALUE
        if type_ == "inlineStr":
            return self._text("".join(self._texts))
        if not value or type_ == "str":
            return self._text(value or "")
        if type_ == "e":
            return ERROR, value.strip() or UNNAMED_ERROR, Trouble.CELL.value, ERROR_CELL
        if type_ == "b":
            text, shown = ("true", "TRUE") if value.strip() in ("1", "true") else ("false", "FALSE")
            return TRUE_OR_FALSE, text, Trouble.FORM.value, TRUTH.format(text, shown)
        return self._number(type_, value.strip())

    def _is_uncalculated(self, type_: str, value: str | None) -> bool:
        """Whether a formula has no value: none at all, or the 0 of programs that let the spreadsheet calculate it."""
        if value is None or not (value or type_ == "str"):
            return True
        return self._contents.is_uncalculated and type_ == "n" and value == "0"

    def _text(self, text: str | int) -> Stored:
        style = self._styles.of(self._style) if self._style and text != "" else None
        if style is None or not style.changes_text or not self.text(text).strip():
            return text
        return (
            TEXT,
            text,
            Trouble.CELL.value,
            CHANGED_TEXT,
            style.code,
        )

    def _number(self, type_: str, value: str) -> Stored:
        if "_" in value or not value.isascii():
            raise ValueError("Python takes this for a number, and spreadsheets do not")
        style, is_1904 = self._styles.of(self._style or "0"), self._contents.is_1904
        if type_ == "d":
            date = ISO_DATE.fullmatch(value)
            moment = _moment(f"{date[1]} {date[2] or '00:00:00'}") if date else None
            if not date or not moment:
                return ERROR, value, Trouble.CELL.value, OTHER_DATE
            value = repr((moment - dt.datetime(1899, 12, 30)) / dt.timedelta(1))  # noqa: DTZ001  # sheets know no zones
            style = style if style.is_date else NumberFormat("yyyy-mm-dd hh:mm:ss" if date[2] else "yyyy-mm-dd")
            is_1904 = False
        if style.is_general and PLAIN.fullmatch(value):
            return float(value)
        text, trouble, detail = style.date(value, is_1904=is_1904) if style.is_date else style.number(value)
        if not isfinite(float(value)):
            return ERROR, value, Trouble.CELL.value, detail
        if is_1904 and style.is_day and float(value) >= 0:
            value = repr(float(value) + DAYS_TO_1904)
        class_ = DATE if style.is_date else NUMBER
        return class_, text, trouble.value if trouble else "", detail, value, style.code

    def _end_row(self) -> None:
        if not self._cells:
            return
        if self._is_hidden and self.last_row:
            self.hidden_rows += 1
            self.first_hidden_row = self.first_hidden_row or self._row
        self.last_row = self._row
        if self._column > self.widest:
            self.widest = max(self.widest, *self._cells)
        self._rows.append((self._row, self._cells))
        self._size += self.length + 10 * len(self._cells)
        if len(self._rows) >= ROWS_AT_ONCE or self._size >= SIZE_AT_ONCE:
            self._spool()

    def _take_range(self, name: str) -> None:
        corners = RANGE.fullmatch(name)
        if corners:  # and not a single cell
            first_column, last_column = sorted((column_number(corners[1]), column_number(corners[3])))
            first_row, last_row = sorted((int(corners[2]), int(corners[4])))
            self.ranges.append(Range(first_row, first_column, last_row, last_column, name))
        if len(self.ranges) > MOST_RANGES:
            raise too_large(f"more than {MOST_RANGES:,} merged cells")

    def _spool(self) -> None:
        marshal.dump(self._rows, self._file)
        self._rows, self._size = [], 0
        self._pieces += 1

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self._spool()

    def rows(self) -> Iterator[Row]:
        """The rows that have a cell, from the first to the last."""
        self._file.seek(0)
        for _piece in range(self._pieces):
            yield from marshal.load(self._file)  # noqa: S302  # which we wrote

    def text(self, cell: Stored) -> str:
        """What a cell holds, a number or a date as one."""
        if cell.__class__ is int:
            return self._strings[cell]
        if cell.__class__ is float:
            return NumericCell(int(cell) if cell.is_integer() else cell)
        if cell.__class__ is tuple:
            text, of_format = self.text(cell[1]), cell[4:]
            return WITH_CODE[cell[0]].of(text, *of_format) if of_format else CLASSES[cell[0]](text)
        return str(cell)


class Found(Exception):  # noqa: N818  # an event, not a fault
    """The first row of a sheet is known, so nothing else of it need be read."""


class FirstRowXml(SheetXml):
    """Parses a sheet up to its first row that is not empty, whose texts are in `names`. Raises Found then."""

    def _end_row(self) -> None:
        self.names = {self.text(cell).strip().lower() for cell in self._cells.values()}
        if any(self.names):
            raise Found
