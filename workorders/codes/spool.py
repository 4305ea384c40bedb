"""Keyed lines on their way into a table: spooled to disk as sorted runs, searched for repeats, and merged.

Sorted, because an index that receives its keys in order is filled several times faster than one that receives them at
random, and because transactions that touch the same keys then wait for each other instead of locking each other out.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count as count_from
from pathlib import Path
from typing import TYPE_CHECKING

from workorders.codes.sorted_runs import HashRun, has_repeated_hash, merge_runs, remove_runs, sequence_of

if TYPE_CHECKING:
    import pyarrow as pa

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
        self._columns: list[tuple[pa.BinaryArray, pa.BinaryArray]] = []  # of keys, and of lines
        self._characters = 0  # in the lines
        self._longest_line = 1
        self._hashes = array("q")
        self._runs: list[Path] = []
        self._hash_runs: list[HashRun] = []
        self._names = count_from(1)
        self._beside = ThreadPoolExecutor(1)  # which begins no thread before it is needed
        self._writing: Future[None] | None = None

    def _add_lines(self, keys: list[str], lines: list[str]) -> None:
        """Spool lines in any order; each begins with its key, a tab, the number, and a tab."""
        sizes = list(map(len, lines))
        self._lines += lines
        self._note(keys, sum(sizes), max(sizes, default=0))

    def _add_columns(self, keys: list[str], column: pa.BinaryArray, lines: pa.BinaryArray) -> None:
        """Spool lines that are a column, beside the column of their keys, which come in the order of their numbers."""
        from workorders.codes.code_block import sizes_of  # which takes time and memory, and only long files need it

        self._columns.append((column, lines))
        self._note(keys, *sizes_of(lines))

    def _note(self, keys: list[str], size: int, longest: int) -> None:
        """Note what was added: lines with these keys, of a size together. Sort and write them where they are many."""
        self._characters += size
        self._longest_line = max(self._longest_line, longest)
        self._hashes.extend(map(hash, keys))
        self.count += len(keys)
        if len(self._hashes) >= RUN or self._characters >= RUN_CHARACTERS:
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
        if self._columns:
            self._write_beside(self._columns)
        if self._hashes:
            self._hash_runs.append(HashRun(self.folder / f"hashes-{len(self._hash_runs)}", self._hashes))
        self._lines, self._columns, self._characters = [], [], 0
        self._hashes = array("q")

    def _write_beside(self, columns: list[tuple[pa.BinaryArray, pa.BinaryArray]]) -> None:
        """Sort and write columns while the next ones are read, one run at a time."""
        from workorders.codes.code_block import sorted_lines

        self._wait()
        path = self.folder / f"run-{next(self._names)}"
        self._runs.append(path)
        file = path.open("wb")  # here, so that nothing comes into a folder that is removed meanwhile

        def write() -> None:
            with file:
                file.write(sorted_lines(columns))

        self._writing = self._beside.submit(write)

    def _wait(self) -> None:
        """Wait for the run that is written; raises what went wrong with it."""
        if self._writing:
            self._writing.result()
            self._writing = None

    def _write_file(self, pieces: Iterable[bytes | memoryview]) -> Path:
        path = self.folder / f"run-{next(self._names)}"
        with path.open("wb") as file:
            file.writelines(pieces)
        return path
