"""Keyed lines on their way into a table: spooled to disk as sorted runs, searched for repeats, and merged.

Sorted, because an index that receives its keys in order is filled several times faster than one that receives them at
random, and because transactions that touch the same keys then wait for each other instead of locking each other out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count as count_from
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from workorders.codes.sorted_runs import HashRun, has_repeated_hash, hash_texts, merge_runs, remove_runs, sequence_of

if TYPE_CHECKING:
    import pyarrow as pa

    Columns = tuple[pa.BinaryArray, Callable[[], pa.BinaryArray]]
    """A column of keys, and what makes that of their lines."""

RUN = 50_000  # lines sorted in memory at a time
FAN_IN = 256  # runs merged, and files open, at a time
RUN_CHARACTERS = 16 * 1024**2  # of the lines sorted in memory, where they are long
TICK = 10_000  # lines between two reports of progress
LINES_AT_ONCE = 4000  # sent to the server in one piece, at most
BLOCK = 4 * 1024**2  # bytes sent in one piece, about


class SortedSpool:
    """Lines of a key, a number that grows with their order in the source, and more, in COPY's text format.

    Lives in `folder`, which the caller makes and removes. Memory is bounded by RUN and RUN_CHARACTERS. A number is its
    position in the source without what stands before the `first_position`.
    """

    def __init__(self, folder: Path, *, first_position: int = 1) -> None:
        self.folder = folder
        self.count = 0  # lines to load
        self._base = first_position - 1
        self._lines: list[str] = []
        self._hashes: list[NDArray[np.int64]] = []  # of their keys
        self._columns: list[Columns] = []
        self._unwritten = 0  # lines, and those of columns
        self._characters = 0  # in them
        self._longest_line = 1
        self._runs: list[Path] = []
        self._hash_runs: list[HashRun] = []
        self._names = count_from(1)
        self._beside = ThreadPoolExecutor(1)  # which begins no thread before it is needed
        self._writing: Future[tuple[HashRun, int]] | None = None

    def _add_lines(self, keys: list[str], lines: list[str]) -> None:
        """Spool lines in any order; each begins with its key, a tab, the number, and a tab."""
        sizes = list(map(len, lines))
        self._lines += lines
        self._hashes.append(hash_texts(keys))
        self._longest_line = max(self._longest_line, *sizes, 0)
        self._note(len(lines), sum(sizes))

    def _add_columns(self, keys: pa.BinaryArray, lines: Callable[[], pa.BinaryArray], size: int) -> None:
        """Spool lines that are a column, of about this size, in the order of their numbers, beside that of their keys.

        They are made by `lines` when they are sorted and written, which is done while the next ones are read.
        """
        self._columns.append((keys, lines))
        self._note(len(keys), size)

    def _note(self, count: int, size: int) -> None:
        """Note what was added: as many lines, of a size together. Sort and write them where they are many."""
        self._characters += size
        self._unwritten += count
        self.count += count
        if self._unwritten >= RUN or self._characters >= RUN_CHARACTERS:
            self._write_runs()

    def find_repeats(self, on_repeat: Callable[[str, int, int], None], tick: Callable[[int], None]) -> None:
        """Leave the first line of each key alone, when all have been added.

        `on_repeat` hears of every other one: key, its position, and the position of the first. `tick` hears how many
        lines have been looked at, now and then. Hashes tell first whether there is anything to find.
        """
        self._write_runs()
        self._wait()
        self._beside.shutdown()
        while len(self._runs) > FAN_IN:
            group, self._runs = self._runs[:FAN_IN], self._runs[FAN_IN:]
            self._runs.append(self._write_file(merge_runs(group)))
            remove_runs(group)
        if has_repeated_hash(self._hash_runs):
            runs = self._runs
            self._runs = [self._write_file(self._firsts(merge_runs(runs), on_repeat, tick))]
            remove_runs(runs)
        remove_runs([run.path for run in self._hash_runs])

    def _firsts(
        self, lines: Iterable[bytes], on_repeat: Callable[[str, int, int], None], tick: Callable[[int], None]
    ) -> Iterator[bytes]:
        previous, previous_line = b"", b""
        for done, line in enumerate(lines, 1):
            if not done % TICK:
                tick(done)
            key = line[: line.index(b"\t")]
            if key == previous:
                position, first = sequence_of(line) + self._base, sequence_of(previous_line) + self._base
                self.count -= 1
                on_repeat(key.decode(), position, first)
                continue
            previous, previous_line = key, line
            yield line

    def _blocks(self, lists: Iterable[list[bytes]]) -> Iterator[bytes]:
        """Lines joined to pieces of a size worth sending."""
        at_once = max(1, min(LINES_AT_ONCE, BLOCK // self._longest_line))
        for lines in lists:
            for at in range(0, len(lines), at_once):
                yield b"".join(lines[at : at + at_once])

    def _write_runs(self) -> None:
        if self._lines:
            self._lines.sort()
            self._runs.append(self._write_file(["".join(self._lines).encode()]))
            with self._new_file("hashes") as file:
                self._hash_runs.append(HashRun(file, np.concatenate(self._hashes)))
        if self._columns:
            self._wait()
            # Files are opened here, so that nothing comes into a folder that is removed meanwhile.
            run, hashes = self._new_file("run"), self._new_file("hashes")
            self._runs.append(Path(run.name))
            self._writing = self._beside.submit(self._write_columns, self._columns, run, hashes)
        self._lines, self._hashes, self._columns = [], [], []
        self._unwritten = self._characters = 0

    def _write_columns(self, columns: list[Columns], run: IO[bytes], hashes: IO[bytes]) -> tuple[HashRun, int]:
        """Sort and write columns, beside the reading of the next ones; return their hashes and the longest line."""
        import pyarrow as pa

        from workorders.codes.code_block import hashes_of, longest_of, sorted_lines

        with run, hashes:
            keys = pa.concat_arrays([keys for keys, _lines in columns])
            lines = pa.concat_arrays([lines() for _keys, lines in columns])
            run.write(sorted_lines(keys, lines))
            return HashRun(hashes, hashes_of(keys)), longest_of(lines)

    def _wait(self) -> None:
        """Wait for the run that is written; raises what went wrong with it."""
        if self._writing:
            hash_run, longest = self._writing.result()
            self._hash_runs.append(hash_run)
            self._longest_line = max(self._longest_line, longest)
            self._writing = None

    def _write_file(self, pieces: Iterable[bytes | memoryview]) -> Path:
        with self._new_file("run") as file:
            file.writelines(pieces)
        return Path(file.name)

    def _new_file(self, kind: str) -> IO[bytes]:
        return (self.folder / f"{kind}-{next(self._names)}").open("wb")
