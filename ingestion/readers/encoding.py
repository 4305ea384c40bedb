"""Telling the encoding of a file, and what of a text cannot be stored."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from ingestion.errors.unreadable import UnreadableFile

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


def decoder_for(beginning: bytes) -> tuple[str, Callable[[bytes, bool], str]]:
    """Return the encoding of a file that begins so, and its decoder: UTF-16 where a mark says so, else UTF-8.

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
    """Say whether `text` can be written as UTF-8: it holds no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def unwritable(text: str) -> str:
    """Say what `text` holds that cannot be stored, or that nobody wrote; nothing for one that can be stored."""
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
    """Say which byte of `text` is not UTF-8, and in what encoding it may be; nothing when all are."""
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
