"""Creating codes in bulk: spooled to disk as sorted runs, merged, and loaded by one COPY.

Sorted, because an index that receives its keys in order is filled several times faster than one that receives them at
random, and because two uploads of the same ids then wait for each other instead of locking each other out.
"""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count as count_from
from itertools import islice
from pathlib import Path

from django.db import connection

from portal.copying import BLOCK, copy_blocks, file_blocks
from workorders.models import Code

NewCode = tuple[str, int, int | None, int, int, str]
"""Identifier, position, product id, activation status, blacklist reason, SCM data as JSON text.

A position grows with the codes' order in their source; the spool turns positions into sequences without gaps.
"""

RUN = 50_000  # codes sorted in memory at a time
FAN_IN = 128  # runs merged, and files open, at a time
TICK = 10_000  # codes between two reports of progress
SAMPLE = 1000  # ids asked about before a load, so that a file uploaded twice is found without writing
COLUMNS = (
    "identifier",
    "sequence",
    "company_id",
    "workorder_id",
    "product_id",
    "activation_status",
    "blacklist_reason",
    "scm_data",
)
NULL = "\\N"
BACKSLASH, TWO_BACKSLASHES = "\\", "\\\\"


class CodeSpool:
    """Codes on their way into the table: `add` them, `merge` them, then `load` them.

    Lives in `folder`, which the caller makes and removes. Memory is bounded by RUN, whatever is added.
    """

    def __init__(self, folder: Path, *, company_id: int, workorder_id: int, first_position: int = 1) -> None:
        self.folder, self.company_id, self.workorder_id = folder, company_id, workorder_id
        self.added = 0  # codes spooled
        self.count = 0  # codes left by `merge`
        self.merged = folder / "codes"
        self._base = first_position - 1
        self._owner = f"{company_id}\t{workorder_id}"
        self._gaps = array("Q")  # sequences that hold no code
        self._lines: list[str] = []
        self._runs: list[Path] = []
        self._names = count_from(1)

    def add(self, codes: Iterable[NewCode]) -> None:
        """Spool codes, in any order."""
        owner, base, before = self._owner, self._base, len(self._lines)
        self._lines += [
            f"{identifier}\t{position - base:010d}\t{owner}\t{NULL if product is None else product}\t{status}\t"
            f"{reason}\t{scm.replace(BACKSLASH, TWO_BACKSLASHES) if BACKSLASH in scm else scm}\n"
            for identifier, position, product, status, reason, scm in codes
        ]
        self.added += len(self._lines) - before
        if len(self._lines) >= RUN:
            self._write_run()

    def skip(self, position: int) -> None:
        """Say that no code will have this position; the sequences close over it."""
        self._gaps.append(position - self._base)

    def merge(self, on_repeat: Callable[[str, int, int], None], tick: Callable[[int], None]) -> None:
        """Bring the runs together in order of identifier, the first code of each identifier alone.

        `on_repeat` hears of every other one: identifier, its position, and the position of the first. `tick` hears how
        many codes have been merged so far, now and then.
        """
        self._write_run()
        while len(self._runs) > FAN_IN:
            group, self._runs = self._runs[:FAN_IN], self._runs[FAN_IN:]
            self._runs.append(self._new_path())
            with _merged(group) as lines, self._runs[-1].open("wb") as out:
                out.writelines(lines)
            _remove(group)
        with _merged(self._runs) as lines, self.merged.open("wb") as out:
            out.writelines(self._firsts(lines, on_repeat, tick))
        _remove(self._runs)
        self._runs = []

    def _firsts(
        self, lines: Iterable[bytes], on_repeat: Callable[[str, int, int], None], tick: Callable[[int], None]
    ) -> Iterator[bytes]:
        previous, previous_line = b"", b""
        self.count = done = 0
        for line in lines:
            done += 1
            if not done % TICK:
                tick(done)
            identifier = line[: line.index(b"\t")]
            if identifier == previous:
                position, first = _sequence(line) + self._base, _sequence(previous_line) + self._base
                on_repeat(identifier.decode(), position, first)
                continue
            previous, previous_line = identifier, line
            self.count += 1
            yield line

    def load(self, tick: Callable[[int], None]) -> None:
        """COPY the merged codes into the table, in the caller's transaction; IntegrityError when an id is taken.

        `tick` hears how many codes have been sent so far, now and then.
        """
        blocks = self._renumbered() if self._gaps else file_blocks(self.merged)
        with connection.cursor() as cursor:
            copy_blocks(cursor, Code._meta.db_table, COLUMNS, self._counted(blocks, tick))

    def _counted(self, blocks: Iterable[bytes], tick: Callable[[int], None]) -> Iterator[bytes]:
        sent = 0
        for block in blocks:
            yield block
            sent += block.count(b"\n")
            tick(sent)

    def _renumbered(self) -> Iterator[bytes]:
        """The merged codes in blocks, their sequences closed over the gaps."""
        gaps = array("Q", sorted(self._gaps))
        with self.merged.open("rb") as file:
            while lines := file.readlines(BLOCK):
                for index, line in enumerate(lines):
                    identifier, sequence, rest = line.split(b"\t", 2)
                    number = int(sequence)
                    lines[index] = b"%b\t%d\t%b" % (identifier, number - bisect_left(gaps, number), rest)
                yield b"".join(lines)

    def sample_is_taken(self) -> bool:
        """Whether the company has used any of some thousand ids, evenly picked from the merged codes, already."""
        every = max(1, self.count // SAMPLE)
        with self.merged.open("rb") as file:
            picked = [line[: line.index(b"\t")].decode() for line in islice(file, 0, None, every)]
        return Code.objects.filter(company_id=self.company_id, identifier__in=picked).exists()

    def taken(self) -> Iterator[tuple[str, int]]:
        """Identifier and position of every merged code whose id the company has used already, within a transaction."""
        with connection.cursor() as cursor:
            cursor.execute('CREATE TEMP TABLE posted (identifier text COLLATE "C", sequence bigint) ON COMMIT DROP')
            with self.merged.open("rb") as file:
                wanted = (b"\t".join(line.split(b"\t", 2)[:2]) + b"\n" for line in file)
                copy_blocks(cursor, "posted", ("identifier", "sequence"), wanted)
            cursor.execute("ANALYZE posted")
        with connection.chunked_cursor() as cursor:
            cursor.execute(
                "SELECT posted.identifier, posted.sequence FROM posted JOIN workorders_code code"
                " ON code.company_id = %s AND code.identifier = posted.identifier",
                [self.company_id],
            )
            for identifier, sequence in cursor:
                yield identifier, sequence + self._base

    def _write_run(self) -> None:
        if not self._lines:
            return
        self._lines.sort()
        self._runs.append(self._new_path())
        with self._runs[-1].open("w", encoding="utf-8", newline="\n") as run:
            run.writelines(self._lines)
        self._lines = []

    def _new_path(self) -> Path:
        return self.folder / f"run-{next(self._names)}"


@contextmanager
def _merged(runs: list[Path]) -> Iterator[Iterable[bytes]]:
    """The lines of all `runs` in order."""
    with ExitStack() as stack:
        yield heapq.merge(*(stack.enter_context(run.open("rb")) for run in runs))


def _remove(runs: list[Path]) -> None:
    for run in runs:
        run.unlink()


def _sequence(line: bytes) -> int:
    return int(line.split(b"\t", 2)[1])
