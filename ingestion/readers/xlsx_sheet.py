"""The rows of one sheet of a workbook: parsed once, kept on disk row by row, and read from there."""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ingestion.readers.xlsx_cells import Stored, StoredCells
from ingestion.readers.xlsx_contents import Contents
from ingestion.readers.xlsx_limits import too_large
from ingestion.readers.xlsx_shared import Shared, scratch_file
from ingestion.readers.xlsx_xml import Xml, is_true
from portal.values.problems import say_problem

ROWS_AT_ONCE, SIZE_AT_ONCE = 1000, 1_000_000  # rows, characters and tens of cells in a piece of the spool
MOST_ROWS = 1_048_576  # of a sheet
MOST_RANGES = 100_000  # merged
MOST_COLUMN_STYLES = 20_000
COLUMN = re.compile("[A-Za-z]{1,3}")
RANGE = re.compile("([A-Za-z]{1,3})([0-9]{1,7}):([A-Za-z]{1,3})([0-9]{1,7})")

BEGINNING = 1200  # rows from the first that is not empty, which are enough to show

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


@dataclass(frozen=True)
class Range:
    """Merged cells, from one corner to the other."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int
    name: str


class Enough(Exception):  # noqa: N818  # an event, not a fault
    """The beginning of a sheet was read, and no more of it is wanted."""


class SheetXml(Xml):
    """Parses a sheet and keeps its rows on disk. Raises UnreadableFile for one that is too large.

    Raises Enough when `is_enough` says so and the beginning was read.
    """

    def __init__(self, shared: Shared, contents: Contents, is_enough: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self._is_enough = is_enough
        self._most_cells = shared.most_cells
        self.stored = StoredCells(shared, contents)
        self._strings_count = len(shared.strings)
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
        self.first_row = self.last_row = self.widest = 0
        self.ranges: list[Range] = []
        self.hidden_rows = self.first_hidden_row = 0  # of those below the first
        self.hidden_columns: list[tuple[int, int]] = []

    def feed(self, block: bytes, *, is_last: bool = False) -> None:
        super().feed(block, is_last=is_last)
        if self.first_row and self._row - self.first_row > BEGINNING and self._is_enough():
            raise Enough
        rows, columns = self.last_row, self.widest
        if rows > MOST_ROWS:
            raise too_large(say_problem("{rows:,} rows, more than a sheet has", rows=rows))
        if rows * columns > self._most_cells:
            raise too_large(
                say_problem(
                    "{rows:,} rows and {columns:,} columns, more than {most:,} cells",
                    rows=rows,
                    columns=columns,
                    most=self._most_cells,
                )
            )

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
                raise too_large(say_problem("more columns than a sheet has"))

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
            self._cells[self._column] = self.stored.keep_text(at, self._style) if self._style else at
        elif (cell := self.stored.keep(type_, value, self._style, self._formula, self._texts)) not in ("", None):
            self._cells[self._column] = cell

    def _end_row(self) -> None:
        if not self._cells:
            return
        if self._is_hidden and self.last_row:
            self.hidden_rows += 1
            self.first_hidden_row = self.first_hidden_row or self._row
        self.first_row = self.first_row or self._row
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
            raise too_large(say_problem("more than {count:,} merged cells", count=MOST_RANGES))

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
