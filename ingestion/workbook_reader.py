"""Reading Excel workbooks (.xlsx): the first sheet, by calamine, after a look at how much would unpack.

calamine holds a sheet as one rectangle in memory, from the first used cell to the last. So the rectangle is measured
before, and what the zip says of its members' sizes is not believed but tried.
"""

from __future__ import annotations

import datetime as dt
import lzma
import re
import struct
import zlib
from collections.abc import Iterator
from html import unescape
from itertools import islice
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ingestion.reading import BLOCK, OTHER_FILES, ZIP, Batch, DateCell, Log, NumericCell, UnreadableFile

MOST_UNPACKED = 512 * 1024**2  # bytes of all members together
MOST_CELLS = 10_000_000  # of the rectangle around all used cells; about 100 bytes of memory each
MOST_DIRECTORY = 4 * 1024**2  # bytes of the zip's list of members; a workbook has some dozen
ROWS_AT_ONCE = 1000
END_OF_DIRECTORY = b"PK\x05\x06"
END_LENGTH, LONGEST_COMMENT = 22, 1 << 16
REFERENCE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]+)([0-9]+)""")
LONGEST_PIECE = 1 << 20  # bytes between two tags; Excel's longest text has a fifth of it
DAMAGED = (  # whatever zipfile and the decompressors raise for bytes that were changed
    BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
ERROR_TAG = re.compile(rb"""<c\b[^>]*\bt\s*=\s*["']e["'][^>]*>""")
ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*["']([^"']*)["']""")
MOST_DESCRIPTION = 1 << 20  # bytes of the list of sheets
MOST_ERROR_CELLS = 10_000  # listed of one sheet
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
        errors = _refuse_what_does_not_fit(file, most_cells)
        self.facts: dict[str, str]
        sheet, self.facts = _first_sheet(file)
        self.rows_expected: int | None = max(0, sheet.total_height - 1)
        if (sheets := int(self.facts["sheets"])) > 1:
            log.warn("other_sheets_warning", None, "", self.facts["sheet"], detail=f"It has {sheets}.")
        self._rows: Iterator[list[Cell]] = iter(sheet.iter_rows())
        self.header_row, names = self._find_header()
        self._named = [at for at, name in enumerate(names) if name]
        self._unnamed = [at for at, name in enumerate(names) if not name]
        self.header: tuple[str, ...] = tuple(filter(None, names))
        self.first_row: int = self.header_row + 1
        for cell, row in errors.get(self.facts["sheet"], ()):
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
        return cells


def _text(cell: Cell) -> str:
    """What a cell says: a number without a needless fraction, a date as the SCM fields write it."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float)):
        return NumericCell(int(cell) if float(cell).is_integer() else repr(cell))
    if isinstance(cell, dt.datetime):
        return DateCell(cell.isoformat(" "))
    if isinstance(cell, (dt.date, dt.time)):
        return DateCell(cell.isoformat())
    return str(cell)


def _first_sheet(file: IO[bytes]) -> tuple[CalamineSheet, dict[str, str]]:
    """The first sheet with cells that people see, and its name with the number of such sheets."""
    try:
        book = CalamineWorkbook.from_filelike(file)
        visible = [
            known.name
            for known in book.sheets_metadata
            if known.typ == SheetTypeEnum.WorkSheet and known.visible == SheetVisibleEnum.Visible
        ]
        sheet = book.get_sheet_by_name(visible[0])
    except PasswordError:
        raise UnreadableFile("It is protected by a password; save it without one.") from None
    except (CalamineError, IndexError, OSError, ValueError):
        raise UnreadableFile("It is not an Excel workbook (.xlsx), or it is damaged; save it again in Excel.") from None
    return sheet, {"sheet": visible[0], "sheets": str(len(visible))}


def _refuse_what_does_not_fit(file: IO[bytes], most_cells: int) -> dict[str, list[tuple[str, int]]]:
    """The cells with Excel's errors, by their sheets: name and row of each.

    Raises UnreadableFile for what is no zip, or would unpack to more than is read of a workbook.
    """
    beginning = file.read(len(ZIP))
    if beginning != ZIP:
        what = OTHER_FILES.get(beginning, "not an Excel workbook (.xlsx); save it as one, or upload CSV")
        raise UnreadableFile(f"It is {what}.")
    _refuse_large_directory(file)
    try:
        with ZipFile(file) as book:
            members = book.infolist()
            if sum(member.file_size for member in members) > MOST_UNPACKED:
                raise _too_large(f"more than {MOST_UNPACKED // 1024**2:,} MB")
            errors = _measure(book, members, most_cells)
            named = {name: errors.get(part, []) for name, part in _parts(book).items()}
    except DAMAGED:
        raise UnreadableFile("It is a damaged Excel workbook; save it again in Excel.") from None
    file.seek(0)
    return named


def _parts(book: ZipFile) -> dict[str, str]:
    """Which part of the workbook each sheet is, by its name. The parts have been measured."""
    described = [book.open(name).read(MOST_DESCRIPTION) for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")]
    sheets, relations = (
        [
            dict(ATTRIBUTE.findall(tag.decode(errors="replace")))
            for tag in re.findall(rb"<(?:sheet|Relationship)\b[^>]*>", text)
        ]
        for text in described
    )
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    return {
        unescape(sheet.get("name", "")): "xl/" + targets.get(sheet.get("r:id"), "").removeprefix("/xl/")
        for sheet in sheets
    }


def _too_large(how: str) -> UnreadableFile:
    return UnreadableFile(f"The workbook unpacks to {how}; save the sheet as CSV in UTF-8 and upload that.")


def _refuse_large_directory(file: IO[bytes]) -> None:
    """Refuse a list of members that would fill the memory when read."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_LENGTH - LONGEST_COMMENT))
    tail = file.read()
    at = len(tail) - END_LENGTH if tail[-END_LENGTH:].startswith(END_OF_DIRECTORY) else tail.rfind(END_OF_DIRECTORY)
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    if at >= 0 and (length > MOST_DIRECTORY or tail[at - 20 : at].startswith(b"PK\x06\x07")):
        raise _too_large("far more parts than a workbook has")


def _measure(book: ZipFile, members: list[ZipInfo], most_cells: int) -> dict[str, list[tuple[str, int]]]:
    """Unpack every member without keeping it, and refuse too many bytes or too wide a rectangle of cells.

    Gives the cells with errors, which calamine gives as empty ones: name and row, by the part they stand in.
    """
    unpacked = 0
    errors: dict[str, list[tuple[str, int]]] = {}
    for member in members:
        member.file_size = MOST_UNPACKED + 1  # so that a member is read to its true end
        widest = lowest = 0
        rest = b""
        with book.open(member) as content:
            while block := content.read(BLOCK):
                unpacked += len(block)
                if unpacked > MOST_UNPACKED:
                    raise _too_large(f"more than {MOST_UNPACKED // 1024**2:,} MB")
                if member.filename.startswith("xl/worksheets/"):
                    whole, begin, rest = (rest + block).rpartition(b"<")
                    references = REFERENCE.findall(whole)
                    for tag in ERROR_TAG.findall(whole):
                        if (place := REFERENCE.search(tag)) and len(errors.get(member.filename, ())) < MOST_ERROR_CELLS:
                            cell = (place[1] + place[2]).decode(), int(place[2][:9])
                            errors.setdefault(member.filename, []).append(cell)
                    rest = begin + rest
                    if len(rest) > LONGEST_PIECE:
                        raise _too_large(f"a cell of more than {LONGEST_PIECE:,} bytes")
                    widest = max([widest, *map(_column, {letters for letters, _row in references})])
                    lowest = max([lowest, *(int(row[:20]) for row in {row for _letters, row in references})])
        if widest * lowest > most_cells:
            raise _too_large(f"{lowest:,} rows and {widest:,} columns, more than {most_cells:,} cells")
    return errors


def _column(letters: bytes) -> int:
    """The number of the column named so, A is 1."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
