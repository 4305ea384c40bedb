"""What readers of all file types share.

Rows are numbered by the readers and nowhere else: a row's number is the one a spreadsheet shows, so the header is 1,
blank lines count, and a line break inside quotes does not. In JSON the first object is 1.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import dataclass

BLOCK = 1 << 16  # bytes read at a time; what comes of them still fits a processor's cache
LONGEST_RECORD = 1 << 20  # characters of one record, line breaks inside quotes included
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
OTHER_FILES = {
    b"PK\x03\x04": "an Excel workbook or another zip file; save the sheet as CSV in UTF-8",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; save the sheet as CSV in UTF-8",
    b"\x1f\x8b": "compressed by gzip; unpack it first",
    b"%PDF": "a PDF; save the table as CSV in UTF-8",
}


class UnreadableFile(Exception):  # noqa: N818  # says what the file is
    """The file as a whole cannot be read; the message says why and how to mend it."""


@dataclass(frozen=True)
class Batch:
    """Rows that follow one another, the first of them numbered `first`.

    `rows` holds the cells of each, in the order of `header`. An empty list stands for a blank line, or for a row that
    was reported as broken.
    """

    header: tuple[str, ...]
    first: int
    rows: list[list[str]]


class Number(str):
    """The text of a JSON number, so that it can be told from a quoted one."""

    __slots__ = ()


def decoder_for(beginning: bytes) -> Callable[[bytes, bool], str]:
    """What decodes a file that begins so, a piece at a time and told which is the last: UTF-8, or UTF-16 by its mark.

    A byte that is not UTF-8 comes out as a lone surrogate; broken UTF-16 raises UnreadableFile, as do UTF-32 and
    files of other kinds.
    """
    for signature, what in OTHER_FILES.items():
        if beginning.startswith(signature):
            raise UnreadableFile(f"It is {what}.")
    mark = next((mark for mark in BYTE_ORDER_MARKS if beginning.startswith(mark)), b"")
    encoding = BYTE_ORDER_MARKS.get(mark, "UTF-8")
    if encoding == "UTF-32":
        raise UnreadableFile("It is in UTF-32; save it in UTF-8.")
    if encoding == "UTF-8":
        return codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
    decode = codecs.getincrementaldecoder("utf-16")().decode

    def decode_utf16(piece: bytes, is_last: bool) -> str:
        try:
            return decode(piece, is_last)
        except UnicodeDecodeError:
            raise UnreadableFile("It says that it is in UTF-16, but is not; save it in UTF-8.") from None

    return decode_utf16


def is_utf8(text: str) -> bool:
    """Whether `text` can be written as UTF-8: it holds no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
