"""Writing the values of a JSON file with their errors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ingestion.readers.base import ERRORS_COLUMN
from ingestion.readers.json_text import JsonText
from ingestion.readers.json_values import WHITE_SPACE, members_of
from ingestion.readers.unpack import Source, unpacked
from ingestion.results.blocks import join_blocks
from ingestion.results.error_notes import ErrorNotes

LONE_BYTE = re.compile(r"(?<!\\u[dD][89abAB][0-9a-fA-F]{2})[\udc80-\udcff]")


def json_blocks(file: Source, notes: ErrorNotes) -> Iterator[bytes]:
    """Write the values of a JSON file with their notes, in the encoding of the file."""
    text = JsonText(unpacked(file)[0])
    return join_blocks(_pieces(text, notes), lambda json_: _encode(json_, text.encoding))


def _pieces(text: JsonText, notes: ErrorNotes) -> Iterator[str]:
    """Yield the array, a value a line: each has its own text, an object its errors as the first member.

    A value that is no object has no place for errors; the next object tells them.
    """
    text.open_array()
    begin = "\ufeff[\n" if text.encoding == "UTF-16" else "[\n"
    for number, (value, written) in enumerate(text.texts(), 1):
        yield begin + (_json_line(value, written, notes.upto(number)) if isinstance(value, dict) else written)
        begin = ",\n"
    yield "\n]\n"


def _encode(text: str, encoding: str) -> bytes:
    """Encode JSON text as its file was, so that characters that were wrong stay wrong.

    In UTF-8, a byte that is no character becomes the escape of a lone surrogate, which is refused in the same way. It
    cannot be behind the escape of half of a pair, whose other half it would become.
    """
    if encoding == "UTF-16":
        return text.encode("utf-16-le", "surrogatepass")
    return (text if text.isascii() else LONE_BYTE.sub(_escape, text)).encode(errors="surrogateescape")


def _escape(character: re.Match[str]) -> str:
    return f"\\u{ord(character[0]):04x}"


def _json_line(value: dict[str, Any], written: str, note: str) -> str:
    """The text of an object, with `note` as its errors instead of those that it has."""
    if ERRORS_COLUMN in value:
        written = f"{{{', '.join(member for key, member in members_of(written) if key != ERRORS_COLUMN)}}}"
    if not note:
        return written
    rest = written[1:].lstrip(WHITE_SPACE)
    return f"{{{json.dumps(ERRORS_COLUMN)}: {json.dumps(note)}{'' if rest == '}' else ', '}{rest}"
