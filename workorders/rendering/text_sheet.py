"""Writing workbooks (.xlsx) as streams, whose texts are texts to a spreadsheet, too."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

LONGEST_CELL = 32_767  # characters that a cell of a workbook holds
LONGEST_NAME = 31  # UTF-16 units of a sheet's name in Excel; other programs write longer ones
NOT_IN_NAMES = re.compile(r"[][:*?/\\']")  # what Excel takes in none, or at neither end
SURROGATE = re.compile("[\ud800-\udfff]")
REPLACEMENT = "\ufffd"


class ExactSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """A sheet whose cells hold exactly what they are told to."""

    def _xml_rich_inline_string(self, text: str, attributes: list[tuple[str, object]]) -> None:
        self._xml_inline_string(text, False, attributes)  # which looks like XML and is none

    def _prepare_formula(self, formula: str, *_expand: bool) -> str:
        return formula.removeprefix("=")

    def _xml_formula_element(self, formula: str, result: object, attributes: list[tuple[str, object]]) -> None:
        super()._xml_formula_element(self._escape_control_characters(formula), result, attributes)


class TextSheet:
    """Writes rows from above to below into a new sheet of `book`, whose texts are text to a spreadsheet, too."""

    def __init__(self, book: Workbook, name: str, columns: int) -> None:
        self._book = book
        units = NOT_IN_NAMES.sub(" ", name).encode("utf-16-le")[: 2 * LONGEST_NAME]
        self._sheet = book.add_worksheet(units.decode("utf-16-le", "ignore"), ExactSheet)
        self._formats: dict[str, Format] = {}
        self._text = self._format("@")
        self._sheet.set_column(0, columns - 1, 20, self._text)

    def write(self, row: int, cells: Sequence[str | None], numbers: Container[int] = ()) -> None:
        """Write the cells of a row, both counted from 0; the `numbers` among the cells are whole ones in digits."""
        for at, cell in enumerate(cells):
            if cell and at in numbers:
                self._sheet.write_number(row, at, int(cell))
            elif cell:
                self._write(row, at, cell)

    def _write(self, row: int, at: int, cell: str) -> None:
        self._sheet.write_string(row, at, plain(cell), self._text)

    def _format(self, code: str) -> Format:
        if code not in self._formats:
            self._formats[code] = self._book.add_format({"num_format": code})
        return self._formats[code]


@contextmanager
def workbook(path: Path) -> Iterator[Workbook]:
    """Give a workbook that is written to `path` row by row, so that memory does not grow with it.

    What waits for its end waits in the folder of `path`.
    """
    with Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent), "use_zip64": True}) as book:
        yield book


def plain(text: str) -> str:
    """Return what can be written of a text; half of a character becomes what is refused in the same way."""
    return SURROGATE.sub(REPLACEMENT, text[:LONGEST_CELL])
