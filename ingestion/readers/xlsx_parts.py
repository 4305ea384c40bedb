"""The parts of a workbook: the members of its zip file, unpacked in bounded memory.

The size that a member claims is never believed: its bytes are counted while they are read.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EINVAL
from typing import IO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.base import BLOCK
from ingestion.readers.encoding import OTHER_FILES, ZIP
from ingestion.readers.unpack import Budget
from ingestion.readers.xlsx_limits import WorkbookLimits, too_large
from ingestion.readers.xlsx_xml import Xml
from portal.values.problems import say_problem

LOOKED_AT = 4096  # bytes of a file of another kind
XML_2003 = b"urn:schemas-microsoft-com:office:spreadsheet"
MOST_DIRECTORY = 1024**2  # bytes of the zip's list of members; a workbook has some dozen
END_OF_DIRECTORY = b"PK\x05\x06"
END_LENGTH, LONGEST_COMMENT = 22, 1 << 16
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


def _name_text(beginning: bytes) -> str:
    """Say what a file is that begins so, and is no zip file."""
    text = beginning.replace(b"\0", b"").lower()  # of UTF-16, too
    if XML_2003 in text:
        return say_problem(
            "It is an Excel workbook in XML of 2003; open it in Excel, and save it as .xlsx (Excel Workbook)."
        )
    if b"<html" in text or b"<table" in text:
        return say_problem(
            "It is a web page that is called a workbook; open it in Excel, and save it as .xlsx (Excel Workbook)."
        )
    if b"<?xml" in text:
        return say_problem("It is XML, and not an Excel workbook (.xlsx); save the table as .xlsx, or upload CSV.")
    return say_problem("It is not an Excel workbook (.xlsx); save it as one, or upload CSV.")


def _damaged() -> UnreadableFile:
    return UnreadableFile(say_problem("It is a damaged Excel workbook; save it again in Excel."))


@contextmanager
def opened(file: IO[bytes], limits: WorkbookLimits, budget: Budget) -> Iterator[Parts]:
    """The parts of the workbook in `file`. UnreadableFile, from the block too, for what is none or is damaged."""
    beginning = file.read(len(ZIP))
    if beginning != ZIP:
        raise UnreadableFile(OTHER_FILES.get(beginning) or _name_text(beginning + file.read(LOOKED_AT)))
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
        raise too_large(say_problem("far more parts than a workbook has"))


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
        """Say whether there is such a part."""
        return _plain_name(name) in self._members

    def has_like(self, ending: str) -> bool:
        """Say whether the name of a part ends like this."""
        return any(name.endswith(ending) for name in self._members)

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
        return too_large(say_problem("more than {size:,} MB", size=self.limits.unpacked // 1024**2))


def _plain_name(name: str) -> str:
    """A member's name as spreadsheets compare it: case does not count."""
    return name.replace("\\", "/").casefold().lstrip("/")
