"""Numbers that are left out of a sequence."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import numpy as np


class Gaps:
    """Numbers that are left out, kept as runs of those that follow one another."""

    def __init__(self) -> None:
        self._starts, self._ends = array("Q"), array("Q")  # a run ends before its end
        self.count = 0

    def __bool__(self) -> bool:
        return bool(self._starts)

    def add(self, number: int, count: int = 1) -> None:
        """Leave out `number`, and those that follow it until they are `count`."""
        self.count += count
        if self._ends and self._ends[-1] == number:
            self._ends[-1] += count
        else:
            self._starts.append(number)
            self._ends.append(number + count)

    def runs(self) -> Iterator[tuple[int, int]]:
        """The first number of each run, and how many it has."""
        return ((start, end - start) for start, end in zip(self._starts, self._ends, strict=True))

    def cumulated(self) -> tuple[array[int], array[int]]:
        """Return the ends of all runs in order, and the numbers left out up to each, which begin with 0."""
        starts = np.frombuffer(self._starts, np.uint64)
        ends = np.frombuffer(self._ends, np.uint64)
        order = np.argsort(starts, kind="stable")
        widths = np.cumsum((ends - starts)[order])
        return array("Q", ends[order].tobytes()), array("Q", b"\0" * 8 + widths.tobytes())
