"""What an Excel workbook (.xlsx) would unpack to, found out before calamine unpacks it.

calamine holds a sheet as one rectangle in memory, from the first used cell to the last. So the rectangle is measured
before, in whatever part of the zip the sheet lies, and what the zip says of its members' sizes is not believed but
tried. Cells that hold an error of Excel's are found on the way: calamine gives them as empty ones.
"""

from __future__ import annotations

import lzma
import re
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import IO, Any
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from ingestion.reading import BLOCK, OTHER_FILES, ZIP, UnreadableFile

MOST_UNPACKED = 512 * 1024**2  # bytes of all members together
MOST_CELLS = 10_000_000  # of the rectangle around all used cells; about 100 bytes of memory each
MOST_DIRECTORY = 4 * 1024**2  # bytes of the zip's list of members; a workbook has some dozen
MOST_DESCRIPTION = 1 << 20  # bytes of the list of sheets
MOST_ERROR_CELLS = 10_000  # listed of one sheet
LONGEST_PIECE = 1 << 20  # bytes between two tags; Excel's longest text has a fifth of it
END_OF_DIRECTORY = b"PK\x05\x06"
END_LENGTH, LONGEST_COMMENT = 22, 1 << 16
COLUMN = re.compile("[A-Za-z]{1,3}")
DAMAGED = (  # whatever zipfile, the decompressors and the XML parser raise for bytes that were changed
    BadZipFile,
    expat.ExpatError,
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

ErrorCells = list[tuple[str, int]]
"""Name and row of cells that hold an error of Excel's."""


def measured(file: IO[bytes], most_cells: int = MOST_CELLS) -> dict[str, ErrorCells]:
    """The sheets that may be read, by their names, with their cells that hold errors.

    Raises UnreadableFile for what is no zip, or would unpack to more than is read of a workbook: a sheet spans
    `most_cells` at most.
    """
    beginning = file.read(len(ZIP))
    if beginning != ZIP:
        what = OTHER_FILES.get(beginning, "not an Excel workbook (.xlsx); save it as one, or upload CSV")
        raise UnreadableFile(f"It is {what}.")
    _refuse_large_directory(file)
    try:
        with ZipFile(file) as book:
            if sum(member.file_size for member in book.infolist()) > MOST_UNPACKED:
                raise _too_large(f"more than {MOST_UNPACKED // 1024**2:,} MB")
            sheets = _measured(book, most_cells)
    except DAMAGED:
        raise UnreadableFile("It is a damaged Excel workbook; save it again in Excel.") from None
    file.seek(0)
    return sheets


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


def _measured(book: ZipFile, most_cells: int) -> dict[str, ErrorCells]:
    """Unpack every member without keeping it, the sheets through a parser; see `measured`."""
    parts = _sheet_parts(book)
    sheets = {part: _Sheet(most_cells) for part in parts.values()}
    unpacked = 0
    names = set()
    for member in book.infolist():
        name = _plain_name(member.filename)
        if name in names:
            raise BadZipFile("Two members have one name, of which calamine may take the other")
        names.add(name)
        member.file_size = MOST_UNPACKED + 1  # so that a member is read to its true end
        sheet = sheets.get(name)
        with book.open(member) as content:
            while block := content.read(BLOCK):
                unpacked += len(block)
                if unpacked > MOST_UNPACKED:
                    raise _too_large(f"more than {MOST_UNPACKED // 1024**2:,} MB")
                if sheet:
                    sheet.feed(block)
    return {name: sheets[part].errors for name, part in parts.items() if part in names}


def _plain_name(name: str) -> str:
    """A member's name as calamine compares it: case does not count."""
    return name.replace("\\", "/").casefold()


def _sheet_parts(book: ZipFile) -> dict[str, str]:
    """The member in which each sheet lies, by the sheet's name; the first of two sheets of one name."""
    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in _elements(book, "xl/_rels/workbook.xml.rels", "Relationship")
    }
    parts: dict[str, str] = {}
    for sheet in _elements(book, "xl/workbook.xml", "sheet"):
        target = next((targets.get(value, "") for key, value in sheet.items() if key.endswith(":id")), "")
        target = target.removeprefix("/")
        part = target if target.startswith("xl/") else f"xl/{target}"
        parts.setdefault(sheet.get("name", ""), _plain_name(part))
    return parts


def _elements(book: ZipFile, member: str, name: str) -> list[dict[str, str]]:
    """The attributes of all elements called `name` in a small member."""
    found: list[dict[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == name:
            found.append(attributes)

    with book.open(member) as content:
        _parser(start).Parse(content.read(MOST_DESCRIPTION))
    return found


def _parser(start: Callable[[str, dict[str, str]], None]) -> expat.XMLParserType:
    """A parser that tells the elements' beginnings, and takes no document type, since entities may grow without end."""

    def refuse(*_what: Any) -> None:
        raise ValueError("A workbook declares no document type")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    return parser


class _Sheet:
    """Measures the sheet whose XML it is fed. Raises UnreadableFile for one that is too large."""

    def __init__(self, most_cells: int) -> None:
        self.errors: ErrorCells = []
        self._parser = _parser(self._start)
        self._row = self._column = self._lowest = self._widest = 0
        self._since_tag = 0  # bytes
        self._most_cells = most_cells

    def feed(self, block: bytes) -> None:
        at = block.rfind(b"<")
        self._since_tag = len(block) - at if at >= 0 else self._since_tag + len(block)
        if self._since_tag > LONGEST_PIECE:
            raise _too_large(f"a cell of more than {LONGEST_PIECE:,} bytes")
        self._parser.Parse(block)
        if self._widest * self._lowest > self._most_cells:
            raise _too_large(
                f"{self._lowest:,} rows and {self._widest:,} columns, more than {self._most_cells:,} cells"
            )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag if len(tag) == 1 else tag.rpartition(":")[2]
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0

    def _cell(self, attributes: dict[str, str]) -> None:
        """Take a cell into the rectangle; one that does not say its place follows the one before it."""
        place = attributes.get("r", "")
        letters = place.rstrip("0123456789")
        self._column = _column_number(letters) if letters else self._column + 1
        row = int(place[len(letters) :]) if letters else self._row
        if self._column > self._widest:
            self._widest = self._column
        if row > self._lowest:
            self._lowest = row
        if attributes.get("t") == "e" and len(self.errors) < MOST_ERROR_CELLS:
            self.errors.append((place or f"column {self._column}", row))


@lru_cache(maxsize=20_000)
def _column_number(letters: str) -> int:
    """The number of the column named so, A is 1."""
    if not COLUMN.fullmatch(letters):
        raise ValueError("No column has this name")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
