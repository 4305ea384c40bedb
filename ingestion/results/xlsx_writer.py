"""Writing the cells of a workbook back as they were read, so that what was refused is refused again unchanged."""

from __future__ import annotations

from typing import Self

from ingestion.readers.cells import ErrorCell, FormattedText, FormulaCell, StoredNumber, TruthCell
from workorders.rendering.text_sheet import TextSheet, plain

ERRORS = ("#VALUE!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!")


class _Number(float):
    """A number that is written with the digits that it came with."""

    digits = ""

    @classmethod
    def of(cls, cell: StoredNumber) -> Self:
        digits = cell.stored or str(cell)
        number = cls(digits)
        number.digits = digits
        return number

    def __format__(self, _form: str, /) -> str:
        return self.digits


class SheetWriter(TextSheet):
    """Writes rows as they were read: numbers, formulas, errors and truth values as such, and all else as texts."""

    def merge(self, first_row: int, first: int, last_row: int, last: int) -> None:
        """Merge written cells, with all that they hold, from one corner to the other, counted from 0.

        The library's own way empties them, and goes back to rows that it has let go.
        """
        if (first_row, first) != (last_row, last):
            self._sheet.merge.append([first_row, first, last_row, last])

    def _write(self, row: int, at: int, cell: str) -> None:
        if isinstance(cell, StoredNumber):
            self._sheet.write_number(row, at, _Number.of(cell), self._format(cell.code))
        elif isinstance(cell, FormulaCell):  # without a value, as it came
            self._sheet.write_formula(row, at, plain(cell))
        elif isinstance(cell, ErrorCell):
            error = cell if cell in ERRORS else ERRORS[0]
            self._sheet.write_formula(row, at, f"={error}", None, error)
        elif isinstance(cell, TruthCell):
            self._sheet.write_boolean(row, at, cell == "true")
        else:
            style = self._format(cell.code) if isinstance(cell, FormattedText) else self._text
            self._sheet.write_string(row, at, plain(cell), style)
