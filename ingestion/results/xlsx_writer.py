"""Writing the cells of a workbook back as they were read, so that what was refused is refused again unchanged."""

from __future__ import annotations

import re
from typing import Self

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ingestion.readers.cells import ErrorCell, FormattedText, FormulaCell, StoredNumber, TruthCell
from ingestion.readers.encoding import REPLACEMENT

LONGEST_CELL = 32_767  # characters that a cell of a workbook holds
LONGEST_NAME = 31  # UTF-16 units of a sheet's name in Excel; other programs write longer ones
NOT_IN_NAMES = re.compile(r"[][:*?/\\']")  # what Excel takes in none, or at neither end
ERRORS = ("#VALUE!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!")
SURROGATE = re.compile("[\ud800-\udfff]")


class _Sheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """A sheet whose cells hold exactly what they are told to."""

    def _xml_rich_inline_string(self, text: str, attributes: list[tuple[str, object]]) -> None:
        self._xml_inline_string(text, False, attributes)  # which looks like XML and is none

    def _prepare_formula(self, formula: str, *_expand: bool) -> str:
        return formula.removeprefix("=")

    def _xml_formula_element(self, formula: str, result: object, attributes: list[tuple[str, object]]) -> None:
        super()._xml_formula_element(self._escape_control_characters(formula), result, attributes)


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


class SheetWriter:
    """Writes rows from above to below into a new sheet of `book`, whose texts are text to a spreadsheet, too."""

    def __init__(self, book: Workbook, name: str, columns: int) -> None:
        self._book = book
        units = NOT_IN_NAMES.sub(" ", name).encode("utf-16-le")[: 2 * LONGEST_NAME]
        self._sheet = book.add_worksheet(units.decode("utf-16-le", "ignore"), _Sheet)
        self._formats: dict[str, Format] = {}
        self._text = self._format("@")
        self._sheet.set_column(0, columns - 1, 20, self._text)

    def write(self, row: int, cells: list[str]) -> None:
        """Write the cells of a row, both counted from 0."""
        for at, cell in enumerate(cells):
            self._write(row, at, cell)

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
            self._sheet.write_formula(row, at, _plain(cell))
        elif isinstance(cell, ErrorCell):
            error = cell if cell in ERRORS else ERRORS[0]
            self._sheet.write_formula(row, at, f"={error}", None, error)
        elif isinstance(cell, TruthCell):
            self._sheet.write_boolean(row, at, cell == "true")
        elif cell:
            style = self._format(cell.code) if isinstance(cell, FormattedText) else self._text
            self._sheet.write_string(row, at, _plain(cell), style)

    def _format(self, code: str) -> Format:
        if code not in self._formats:
            self._formats[code] = self._book.add_format({"num_format": code})
        return self._formats[code]


def _plain(text: str) -> str:
    """Return what can be written of a text; half of a character becomes what is refused in the same way."""
    return SURROGATE.sub(REPLACEMENT, text[:LONGEST_CELL])
