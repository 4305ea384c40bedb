"""The lines of a CSV file, a block at a time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator

from ingestion.readers.base import BLOCK, LONGEST_RECORD
from ingestion.readers.encoding import REPLACEMENT, decoder_for, is_utf8
from ingestion.readers.unpack import Source

LINE_END = re.compile("[\r\n]")


class LineFeed:
    """Lines for csv.reader that can be given again, and that tell when they ran out."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.restart(0)

    def restart(self, at: int) -> None:
        self.at = at
        self.exhausted = False

    def __iter__(self) -> LineFeed:
        return self

    def __next__(self) -> str:
        if self.at == len(self.lines):
            self.exhausted = True
            raise StopIteration
        line = self.lines[self.at]
        self.at += 1
        return line


class Lines:
    """The lines of a file, and its encoding once the first are read."""

    def __init__(self, file: Source) -> None:
        self._file = file
        self.encoding = ""

    def blocks(self) -> Iterator[tuple[list[str], bool, bool]]:
        """Yield the lines of each block, whether each is one clean record, and whether they are the last.

        A byte that is not UTF-8 comes as a lone surrogate. A line longer than LONGEST_RECORD is cut just beyond it.
        """
        decode: Callable[[bytes, bool], str] | None = None
        tail = ""
        is_last, is_empty = False, True
        while not is_last:
            block = self._file.read(BLOCK)
            is_last = not block
            if decode is None:
                self.encoding, decode = decoder_for(block)
            piece = decode(block, is_last)
            if len(tail) > LONGEST_RECORD and not is_last and not LINE_END.search(tail[-1] + piece):
                continue  # the line is cut already
            text = tail + piece
            lines = io.StringIO(text, newline="").readlines()
            tail = ""
            if lines and not is_last and not lines[-1].endswith("\n"):
                tail = lines.pop()[: LONGEST_RECORD + 2]  # a return at its end may be half of a line break
            if lines or (is_last and not is_empty):
                is_empty = False
                plain = '"' not in text and "\0" not in text
                plain = plain and (text.isascii() or (is_utf8(text) and REPLACEMENT not in text))
                yield lines, plain, is_last


def count_rows(file: Source) -> int:
    """About how many rows a file has: its line feeds, or its carriage returns where it has no line feed."""
    feeds = returns = 0
    last = b"\n"
    while block := file.read(BLOCK):
        feeds += block.count(b"\n")
        returns += block.count(b"\r")
        last = block[-1:]
    return max(0, (feeds or returns) + (last not in b"\r\n") - 1)
