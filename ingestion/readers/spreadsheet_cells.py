"""Cells on their way into a file that a spreadsheet opens, and back out of one that was uploaded again.

What a spreadsheet would run as a formula gets an apostrophe in front. A character that no text can hold is spelled
behind a replacement character, U+FFFD: a byte that is not UTF-8 as `�xF6`, any other as `�u0000`. So the file is clean
UTF-8, which a spreadsheet can save again, and the cell stays refused until somebody corrects it. `restored` undoes
exactly what `escaped` did. It is asked only of files that have our column of errors, or that of guarded exports: in
others an apostrophe is the uploader's own.
"""

from __future__ import annotations

import re

from portal.values.formulas import FORMULA, guarded, unguarded

FIELD_START = r"(?:(?<=[,;\t|])|(?<=[,;\t|]\"))"
RUN_IN_LINE = re.compile(rf"{FIELD_START}(?='*{FORMULA})")
GUARD_IN_LINE = re.compile(rf"{FIELD_START}'(?='*{FORMULA})")
LOST = re.compile("[\0\ud800-\udfff\ufffd]")
SPELLED = re.compile("\ufffd(?:x([89A-F][0-9A-F])|u(0000|D[89A-F][0-9A-F]{2}|FFFD))")
BYTES = 0xDC00  # what "surrogateescape" adds to a byte


def escaped(cell: str) -> str:
    """`cell` as a file for spreadsheets has it."""
    return guarded(spelled(cell))


def restored(cell: str) -> str:
    """The cell that was `escaped`."""
    cell = unguarded(cell)
    return _unspelled(cell) if "\ufffd" in cell else cell


def escaped_line(line: str) -> str:
    """A line whose fields cannot be told apart, `escaped` wherever one may begin."""
    return RUN_IN_LINE.sub("'", f",{spelled(line)}")[1:]


def restored_line(line: str) -> str:
    """The line that was `escaped_line`."""
    return _unspelled(GUARD_IN_LINE.sub("", f",{line}")[1:])


def spelled(text: str) -> str:
    """`text` with what no text can hold in letters and digits."""
    return text if text.isascii() and "\0" not in text else LOST.sub(_spelling, text)


def _spelling(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\ufffdx{number - BYTES:02X}" if BYTES + 0x80 <= number <= BYTES + 0xFF else f"\ufffdu{number:04X}"


def _unspelled(text: str) -> str:
    return SPELLED.sub(lambda found: chr(BYTES + int(found[1], 16) if found[1] else int(found[2], 16)), text)
