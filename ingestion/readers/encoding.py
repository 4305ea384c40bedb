"""Telling the encoding of a file, and what of a text cannot be stored."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.base import ERRORS_COLUMN
from ingestion.readers.seven_bit import refuse_seven_bit
from portal.values.problems import say_problem

Decode = Callable[[bytes, bool], str]
"""Decodes a file piece by piece; it is told which piece is the last."""


@dataclass(frozen=True)
class Encoding:
    """An encoding that a file may be in: its name as people write it, and Python's codec.

    `unused` finds what the codec makes of bytes that stand for no character.
    """

    label: str
    codec: str
    unused: re.Pattern[str] | None = None


UTF_8, UTF_16 = "utf-8", "utf-16"
ENCODINGS = {  # by the option `encoding`; those of East Asia with what Windows adds to the standards
    UTF_8: Encoding("UTF-8", "utf-8-sig"),
    UTF_16: Encoding("UTF-16", "utf-16"),
    "windows-1252": Encoding("Windows-1252", "cp1252"),
    "iso-8859-15": Encoding("ISO-8859-15", "iso8859-15", re.compile("[\x80-\x9f]")),
    "windows-1251": Encoding("Windows-1251", "cp1251"),
    "gb18030": Encoding("GB18030", "gb18030"),
    "shift_jis": Encoding("Shift_JIS", "cp932", re.compile("[\x80\uf8f0-\uf8f3]")),
    "big5": Encoding("Big5", "cp950"),
    "euc-kr": Encoding("EUC-KR", "cp949"),
}
CALLED = {  # by Python's names, which know many spellings
    "ascii": UTF_8,
    "utf-8": UTF_8,
    "utf-16-le": UTF_16,
    "utf-16-be": UTF_16,
    "iso8859-1": "windows-1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "gb18030",
    "shift_jis": "shift_jis",
    "big5": "big5",
    "big5hkscs": "big5",
    "euc_kr": "euc-kr",
    "johab": "euc-kr",
} | {encoding.codec: name for name, encoding in ENCODINGS.items()}
SAID = {"ansi": "windows-1252", "windows-31j": "shift_jis", "windows-949": "euc-kr", "windows-936": "gb18030"}
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "UTF-8",
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
UNDECODED = re.compile("[\udc80-\udcff]+")  # as "surrogateescape" leaves bytes that the encoding has not
REPLACEMENT = "\ufffd"
LONGEST_ACCENTED = 3  # letters with accents that follow one another in a language of the West
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
LOOKS_LIKE = {  # files of another kind, by the first character of what should be a header
    "[": " " + say_problem("It looks like JSON; upload it as JSON."),
    "{": " " + say_problem("It looks like JSON; upload it as JSON."),
    "<": " " + say_problem("It looks like a web page or XML; save the table as CSV in UTF-8."),
}
OTHER_FILES = {
    ZIP: say_problem(
        "It is an Excel workbook or another zip file; upload a workbook as .xlsx on the upload page, or "
        "save its sheet as CSV in UTF-8."
    ),
    b"\xd0\xcf\x11\xe0": say_problem("It is an old or encrypted Excel workbook; save the sheet as CSV in UTF-8."),
    GZIP: say_problem("It is compressed by gzip more than once; compress it once only."),
    b"%PDF": say_problem("It is a PDF; save the table as CSV in UTF-8."),
    b"BZh": say_problem("It is compressed by bzip2; unpack it, or compress it by gzip."),
    b"\xfd7zXZ": say_problem("It is compressed by xz; unpack it, or compress it by gzip."),
    b"\x28\xb5\x2f\xfd": say_problem("It is compressed by Zstandard; unpack it, or compress it by gzip."),
    b"7z\xbc\xaf": say_problem("It is a 7z archive; unpack it, or compress the file by gzip."),
    b"\x89PNG": say_problem("It is a picture; upload the table itself as CSV in UTF-8."),
}


def meant_encoding(name: str) -> str:
    """Return which of ENCODINGS is known as `name` too, as `latin-1` or `cp1252`; nothing where none is."""
    spelled = name.strip().lower()
    try:
        return SAID.get(spelled) or CALLED.get(codecs.lookup(spelled).name, "")
    except (LookupError, ValueError):  # of a NUL
        return ""


def decoder_for(beginning: bytes, encoding: str = "") -> tuple[str, Decode]:
    """Return the label of the encoding of a file that begins so, and its decoder.

    It is in `encoding`, one of ENCODINGS. Where that is empty it is in UTF-16 if a mark says so, else in UTF-8. A byte
    that the encoding has not comes out as a lone surrogate; broken UTF-16 raises UnreadableFile, as do UTF-32, files of
    other kinds, and a mark of another encoding, but for the one that we put before rows that are given back.
    """
    for signature, what in OTHER_FILES.items():
        if beginning.startswith(signature):
            raise UnreadableFile(what)
    mark = next((mark for mark in BYTE_ORDER_MARKS if beginning.startswith(mark)), b"")
    label = BYTE_ORDER_MARKS.get(mark, "")
    if label == "UTF-32":
        raise UnreadableFile(say_problem("It is in UTF-32; save it in UTF-8."))
    said = ENCODINGS[encoding or UTF_8]
    if not mark:
        _refuse_without_mark(beginning, said)
    elif said.label not in ("UTF-8", label) and not (label == "UTF-8" and ERRORS_COLUMN.encode() in beginning):
        raise UnreadableFile(
            say_problem(
                "It begins with the byte order mark of {label}, but the upload says that it is in "
                "{label2}; leave out the option `encoding`.",
                label=label,
                label2=said.label,
            )
        )
    label = label or said.label
    if label == "UTF-16":
        return label, _utf16_decoder(beginning)
    if mark:
        return label, codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
    return label, _wary(decoder_of(said))


def _wary(decode: Decode) -> Decode:
    """Return the decoder for a file without a mark. It raises UnreadableFile for seven bits that are not ASCII."""
    lines = 0

    def decode_warily(piece: bytes, is_last: bool) -> str:
        nonlocal lines
        if piece.isascii():
            refuse_seven_bit(piece, lines)
        lines += piece.count(b"\n")
        return decode(piece, is_last)

    return decode_warily


def _refuse_without_mark(beginning: bytes, said: Encoding) -> None:
    """Raise UnreadableFile where every second byte seems to be a zero, and UTF-16 was not said."""
    if said.label != "UTF-16" and beginning[:2].strip(b"\0") != beginning[:2]:
        raise UnreadableFile(
            say_problem(
                "It seems to be in UTF-16 or UTF-32 without a byte order mark; save it in UTF-8, or "
                "upload UTF-16 again with {option}.",
                option=as_option(UTF_16),
            ),
            encoding=UTF_16,
        )


def _utf16_decoder(beginning: bytes) -> Decode:
    """Return the decoder of UTF-16, in the order of bytes that the mark says, or else the header's first character."""
    has_mark = beginning[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    order = "" if has_mark else "-be" if beginning[:1] == b"\0" else "-le"
    decode = codecs.getincrementaldecoder(f"utf-16{order}")("surrogatepass").decode

    def decode_utf16(piece: bytes, is_last: bool) -> str:
        try:
            return decode(piece, is_last)
        except UnicodeDecodeError:
            raise UnreadableFile(say_problem("It says that it is in UTF-16, but is not; save it in UTF-8.")) from None

    return decode_utf16


def decoder_of(encoding: Encoding) -> Decode:
    """Return the decoder of an encoding other than UTF-16; a byte that it has not comes out as a lone surrogate."""
    decode, unused = codecs.getincrementaldecoder(encoding.codec)("surrogateescape").decode, encoding.unused
    if unused is None:
        return decode

    def to_byte(character: re.Match[str]) -> str:
        return character[0].encode(encoding.codec).decode("ascii", "surrogateescape")

    return lambda piece, is_last: unused.sub(to_byte, decode(piece, is_last))


def as_option(encoding: str) -> str:
    """Write `encoding` as the option of a call."""
    return f'`"encoding": "{encoding}"`'


def is_utf8(text: str) -> bool:
    """Say whether `text` can be written as UTF-8: it holds no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def unwritable(text: str, label: str = "UTF-8", advice: str = "") -> str:
    """Say what `text` holds that cannot be stored, or that nobody wrote; nothing for one that can be stored.

    It was decoded from the encoding `label`; `advice` says what to do about a byte that this has not.
    """
    if "\0" in text:
        return say_problem("It holds a NUL character.")
    if text.isascii():
        return ""
    if not is_utf8(text):
        return _undecoded(text, label, advice) or say_problem(
            "It holds half of a surrogate pair, which is no character."
        )
    if REPLACEMENT in text:
        return say_problem(
            "Character {place:,} is the replacement character (U+FFFD): a program could not read what "
            "stood there. Enter the true character.",
            place=text.index(REPLACEMENT) + 1,
        )
    return ""


def _undecoded(text: str, label: str, advice: str) -> str:
    """Say which byte of `text` is none of the encoding, and in what encoding it may be; nothing when all are."""
    bytes_ = UNDECODED.search(text)
    if bytes_ is None:
        return ""
    raw = bytes_[0].encode(errors="surrogateescape")
    place, byte = bytes_.start() + 1, f"0x{raw[0]:02X}"
    if label != "UTF-8":
        return say_problem(
            "Character {place:,} is the byte {byte}, which {label} does not have. Save the file in UTF-8.",
            place=place,
            byte=byte,
            label=label,
        )
    if advice:
        said = say_problem("Character {place:,} is the byte {byte}, which is not UTF-8.", place=place, byte=byte)
        return f"{said} {advice}"
    western = raw.decode("cp1252", "replace")
    guess = say_problem("it may be GBK, Shift-JIS or Big5")
    if len(raw) <= LONGEST_ACCENTED and western.isalpha():
        guess = say_problem("it may be GBK, Shift-JIS or Big5; in Windows-1252 it is {western}", western=western)
        if len(raw) == 1:
            guess = say_problem("in Windows-1252 it would be {western}", western=western)
    return say_problem(
        "Character {place:,} is the byte {byte}, which is not UTF-8 ({guess:s}). Save the file in UTF-8.",
        place=place,
        byte=byte,
        guess=guess,
    )
