"""Writing the cells of a workbook back as they were read, so that what was refused is refused again unchanged."""

from __future__ import annotations

import re

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ingestion.reading import REPLACEMENT, ErrorCell, FormattedText, FormulaCell, MergedCell, StoredNumber, TruthCell

LONGEST_CELL = 32_767  # characters that a cell of a workbook holds
ERRORS = ("#VALUE!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!")
SURROGATE = re.compile("[\ud800-\udfff]")


class SheetWriter:
    """Writes rows from above to below into a sheet of `book`, whose texts are text to a spreadsheet, too."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self._book, self._sheet = book, sheet
        self._formats: dict[str, Format] = {}
        self.text = self._format("@")

    def write(self, row: int, cells: list[str]) -> None:
        """Write the cells of a row, both counted from 0."""
        for at, cell in enumerate(cells):
            if not isinstance(cell, MergedCell):
                self._write(row, at, cell)
            elif not at or not isinstance(cells[at - 1], MergedCell):
                self._merge(row, at, cells)

    def _merge(self, row: int, at: int, cells: list[str]) -> None:
        """Merge the cells from `at` on that were merged, with a column beyond them if there is one only."""
        last = at
        while last + 1 < len(cells) and isinstance(cells[last + 1], MergedCell):
            last += 1
        text = next(filter(None, cells[at : last + 1]), "")
        self._sheet.merge_range(row, at, row, max(last, at + 1), _plain(text), self.text)

    def _write(self, row: int, at: int, cell: str) -> None:
        if isinstance(cell, StoredNumber):
            self._sheet.write_number(row, at, cell.number, self._format(cell.code))
        elif isinstance(cell, FormulaCell):  # without a value, as it came
            self._sheet.write_formula(row, at, cell[:LONGEST_CELL])
        elif isinstance(cell, ErrorCell):
            error = cell if cell in ERRORS else ERRORS[0]
            self._sheet.write_formula(row, at, f"={error}", None, error)
        elif isinstance(cell, TruthCell):
            self._sheet.write_boolean(row, at, cell == "true")
        elif cell:
            style = self._format(cell.code) if isinstance(cell, FormattedText) else self.text
            self._sheet.write_string(row, at, _plain(cell), style)

    def _format(self, code: str) -> Format:
        if code not in self._formats:
            self._formats[code] = self._book.add_format({"num_format": code})
        return self._formats[code]


def _plain(text: str) -> str:
    """What can be written of a text; half of a character becomes what is refused in the same way."""
    return SURROGATE.sub(REPLACEMENT, text[:LONGEST_CELL])
