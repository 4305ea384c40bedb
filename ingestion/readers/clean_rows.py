"""Rows of a CSV that need no closer look: they are cells between delimiters and line feeds, and nothing else."""

from __future__ import annotations

import csv
import io

from ingestion.readers.base import BYTE_ORDER_MARK, LONGEST_RECORD, LateRows


class CleanRows(LateRows):
    """The rows of `text`, whole lines without a quote. Rules that know columns take the text as it is."""

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

    def make(self) -> list[list[str]]:
        """Return the cells of all rows, between delimiters and line ends."""
        return list(csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter, strict=True))
