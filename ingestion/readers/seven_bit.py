"""Encodings of seven bits, whose files would pass as ASCII: they are told by their marks, and refused by name."""

from __future__ import annotations

import codecs
import re

from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.common_characters import HANGUL, JAPANESE, SIMPLIFIED, TRADITIONAL
from portal.values.problems import say_problem

ESCAPED = re.compile(rb"\x1b(?:\$[@AB]|\$[()][A-G]|\(I)")  # switches to letters of East Asia
HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")
UTF_7 = re.compile(rb"\+(?:[A-Za-z0-9+/]{3,}-|[A-Za-z0-9+/]{6})")  # with its end, or of two characters or more
LETTERS = re.compile("[\u00c0-\u024f\u0370-\u03ff\u0410-\u044f\u3041-\u30ff]")  # of Europe and Japan
COMMON = HANGUL | JAPANESE | SIMPLIFIED | TRADITIONAL


def refuse_seven_bit(piece: bytes, lines_before: int) -> None:
    """Raise UnreadableFile where a piece of a file in ASCII is text in ISO-2022, HZ or UTF-7.

    UTF-7 and HZ have marks that may stand in any text: they are such only where all of them mean what people write. A
    plus sign before three letters alone is no mark of UTF-7: one in a hundred such words means something in it.
    """
    if b"\x1b" in piece and (found := ESCAPED.search(piece)):
        label, codec = _iso_2022(found[0])
        _refuse(piece, found.start(), label, codec, lines_before)
    if b"~{" in piece and (found := HZ.search(piece)) and _is_written(_decoded(found[0], "hz")):
        _refuse(piece, found.start(), "HZ", "hz", lines_before)
    if b"+" in piece and UTF_7.search(piece) and _is_written(_decoded(piece, "utf-7")):
        run = re.search(rb"\+[A-Za-z0-9+/]", piece)
        _refuse(piece, run.start() if run else 0, "UTF-7", "utf-7", lines_before)


def _iso_2022(escape: bytes) -> tuple[str, str]:
    if escape == b"\x1b$)C":
        return "ISO-2022-KR", "iso2022_kr"
    if escape.startswith(b"\x1b$)"):
        return "ISO-2022-CN", ""
    return "ISO-2022-JP", "iso2022_jp_2"


def _decoded(piece: bytes, codec: str) -> str:
    """Decode a piece, whose end may be within a character; return nothing where it is none in that encoding."""
    try:
        return codecs.getincrementaldecoder(codec)().decode(piece)
    except UnicodeDecodeError:
        return ""


def _is_written(text: str) -> bool:
    """Say whether most of what `text` holds beyond ASCII is what people write often, and something is."""
    beyond = [character for character in text if not character.isascii()]
    common = sum(1 for character in beyond if character in COMMON or LETTERS.match(character))
    return bool(beyond) and common * 2 >= len(beyond)


def _refuse(piece: bytes, at: int, label: str, codec: str, lines_before: int) -> None:
    begin = piece.rfind(b"\n", 0, at) + 1
    line = piece[begin:].partition(b"\n")[0].rstrip(b"\r")
    text = _decoded(line + b"\n", codec)[:-1] if codec else ""  # which ends what an encoding keeps for later
    number = lines_before + piece.count(b"\n", 0, at) + 1
    shown_line = shown(line.decode("ascii"))
    if text.isprintable() and not text.isascii():
        seems = say_problem(
            "It seems to be in {label}: line {number:,} is {line}, where this is `{text}`.",
            label=label,
            number=number,
            line=shown_line,
            text=shown(text),
        )
    else:
        seems = say_problem(
            "It seems to be in {label}: line {number:,} is {line}.", label=label, number=number, line=shown_line
        )
    mend = say_problem(
        "{label} is not read; open the file in the program that wrote it, and save it as CSV in UTF-8.", label=label
    )
    raise UnreadableFile(f"{seems} {mend}")
