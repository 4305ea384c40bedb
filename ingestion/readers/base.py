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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from time import thread_time
from typing import Protocol, Self

from django.conf import settings

BLOCK = 1 << 16  # bytes read at a time; what comes of them still fits a processor's cache
LEAST_SECONDS = 60  # of the processor's time that any file may take to be read
MOST_SHORT_BYTES = 4 * 1024**2  # unpacked, of a file that is short work; read and checked within a second or two
MOST_SECONDS = 4.0  # of the processor's time, where somebody waits for the answer and holds a thread of the web server
FREE_BYTES = 64 * 1024**2  # unpacked, of which nobody asks whether they are too many for the upload
MOST_RATIO = 400  # between unpacked and packed bytes; gzip reaches 1,030 with one byte over and over
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
LOOKS_LIKE = {  # files of another kind, by the first character of what should be a header
    "[": " It looks like JSON; upload it as JSON.",
    "{": " It looks like JSON; upload it as JSON.",
    "<": " It looks like a web page or XML; save the table as CSV in UTF-8.",
}
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


class Trouble(Enum):
    """What is the matter with a cell of a workbook."""

    CELL = "cell"  # it has no value that could be taken, whatever the column
    KEY = "key"  # it shares its value with other rows, which an id must not
    DIGITS = "digits"  # it shows other digits than it stores
    FORM = "form"  # it shows its value in another form


@dataclass(frozen=True)
class CellFault:
    """Something wrong with the cell of a row in the column `at` of the header, or strange about it."""

    row: int
    at: int
    value: str
    trouble: Trouble
    detail: str


@dataclass(frozen=True)
class Batch:
    """Rows that follow one another, the first of them numbered `first`.

    `rows` holds the cells of each, in the order of `header`. An empty list stands for a blank line, or as a BrokenRow
    for a row that was reported as broken. `faults` are those of single cells of a workbook, which count unless their
    column is left out.
    """

    header: tuple[str, ...]
    first: int
    rows: list[list[str]]
    faults: Sequence[CellFault] = ()


class Number(str):
    """The text of a number that stood without quotes in JSON, so that it can be told from a quoted one."""

    __slots__ = ()
    advice = "It is a number; write it in quotes, so that no digit of it is lost."


class StoredNumber(Number):
    """The text of a number in a workbook, which its number format `code` may show otherwise."""

    stored = ""
    code = "General"

    @classmethod
    def of(cls, text: str, stored: str, code: str) -> Self:
        """The cell with that text, for a number that is written as `stored`."""
        cell = cls(text)
        cell.stored, cell.code = stored, code
        return cell


class NumericCell(StoredNumber):
    """The text of a number in a workbook, which keeps no leading zeros and 15 digits at most."""

    advice = (
        "It is a number; format the column as text and enter the ids again,"
        " since a number loses leading zeros and digits."
    )


class DateCell(StoredNumber):
    """The text of a date in a workbook, which Excel may have made of something else that was typed."""

    advice = "It is a date, perhaps made by Excel of what was typed; format the column as text and enter the ids again."


AS_TEXT = "Format the column as text and enter it again."


class FormulaCell(str):
    """The text of a formula in a workbook whose value nobody calculated."""

    __slots__ = ()


class FormattedText(str):
    """A text in a workbook that its number format `code` shows otherwise."""

    code = "@"

    @classmethod
    def of(cls, text: str, code: str) -> Self:
        """The cell with that text."""
        cell = cls(text)
        cell.code = code
        return cell


class TruthCell(str):
    """TRUE or FALSE in a workbook, in the letters of JSON."""

    __slots__ = ()


class ErrorCell(str):
    """An error of Excel's, such as #N/A, in a cell of a workbook."""

    __slots__ = ()


class Budget:
    """What may be spent on reading one file, by what it unpacks to and not by what was uploaded.

    `outgrown` is called once, when the file turns out to be more than short work. Where somebody waits for the answer,
    reading may take `most_seconds` of the processor's time, whatever the file unpacks to.
    """

    def __init__(self, outgrown: Callable[[], None] | None = None, most_seconds: float | None = None) -> None:
        self._outgrown = outgrown
        self._most_seconds = most_seconds
        self._begun = thread_time()
        self._bytes = 0

    def spend(self, size: int) -> None:
        """So many bytes more were unpacked. UnreadableFile when reading takes too much of the processor for them."""
        self._bytes += size
        if self._outgrown and self._bytes > MOST_SHORT_BYTES:
            outgrown, self._outgrown = self._outgrown, None
            outgrown()
        spent, most = thread_time() - self._begun, self._most_seconds
        if most is not None:
            if spent > most:
                raise UnreadableFile(
                    f"Reading it takes more than {most:g} seconds of the processor's time; send it in parts."
                )
            return
        allowed = LEAST_SECONDS + settings.SECONDS_PER_MB * self._bytes / 1024**2
        if spent > allowed:
            raise UnreadableFile(
                f"Reading it took longer than a file of {self._bytes:,} bytes may take, {allowed:,.0f} seconds of"
                " the processor's time; upload it in parts."
            )


class _Metered:
    """A file whose bytes are counted as they are read."""

    def __init__(self, file: Source, budget: Budget) -> None:
        self._file, self._budget = file, budget

    def read(self, size: int, /) -> bytes:
        block = self._file.read(size)
        self._budget.spend(len(block))
        return block

    def seek(self, offset: int, /) -> int:
        return self._file.seek(offset)


class _Packed:
    """The bytes of a gzip file, counted to compare them with what they unpack to. Many may unpack to nothing."""

    def __init__(self, file: Source, budget: Budget) -> None:
        self._file, self._budget = file, budget
        self.read_bytes = 0

    def read(self, size: int, /) -> bytes:
        block = self._file.read(size)
        self.read_bytes += len(block)
        self._budget.spend(0)
        return block

    def seek(self, offset: int, /) -> int:
        self.read_bytes = 0
        return self._file.seek(offset)


class _Unpacked:
    """What a gzip file holds. Raises UnreadableFile when it is damaged, or larger than what is read of any file."""

    def __init__(self, file: Source, budget: Budget) -> None:
        self._packed, self._budget = _Packed(file, budget), budget
        self._content = gzip.GzipFile(fileobj=self._packed, mode="rb")

    def read(self, size: int, /) -> bytes:
        try:
            block: bytes = self._content.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise UnreadableFile("It is compressed by gzip, but damaged or cut off; compress it again.") from None
        self._budget.spend(len(block))
        self._refuse_bomb(self._content.tell())
        return block

    def _refuse_bomb(self, unpacked: int) -> None:
        if unpacked > settings.MAX_UNPACKED_BYTES:
            raise UnreadableFile(
                f"Unpacked it is larger than {settings.MAX_UNPACKED_BYTES:,} bytes; upload it in parts."
            )
        if unpacked > FREE_BYTES and unpacked > MOST_RATIO * self._packed.read_bytes:
            raise UnreadableFile(
                f"Unpacked it is more than {MOST_RATIO} times as large as the upload, which no table of codes is; if"
                " this one is, upload it without compressing it."
            )

    def seek(self, offset: int, /) -> int:
        return self._content.seek(offset)


def unpacked(file: Source, budget: Budget | None = None) -> tuple[Source, dict[str, str]]:
    """The content of `file`, unpacked if it is compressed by gzip, and the facts about that."""
    budget = budget or Budget()
    is_packed = file.read(len(GZIP)) == GZIP
    file.seek(0)
    return (_Unpacked(file, budget), {"compression": "gzip"}) if is_packed else (_Metered(file, budget), {})


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
