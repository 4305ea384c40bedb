"""Reading Excel workbooks (.xlsx): the first sheet, by calamine, after a look at how much would unpack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from itertools import islice
from math import isfinite
from typing import IO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ingestion.errors import visible
from ingestion.reading import Batch, DateCell, Log, NumericCell, UnreadableFile, unwritable
from ingestion.workbook_parts import MOST_CELLS, measured

ROWS_AT_ONCE = 1000
ERROR_CELL = "This cell holds an error of Excel's, such as #N/A; mend its formula, or enter the value."
HEADERLESS = "A cell stands in a column without a name; name the column in the header, or empty the cell."

Cell = str | float | bool | dt.date | dt.time | dt.datetime | dt.timedelta


class WorkbookReader:
    """The first sheet of a workbook: `header` is its first row that is not empty, iteration gives the others.

    Columns without a name are left out; a row with something in one of them is reported to `log`. Raises
    UnreadableFile when the file is no workbook, too large, or has no header.
    """

    def __init__(self, file: IO[bytes], log: Log, most_cells: int = MOST_CELLS) -> None:
        self._log = log
        errors = measured(file, most_cells)
        self.facts: dict[str, str]
        sheet, self.facts = _first_sheet(file, errors)
        self.rows_expected: int | None = max(0, sheet.total_height - 1)
        if (sheets := int(self.facts["sheets"])) > 1:
            log.warn("other_sheets_warning", None, "", self.facts["sheet"], detail=f"It has {sheets}.")
        self._rows: Iterator[list[Cell]] = iter(sheet.iter_rows())
        self.header_row, names = self._find_header()
        self._named = [at for at, name in enumerate(names) if name]
        self._unnamed = [at for at, name in enumerate(names) if not name]
        self.header: tuple[str, ...] = tuple(filter(None, names))
        self.first_row: int = self.header_row + 1
        for cell, row in errors[self.facts["sheet"]]:
            log.add("invalid_row_error", row, "", cell, detail=ERROR_CELL)

    def _find_header(self) -> tuple[int, list[str]]:
        for number, row in enumerate(self._rows, 1):
            names = [_text(cell).strip() for cell in row]
            if any(names):
                return number, names
        raise UnreadableFile("Its first sheet is empty.")

    def __iter__(self) -> Iterator[Batch]:
        first = self.first_row
        while rows := list(islice(self._rows, ROWS_AT_ONCE)):
            yield Batch(self.header, first, [self._cells(number, row) for number, row in enumerate(rows, first)])
            first += len(rows)

    def _cells(self, number: int, row: list[Cell]) -> list[str]:
        """The cells of the named columns as text; nothing of an empty row."""
        texts = [cell if cell.__class__ is str else _text(cell) for cell in row]
        if not any(texts):
            return []
        cells = [texts[at] for at in self._named] if self._unnamed else texts
        if self._unnamed and (lost := next(filter(None, (texts[at] for at in self._unnamed)), "")):
            self._log.add("invalid_row_error", number, "", lost, detail=HEADERLESS)
        if "\0" in "".join(cells):  # which XML cannot hold, but Excel's _x0000_ means
            return [self._writable(number, name, cell) for name, cell in zip(self.header, cells, strict=True)]
        return cells

    def _writable(self, number: int, column: str, cell: str) -> str:
        """The cell; what the database cannot hold of it is reported and escaped."""
        if reason := unwritable(cell):
            self._log.add("invalid_row_error", number, column, cell, detail=reason)
            return visible(cell)
        return cell


def _text(cell: Cell) -> str:
    """What a cell says: a number without a needless fraction, a date as the SCM fields write it."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)) and isfinite(cell):
        return NumericCell(int(cell) if float(cell).is_integer() else repr(cell))
    if isinstance(cell, dt.datetime):
        return DateCell(cell.isoformat(" "))
    if isinstance(cell, (dt.date, dt.time)):
        return DateCell(cell.isoformat())
    return str(cell)


def _first_sheet(file: IO[bytes], known: Collection[str]) -> tuple[CalamineSheet, dict[str, str]]:
    """The first sheet with cells that people see, and its name with the number of such sheets; it is to be `known`."""
    try:
        book = CalamineWorkbook.from_filelike(file)
        names = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        if names and names[0] not in known:
            raise ValueError("It was not measured")
        sheet = book.get_sheet_by_name(names[0])
    except PasswordError:
        raise UnreadableFile("It is protected by a password; save it without one.") from None
    except (CalamineError, IndexError, OSError, ValueError):
        raise UnreadableFile("It is not an Excel workbook (.xlsx), or it is damaged; save it again in Excel.") from None
    return sheet, {"sheet": names[0], "sheets": str(len(names))}
