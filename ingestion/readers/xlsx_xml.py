"""Parsing the XML of one part of a workbook, in bounded memory."""

from __future__ import annotations

import re
from typing import Any, Self
from xml.parsers import expat

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.base import LONGEST_RECORD
from ingestion.readers.xlsx_limits import too_large
from portal.values.problems import say_problem

MOST_DEPTH = 64  # elements within one another
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


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
            raise too_large(say_problem("more than {most:,} elements", most=self.most_elements))

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
                raise too_large(say_problem("a row of more than {most:,} characters", most=LONGEST_RECORD))

    def collect(self) -> None:
        """Collect the text that follows."""
        self._collected = []

    def taken(self) -> str:
        """Return the text that was collected, without Excel's escapes."""
        text = "".join(self._collected or ())
        self._collected = None
        return unescaped(text) if "_x" in text else text


def _long_cell() -> UnreadableFile:
    return too_large(say_problem("a cell of more than {most:,} bytes", most=LONGEST_RECORD))


def _refuse_doctype(*_what: Any) -> None:
    raise ValueError("A workbook declares no document type")


def unescaped(text: str) -> str:
    """Decode Excel's escapes of characters that XML cannot hold. Two of them may be the halves of one character."""
    plain = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def is_true(value: str | None) -> bool:
    """Say whether an attribute says yes."""
    return value in ("1", "true", "on")
