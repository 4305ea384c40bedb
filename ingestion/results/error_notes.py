"""The errors of a file as notes beside its rows."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from django.utils.translation import gettext

from portal.values.words import number

RowError = tuple[int, str, str]
"""Row, column and message of an error."""


MOST_NOTES = 10  # errors told beside one row


class ErrorNotes:
    """The errors of a file as texts, row by row."""

    def __init__(self, errors: Iterable[RowError]) -> None:
        self._rows = groupby(errors, key=itemgetter(0))
        self._next = next(self._rows, None)

    def upto(self, row: int) -> str:
        """Return the errors of `row`, and of the rows before it that nobody asked about, as the header."""
        texts: list[str] = []
        more = 0
        while self._next and self._next[0] <= row:
            for at, column, said in self._next[1]:
                if len(texts) < MOST_NOTES:
                    where = gettext("row {row}").format(row=at) + ", " if at != row else ""
                    texts.append(f"{where}{column or gettext('row')}: {said}")
                else:
                    more += 1
            self._next = next(self._rows, None)
        return " | ".join(texts) + (f" | {gettext('and {number} more').format(number=number(more))}" if more else "")
