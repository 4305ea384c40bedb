"""What readers of all file types share.

Rows are numbered by the readers and nowhere else: a row's number is the one a spreadsheet shows, so the header is 1,
blank lines count, and a line break inside quotes does not. In JSON the first object is 1.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings

BLOCK = 1 << 16  # bytes read at a time; what comes of them still fits a processor's cache
LONGEST_RECORD = 1 << 20  # characters of one record, line breaks inside quotes included
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
UNDECODED = re.compile("[\udc80-\udcff]+")  # as "surrogateescape" leaves bytes that are not UTF-8
REPLACEMENT = "\ufffd"
REPLACED = "the replacement character (U+FFFD): a program could not read what stood there. Enter the true character."
LONGEST_ACCENTED = 3  # letters with accents that follow one another in a language of the West
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
OTHER_FILES = {
    ZIP: "an Excel workbook or another zip file; upload a workbook as .xlsx on the upload page, or save its sheet as"
    " CSV in UTF-8",
    b"\xd0\xcf\x11\xe0": "an old or encrypted Excel workbook; save the sheet as CSV in UTF-8",
    GZIP: "compressed by gzip more than once; compress it once only",
    b"%PDF": "a PDF; save the table as CSV in UTF-8",
    b"BZh": "compressed by bzip2; unpack it, or compress it by gzip",
    b"\xfd7zXZ": "compressed by xz; unpack it, or compress it by gzip",
    b"\x28\xb5\x2f\xfd": "compressed by Zstandard; unpack it, or compress it by gzip",
    b"7z\xbc\xaf": "a 7z archive; unpack it, or compress the file by gzip",
    b"\x89PNG": "a picture; upload the table itself as CSV in UTF-8",
}


class UnreadableFile(Exception):  # noqa: N818  # says what the file is
    """The file as a whole cannot be read; the message says why and how to mend it."""


class Source(Protocol):
    """The bytes of an upload."""

    def read(self, size: int, /) -> bytes: ...
    def seek(self, offset: int, /) -> int: ...


def check_digest(file: Source, expected: str) -> None:
    """UnreadableFile when the file has another SHA-256 than `expected`, in hexadecimal; reading begins anew then."""
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    if digest.hexdigest() != expected:
        found = f"its SHA-256 is {digest.hexdigest()}, not {expected}"
        raise UnreadableFile(f"The file was changed or cut short on its way: {found}. Upload it again.")
    file.seek(0)


class Log(Protocol):
    """Takes what a reader finds wrong with a row, or strange about the file."""

    def add(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "") -> None: ...
    def warn(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "") -> None: ...


class BrokenRow(list[str]):
    """The empty list that stands for a row which was reported as broken; `cells` are its own, or else `line` is.

    A line is what cannot be told apart into cells.
    """

    def __init__(self, cells: list[str], line: str = "") -> None:
        super().__init__()
        self.cells, self.line = cells, line


def is_blank(cells: Iterable[str]) -> bool:
    """Whether all cells of a row are empty, or hold nothing but white space: it counts as a row, and says nothing."""
    return not "".join(cells).strip()


@dataclass(frozen=True)
class Batch:
    """Rows that follow one another, the first of them numbered `first`.

    `rows` holds the cells of each, in the order of `header`. An empty list stands for a blank line, or as a BrokenRow
    for a row that was reported as broken.
    """

    header: tuple[str, ...]
    first: int
    rows: list[list[str]]


class Number(str):
    """The text of a number that stood without quotes in JSON, so that it can be told from a quoted one."""

    __slots__ = ()
    advice = "It is a number; write it in quotes, so that no digit of it is lost."


class NumericCell(Number):
    """The text of a number in a workbook, which keeps no leading zeros and 15 digits at most."""

    __slots__ = ()
    advice = (
        "It is a number; format the column as text and enter the ids again,"
        " since a number loses leading zeros and digits."
    )


class DateCell(Number):
    """The text of a date in a workbook, which Excel may have made of something else that was typed."""

    __slots__ = ()
    advice = "It is a date, perhaps made by Excel of what was typed; format the column as text and enter the ids again."


class _Unpacked:
    """What a gzip file holds. Raises UnreadableFile when it is damaged, or larger than what is read of any file."""

    def __init__(self, file: Source) -> None:
        self._content = gzip.GzipFile(fileobj=file)

    def read(self, size: int, /) -> bytes:
        try:
            block: bytes = self._content.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise UnreadableFile("It is compressed by gzip, but damaged or cut off; compress it again.") from None
        if self._content.tell() > settings.MAX_UNPACKED_BYTES:
            raise UnreadableFile(
                f"Unpacked it is larger than {settings.MAX_UNPACKED_BYTES:,} bytes; upload it in parts."
            )
        return block

    def seek(self, offset: int, /) -> int:
        return self._content.seek(offset)


def unpacked(file: Source) -> tuple[Source, dict[str, str]]:
    """The content of `file`, unpacked if it is compressed by gzip, and the facts about that."""
    is_packed = file.read(len(GZIP)) == GZIP
    file.seek(0)
    return (_Unpacked(file), {"compression": "gzip"}) if is_packed else (file, {})


def decoder_for(beginning: bytes) -> tuple[str, Callable[[bytes, bool], str]]:
    """The encoding of a file that begins so, UTF-8 or by its mark UTF-16, and what decodes it.

    The decoder takes a piece at a time and is told which is the last. A byte that is not UTF-8 comes out as a lone
    surrogate; broken UTF-16 raises UnreadableFile, as do UTF-32 and files of other kinds.
    """
    for signature, what in OTHER_FILES.items():
        if beginning.startswith(signature):
            raise UnreadableFile(f"It is {what}.")
    mark = next((mark for mark in BYTE_ORDER_MARKS if beginning.startswith(mark)), b"")
    encoding = BYTE_ORDER_MARKS.get(mark, "UTF-8")
    if encoding == "UTF-32":
        raise UnreadableFile("It is in UTF-32; save it in UTF-8.")
    if encoding == "UTF-8":
        if beginning[:2].strip(b"\0") != beginning[:2]:
            raise UnreadableFile("It seems to be in UTF-16 or UTF-32 without a byte order mark; save it in UTF-8.")
        return encoding, codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
    decode = codecs.getincrementaldecoder("utf-16")("surrogatepass").decode

    def decode_utf16(piece: bytes, is_last: bool) -> str:
        try:
            return decode(piece, is_last)
        except UnicodeDecodeError:
            raise UnreadableFile("It says that it is in UTF-16, but is not; save it in UTF-8.") from None

    return encoding, decode_utf16


def is_utf8(text: str) -> bool:
    """Whether `text` can be written as UTF-8: it holds no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def unwritable(text: str) -> str:
    """What `text` holds that cannot be stored, or that nobody wrote; nothing for one that can be stored."""
    if "\0" in text:
        return "It holds a NUL character."
    if text.isascii():
        return ""
    if not is_utf8(text):
        return _undecoded(text) or "It holds half of a surrogate pair, which is no character."
    if REPLACEMENT in text:
        return f"Character {text.index(REPLACEMENT) + 1:,} is {REPLACED}"
    return ""


def _undecoded(text: str) -> str:
    """Which byte of `text` is not UTF-8, and in what encoding it may be; nothing when all are. See UNDECODED."""
    bytes_ = UNDECODED.search(text)
    if bytes_ is None:
        return ""
    raw = bytes_[0].encode(errors="surrogateescape")
    byte, western = raw[0], raw.decode("cp1252", "replace")
    guess = "it may be GBK, Shift-JIS or Big5"
    if len(raw) <= LONGEST_ACCENTED and western.isalpha():
        guess = (
            f"in Windows-1252 it would be {western}" if len(raw) == 1 else f"{guess}; in Windows-1252 it is {western}"
        )
    return (
        f"Character {bytes_.start() + 1:,} is the byte 0x{byte:02X}, which is not UTF-8 ({guess})."
        " Save the file in UTF-8."
    )
