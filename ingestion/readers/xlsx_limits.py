"""The parts of an Excel workbook (.xlsx): which there are, and reading their XML in bounded memory.

What a part unpacks to is never believed but counted while it is read, and no more of it is held than one element.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EINVAL
from posixpath import dirname, join, normpath
from typing import IO, Any, Self
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.base import BLOCK, LONGEST_RECORD
from ingestion.readers.encoding import OTHER_FILES, ZIP
from ingestion.readers.unpack import Budget

MOST_DIRECTORY = 1024**2  # bytes of the zip's list of members; a workbook has some dozen
MOST_DEPTH = 64  # elements within one another
MOST_SHEETS = 10_000
LONGEST_NAME = 1000  # of a sheet or part; Excel's have 31 characters
MOST_STYLES = 100_000  # Excel has 65,490
ELEMENTS_PER_CELL = 4
ROOT = "_rels/.rels"  # names the part with the list of sheets
END_OF_DIRECTORY = b"PK\x05\x06"
END_LENGTH, LONGEST_COMMENT = 22, 1 << 16
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
DAMAGED = (  # whatever zipfile, the decompressors and the XML parser raise for bytes that were changed
    BadZipFile,
    expat.ExpatError,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class WorkbookLimits:
    """How much is read of a workbook."""

    cells: int = 10_000_000  # of the rectangle around all used cells
    unpacked: int = 512 * 1024**2  # bytes of the parts that are read

    @property
    def elements(self) -> int:
        """XML elements of one part."""
        return self.cells * ELEMENTS_PER_CELL + 100_000


def too_large(how: str) -> UnreadableFile:
    """A workbook that is more than is read of one."""
    return UnreadableFile(f"The workbook unpacks to {how}; save the sheet as CSV in UTF-8 and upload that.")


def _damaged() -> UnreadableFile:
    return UnreadableFile("It is a damaged Excel workbook; save it again in Excel.")


@contextmanager
def opened(file: IO[bytes], limits: WorkbookLimits, budget: Budget) -> Iterator[Parts]:
    """The parts of the workbook in `file`. UnreadableFile, from the block too, for what is none or is damaged."""
    beginning = file.read(len(ZIP))
    if beginning != ZIP:
        what = OTHER_FILES.get(beginning, "not an Excel workbook (.xlsx); save it as one, or upload CSV")
        raise UnreadableFile(f"It is {what}.")
    _refuse_large_directory(file)
    try:
        with ZipFile(file) as book:
            yield Parts(book, limits, budget)
    except DAMAGED:
        raise _damaged() from None
    except OSError as error:
        if error.errno != EINVAL:  # of a place in the file that cannot be
            raise
        raise _damaged() from None


def _refuse_large_directory(file: IO[bytes]) -> None:
    """Refuse a list of members that would fill the memory when read."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_LENGTH - LONGEST_COMMENT))
    tail = file.read()
    at = len(tail) - END_LENGTH if tail[-END_LENGTH:].startswith(END_OF_DIRECTORY) else tail.rfind(END_OF_DIRECTORY)
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    if at >= 0 and (length > MOST_DIRECTORY or tail[at - 20 : at].startswith(b"PK\x06\x07")):
        raise too_large("far more parts than a workbook has")


class Parts:
    """The parts of an open workbook, which `read` gives to what understands them."""

    def __init__(self, book: ZipFile, limits: WorkbookLimits, budget: Budget) -> None:
        self.limits = limits
        self._book, self._budget = book, budget
        self._unpacked = 0
        self._members: dict[str, ZipInfo] = {}
        if sum(member.file_size for member in book.infolist()) > limits.unpacked:
            raise self._too_much()
        for member in book.infolist():
            name = _plain_name(member.filename)
            if name in self._members:
                raise BadZipFile("Two members have one name, of which another program may take the other")
            self._members[name] = member

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return _plain_name(name) in self._members

    def read(self, name: str, into: Xml) -> None:
        """Unpack a part into a parser. UnreadableFile for more than the limits, KeyError for a part that is missing."""
        member = self._members[_plain_name(name)]
        if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise BadZipFile("Other ways unpack without bounds, and no spreadsheet uses them")
        member.file_size = self.limits.unpacked + 1  # so that the member is read to its true end
        into.most_elements = self.limits.elements
        with self._book.open(member) as content, into:
            while block := content.read(BLOCK):
                self._unpacked += len(block)
                self._budget.spend(len(block))
                if self._unpacked > self.limits.unpacked:
                    raise self._too_much()
                into.feed(block)
            into.feed(b"", is_last=True)

    def _too_much(self) -> UnreadableFile:
        return too_large(f"more than {self.limits.unpacked // 1024**2:,} MB")


def _plain_name(name: str) -> str:
    """A member's name as spreadsheets compare it: case does not count."""
    return name.replace("\\", "/").casefold().lstrip("/")


class Xml:
    """Parses one part as it is fed, and takes no document type, since entities may grow without end.

    `begin` hears of an element without its prefix, `end` of its end. The text of an element is `taken` at its end if it
    was to `collect` at its beginning; all that is collected from one `restart` to the next is bounded.
    """

    most_elements = 0

    def __init__(self) -> None:
        self._collected: list[str] | None = None
        self._depth = self._elements = self._heard = self._quiet = self.length = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._hear
        self._parser.StartDoctypeDeclHandler = _refuse_doctype

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Hear of the beginning of an element."""

    def end(self, name: str) -> None:
        """Hear of the end of an element."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        del self._parser  # which refers to this; no collector of cycles may run

    def feed(self, block: bytes, *, is_last: bool = False) -> None:
        """Parse the next bytes. UnreadableFile for a text, comment or list of attributes that no workbook has."""
        self._parser.Parse(block, is_last)
        self._quiet = self._quiet + len(block) if self._elements == self._heard else 0
        self._heard = self._elements
        if self._quiet > LONGEST_RECORD:
            raise _long_cell()
        if self._elements > self.most_elements:
            raise too_large(f"more than {self.most_elements:,} elements")

    def _begin(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise ValueError("Elements nest deeper than in any workbook")
        self.begin(tag.rpartition(":")[2] if ":" in tag else tag, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self.end(tag.rpartition(":")[2] if ":" in tag else tag)

    def _hear(self, text: str) -> None:
        if self._collected is not None:
            self._collected.append(text)
            self.length += len(text)
            if self.length > LONGEST_RECORD:
                raise too_large(f"a row of more than {LONGEST_RECORD:,} characters")

    def collect(self) -> None:
        """Collect the text that follows."""
        self._collected = []

    def taken(self) -> str:
        """What was collected, without Excel's escapes."""
        text = "".join(self._collected or ())
        self._collected = None
        return unescaped(text) if "_x" in text else text


def _long_cell() -> UnreadableFile:
    return too_large(f"a cell of more than {LONGEST_RECORD:,} bytes")


def _refuse_doctype(*_what: Any) -> None:
    raise ValueError("A workbook declares no document type")


def unescaped(text: str) -> str:
    """`text` without Excel's escapes of what XML cannot hold; two of them may be the halves of one character."""
    plain = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook that people see."""

    name: str
    part: str


class Contents:
    """What a workbook says of itself: the sheets that people see, and the parts beside them."""

    def __init__(self, parts: Parts) -> None:
        book = _first(_related(parts, "") if parts.has(ROOT) else {}, "officeDocument") or "xl/workbook.xml"
        if book.endswith(".bin"):
            raise UnreadableFile("It is a binary Excel workbook (.xlsb); save it as .xlsx.")
        if not parts.has(book):
            raise UnreadableFile("It is no Excel workbook, but another zip file; save it as .xlsx, or upload CSV.")
        found = _Book()
        parts.read(book, found)
        related = _related(parts, book)
        self.sheets = [
            Sheet(name, related[id_].part) for name, id_ in found.sheets if id_ in related and related[id_].is_sheet
        ]
        self.is_1904, self.is_uncalculated = found.is_1904, found.is_uncalculated
        self.strings, self.styles = _first(related, "sharedStrings"), _first(related, "styles")


class _Book(Xml):
    """The part that lists the sheets."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, str]] = []
        self.is_1904 = self.is_uncalculated = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            id_ = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            if attributes.get("state", "visible") == "visible":
                self.sheets.append((attributes.get("name", "")[:LONGEST_NAME], id_[:LONGEST_NAME]))
            if len(self.sheets) > MOST_SHEETS:
                raise too_large(f"more than {MOST_SHEETS:,} sheets")
        elif name == "workbookPr":
            self.is_1904 = is_true(attributes.get("date1904"))
        elif name == "calcPr":
            self.is_uncalculated = is_true(attributes.get("fullCalcOnLoad"))


def is_true(value: str | None) -> bool:
    """Whether an attribute says yes."""
    return value in ("1", "true", "on")


@dataclass(frozen=True)
class _Relation:
    """A part that another part refers to."""

    kind: str
    part: str

    @property
    def is_sheet(self) -> bool:
        """Whether it has cells, and not a chart alone."""
        return self.kind in ("worksheet", "")


class _Relations(Xml):
    """The parts that `part` refers to, by the names that it gives them."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._folder = join("/", dirname(part))
        self.found: dict[str, _Relation] = {}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            target = normpath(join(self._folder, attributes.get("Target", "").replace("\\", "/"))).lstrip("/")
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found[attributes.get("Id", "")[:LONGEST_NAME]] = _Relation(kind[:LONGEST_NAME], target[:LONGEST_NAME])
            if len(self.found) > MOST_SHEETS:
                raise too_large(f"more than {MOST_SHEETS:,} sheets")


def _related(parts: Parts, part: str) -> dict[str, _Relation]:
    found = _Relations(part)
    parts.read(join(dirname(part), "_rels", f"{part.rpartition('/')[2]}.rels"), found)
    return found.found


def _first(relations: dict[str, _Relation], kind: str) -> str:
    """The name of the part of that kind; nothing where there is none."""
    return next((relation.part for relation in relations.values() if relation.kind == kind), "")
