"""Sorted runs on disk: lines that are sorted in pieces, merged, and searched for repeats by their hashes."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SLICES = 64  # in which hashes are compared


class HashRun:
    """Sorted numbers of 64 bits in a file, of which a slice can be read."""

    EDGES = np.linspace(-(2.0**63), 2.0**63, SLICES + 1)[1:-1].astype(np.int64)

    def __init__(self, path: Path, numbers: array[int]) -> None:
        ordered = np.sort(np.frombuffer(numbers, np.int64))
        ordered.tofile(path)
        self.path = path
        self.cuts = [0, *np.searchsorted(ordered, self.EDGES).tolist(), len(ordered)]

    def read(self, at: int) -> NDArray[np.int64]:
        """The numbers of slice `at`."""
        first, end = self.cuts[at], self.cuts[at + 1]
        return np.fromfile(self.path, np.int64, end - first, offset=first * 8)


def has_repeated_hash(runs: list[HashRun]) -> bool:
    """Return whether a number stands twice in the runs. Only a slice of each is in memory at a time."""
    for at in range(SLICES) if runs else ():
        together = np.sort(np.concatenate([run.read(at) for run in runs]))
        if (together[1:] == together[:-1]).any():
            return True
    return False


def merge_runs(runs: list[Path]) -> Iterator[bytes]:
    """Yield the lines of all `runs` in order."""
    with ExitStack() as stack:
        yield from heapq.merge(*(stack.enter_context(run.open("rb")) for run in runs))


def remove_runs(runs: list[Path]) -> None:
    for run in runs:
        run.unlink()


def sequence_of(line: bytes) -> int:
    return int(line.split(b"\t", 2)[1])
