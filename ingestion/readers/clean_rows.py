"""Rows of a CSV that need no closer look: they are cells between delimiters and line feeds, and nothing else."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

from ingestion.readers.base import BYTE_ORDER_MARK, LONGEST_RECORD


class CleanRows(Sequence[list[str]]):
    """The rows of `text`, whole lines without a quote. Their cells come into being where they are asked for.

    Rules that know columns take the text as it is.
    """

    def __init__(self, text: str, delimiter: str, count: int) -> None:
        self.text, self.delimiter, self._count = text, delimiter, count

    @classmethod
    def of(cls, text: str, delimiter: str) -> CleanRows | None:
        """Return the rows of lines without a quote; None where a line ends otherwise than most do, or is very long."""
        returns = text.count("\r")
        is_clean = text.endswith("\n") and len(text) <= LONGEST_RECORD and not text.startswith(BYTE_ORDER_MARK)
        if not is_clean or (returns and returns != text.count("\r\n")):
            return None
        return cls(text, delimiter, text.count("\n"))

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> list[str]: ...
    @overload
    def __getitem__(self, at: slice) -> list[list[str]]: ...
    def __getitem__(self, at: int | slice) -> list[str] | list[list[str]]:
        return self._rows[at]

    def __iter__(self) -> Iterator[list[str]]:
        return iter(self._rows)

    @cached_property
    def _rows(self) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True))
