"""Objects of a JSON file that need no closer look: each has the same keys, and texts as they are read, and no more."""

from __future__ import annotations

import json
import re

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from ingestion.readers.base import ERRORS_COLUMN, LONGEST_RECORD, LateRows
from ingestion.readers.encoding import REPLACEMENT, is_utf8
from ingestion.readers.json_values import WHITE_SPACE, decoder

QUOTE, SPACE = ord('"'), ord(" ")
END = re.compile(rb'"[%b]*}' % WHITE_SPACE.encode())  # of an object, from the quote behind its last value
BETWEEN = re.compile(rb'"[%b]*}[%b]*,[%b]*' % (3 * (WHITE_SPACE.encode(),)))  # the same, up to the next object


class CleanObjects(LateRows):
    """The values of objects of one `header`.

    `text` holds the objects, and `data` is the same in UTF-8, where `begins` and `ends` say where each value stands: a
    row for each object, a column for each key.
    """

    def __init__(
        self, text: str, data: bytes, header: tuple[str, ...], begins: NDArray[np.int64], ends: NDArray[np.int64]
    ) -> None:
        self.text, self.data, self.header, self.begins, self.ends = text, data, header, begins, ends

    @classmethod
    def of(cls, text: str) -> CleanObjects | None:
        """Return the objects of `text`, which commas separate; None where any of them is not like the first.

        No text has an escape in it, so every quote opens or closes one. Where what stands between the values is the
        same in all objects, and the first one is JSON, all are.
        """
        if len(text) > 2 * LONGEST_RECORD or "\\" in text or REPLACEMENT in text or not is_utf8(text):
            return None
        try:
            first, _end = decoder().raw_decode(text)
        except (ValueError, RecursionError):
            return None
        if first.__class__ is not dict or {*map(type, first.values())} != {str} or ERRORS_COLUMN in first:
            return None
        data = text.encode()
        characters = np.frombuffer(data, np.uint8)
        quotes = np.flatnonzero(characters == QUOTE)
        if len(quotes) % (4 * len(first)):
            return None
        members = quotes.reshape(-1, 4 * len(first))  # quotes around key and value of each
        found = cls(text, data, tuple(first), members[:, 2::4] + 1, members[:, 3::4])
        return found if found._are_alike(characters) else None

    def _are_alike(self, characters: NDArray[np.uint8]) -> bool:
        """Say whether the same stands between the values of all objects, and no control character in any value."""
        begins, ends, data = self.begins, self.ends, self.data
        before, behind = data[: begins[0, 0]], data[ends[-1, -1] :]
        pieces = [(ends[:, at - 1], begins[:, at]) for at in range(1, len(self.header))]
        if len(self) > 1:
            next_ = data[ends[0, -1] : begins[1, 0]]
            if not next_.endswith(before) or not BETWEEN.fullmatch(next_.removesuffix(before)):
                return False
            pieces.append((ends[:-1, -1], begins[1:, 0]))
        if not END.fullmatch(behind):
            return False
        controls = _count_controls(before) + _count_controls(behind)
        for starts, stops in pieces:
            first = data[starts[0] : stops[0]]
            if not (stops - starts == len(first)).all():
                return False
            if not (sliding_window_view(characters, len(first))[starts] == np.frombuffer(first, np.uint8)).all():
                return False
            controls += _count_controls(first) * len(starts)
        return int(np.count_nonzero(characters < SPACE)) == controls

    def __len__(self) -> int:
        return len(self.begins)

    def make(self) -> list[list[str]]:
        """Return the cells of all rows, in the order of the keys."""
        return [[*each.values()] for each in json.loads(f"[{self.text}]")]


def _count_controls(data: bytes) -> int:
    return sum(each < SPACE for each in data)
