"""Sorted runs on disk: lines that are sorted in pieces, merged, and searched for repeats by their hashes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

SLICES = 64  # in which hashes are compared
READ = 4 * 1024**2  # bytes of all runs in memory at a time, about

WORD = 8  # bytes
HASHED = 5  # words at the beginning of a key that its hash takes in; of a longer one it takes in the last word too
FACTOR = np.uint64(0x9E3779B97F4A7C15)  # 2**64 divided by the golden ratio: multiplied by it, bits spread upwards
SHIFT = np.uint64(32)
MASKS = np.array([(1 << 8 * size) - 1 for size in range(WORD + 1)], np.uint64)  # for the first bytes of a word


class HashRun:
    """Sorted numbers of 64 bits in a file, of which a slice can be read."""

    EDGES = np.linspace(-(2.0**63), 2.0**63, SLICES + 1)[1:-1].astype(np.int64)

    def __init__(self, file: IO[bytes], numbers: NDArray[np.int64]) -> None:
        ordered = np.sort(numbers)
        file.write(ordered.data)
        self.path = Path(file.name)
        self.cuts = [0, *np.searchsorted(ordered, self.EDGES).tolist(), len(ordered)]

    def read(self, at: int) -> NDArray[np.int64]:
        """The numbers of slice `at`."""
        first, end = self.cuts[at], self.cuts[at + 1]
        return np.fromfile(self.path, np.int64, end - first, offset=first * 8)


def hash_texts(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return a hash of each text."""
    encoded = [text.encode() for text in texts]
    return hash_pieces(b"".join(encoded), np.fromiter(map(len, encoded), np.int64, len(encoded)))


def hash_pieces(data: bytes | memoryview, lengths: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return a hash of 64 bits of each piece of `data`, which stand one behind the other and have these lengths.

    Equal pieces have equal hashes, and others next to never: only long ones that differ nowhere but in their middle.
    """
    words, lengths = words_in(data), lengths.astype(np.int64)
    begins = np.cumsum(lengths) - lengths
    hashes = lengths.astype(np.uint64)
    longest = int(lengths.max(initial=0))
    for at in range(0, min(longest, HASHED * WORD), WORD):
        mixed = _mixed(hashes, words_at(words, begins + at, lengths - at))
        hashes = np.where(lengths > at, mixed, hashes)  # of a shorter one, however long the others are
    if longest > HASHED * WORD:
        mixed = _mixed(hashes, words_at(words, begins + np.maximum(lengths - WORD, 0), lengths))
        hashes = np.where(lengths > HASHED * WORD, mixed, hashes)
    return hashes.view(np.int64)


def words_in(data: bytes | memoryview) -> NDArray[np.uint64]:
    """Return the little-endian number that eight bytes of `data` make, from each of them on; zeros follow the last."""
    padded = bytes(data) + bytes(WORD)
    return np.ndarray((len(padded) - WORD + 1,), "<u8", padded, strides=(1,))


def words_at(words: NDArray[np.uint64], begins: NDArray[np.int64], lengths: NDArray[np.integer]) -> NDArray[np.uint64]:
    """Return those of `words` that begin there, without the bytes behind the first `lengths`, of which none may be."""
    found: NDArray[np.uint64] = words[np.minimum(begins, len(words) - 1)] & MASKS[np.clip(lengths, 0, WORD)]
    return found


def _mixed(hashes: NDArray[np.uint64], words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return hashes that depend on every bit of those so far and of the next words."""
    hashes = (hashes ^ words) * FACTOR
    return hashes ^ (hashes >> SHIFT)


def has_repeated_hash(runs: list[HashRun]) -> bool:
    """Return whether a number stands twice in the runs. Only a slice of each is in memory at a time."""
    for at in range(SLICES) if runs else ():
        together = np.sort(np.concatenate([run.read(at) for run in runs]))
        if (together[1:] == together[:-1]).any():
            return True
    return False


def merge_runs(runs: list[Path]) -> Iterator[bytes]:
    """Yield the lines of all `runs` in order."""
    return chain.from_iterable(merge_blocks(runs))


def merge_blocks(runs: list[Path]) -> Iterator[list[bytes]]:
    """Yield the lines of all `runs` in order, many at a time.

    The beginnings of the runs are sorted together as far as the first of them reaches that goes on: Python's sort finds
    the sorted pieces in a list and merges them, which costs a fraction of comparing line by line.
    """
    with ExitStack() as stack:
        ahead = [_Ahead(stack.enter_context(run.open("rb")), READ // len(runs)) for run in runs]
        while ahead := [run for run in ahead if run.fill()]:
            limit = min((run.lines[-1] for run in ahead if not run.is_last), default=None)
            taken = [piece for run in ahead if (piece := run.take(limit))]
            if len(taken) == 1:
                yield taken[0]
            else:
                yield sorted(chain.from_iterable(taken))


class _Ahead:
    """The lines of a run that were read ahead, `size` bytes at a time."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self._size, self._least = file, size, 1
        self.lines: list[bytes] = []
        self.is_last = False

    def fill(self) -> bool:
        """Read on where few lines are left; say whether there are any."""
        if len(self.lines) < self._least and not self.is_last:
            read = self._file.readlines(self._size)
            self.is_last = not read
            self.lines += read
            self._least = len(read) // 2 + 1
        return bool(self.lines)

    def take(self, limit: bytes | None) -> list[bytes]:
        """Return the lines up to `limit`, or all where there is none, and forget them."""
        end = len(self.lines) if limit is None else bisect_right(self.lines, limit)
        taken, self.lines = self.lines[:end], self.lines[end:]
        return taken


def remove_runs(runs: list[Path]) -> None:
    for run in runs:
        run.unlink()


def sequence_of(line: bytes) -> int:
    return int(line.split(b"\t", 2)[1])
