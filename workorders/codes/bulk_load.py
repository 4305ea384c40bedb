"""Creating codes in bulk: spooled to disk as sorted runs, merged, and loaded by one COPY.

Sorted, because an index that receives its keys in order is filled several times faster than one that receives them at
random, and because two uploads of the same ids then wait for each other instead of locking each other out.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import count as count_from
from itertools import islice
from pathlib import Path

from django.db import connection

from portal.database.postgres_copy import copy_blocks, ticking
from workorders.codes.gaps import Gaps
from workorders.codes.sorted_runs import HashRun, has_repeated_hash, merge_runs, remove_runs, sequence_of
from workorders.models import Code

TAKEN_OF_POSTED = """
    SELECT wanted.identifier, wanted.sequence FROM posted AS wanted
    CROSS JOIN LATERAL (
        SELECT FROM workorders_code WHERE company_id = %s AND identifier = wanted.identifier LIMIT 1
    ) AS used"""
"""Looks the ids up one by one through the unique index: no other plan exists. A plain join is planned by statistics,
which know nothing of a company whose codes came since they were last taken."""
TAKEN_OF_LIST = TAKEN_OF_POSTED.replace("posted AS wanted", 'unnest(%s::text[] COLLATE "C") AS wanted (identifier)')
TAKEN_OF_LIST = TAKEN_OF_LIST.replace(", wanted.sequence", "")
CODE_TAKEN = "code_identifier_of_company"  # the constraint that an id breaks which the company has used

Attributes = tuple[int | None, int, int]
"""Product id, activation status, blacklist reason."""
NewCode = tuple[str, int, Attributes, str]
"""Identifier, position, attributes, SCM data as JSON text.

A position grows with the codes' order in their source; the spool turns positions into sequences without gaps.
"""
NULL = "\\N"

RUN = 50_000  # codes sorted in memory at a time
FAN_IN = 256  # runs merged, and files open, at a time
RUN_CHARACTERS = 16 * 1024**2  # of the lines sorted in memory, where they are long
TICK = 10_000  # codes between two reports of progress
LINES_AT_ONCE = 4000  # sent to the server in one piece, at most
BLOCK = 4 * 1024**2  # bytes sent in one piece, about
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
BACKSLASH, TWO_BACKSLASHES = "\\", "\\\\"


class CodeSpool:
    """Codes on their way into the table: `add` them, `find_repeats`, then `load` them.

    Lives in `folder`, which the caller makes and removes. Memory is bounded by RUN and RUN_CHARACTERS.
    """

    def __init__(self, folder: Path, *, company_id: int, workorder_id: int, first_position: int = 1) -> None:
        self.folder, self.company_id, self.workorder_id = folder, company_id, workorder_id
        self.count = 0  # codes to load
        self.longest = 0  # characters of the longest identifier
        self._base = first_position - 1
        self._attributes = RenderedAttributes(f"{company_id}\t{workorder_id}")
        self._gaps = Gaps()  # sequences that hold no code
        self._lines: list[str] = []
        self._characters = 0  # in the lines
        self._longest_line = 1
        self._hashes = array("q")
        self._runs: list[Path] = []
        self._hash_runs: list[HashRun] = []
        self._names = count_from(1)

    def add(self, codes: list[NewCode]) -> None:
        """Spool codes, in any order."""
        base, attributes = self._base, self._attributes
        lines = [
            f"{identifier}\t{position - base:010d}\t{attributes[attribute]}\t"
            f"{scm.replace(BACKSLASH, TWO_BACKSLASHES) if BACKSLASH in scm else scm}\n"
            for identifier, position, attribute, scm in codes
        ]
        sizes = list(map(len, lines))
        self._lines += lines
        self._characters += sum(sizes)
        self._longest_line = max(self._longest_line, *sizes, 1)
        identifiers = [code[0] for code in codes]
        self.longest = max(self.longest, *map(len, identifiers), 0)
        self._hashes.extend(map(hash, identifiers))
        self.count += len(codes)
        if len(self._lines) >= RUN or self._characters >= RUN_CHARACTERS:
            self._write_run()

    def skip(self, position: int, count: int = 1) -> None:
        """Say that no code will have this position, nor the `count` - 1 after it; the sequences close over them."""
        self._gaps.add(position - self._base, count)

    def find_repeats(self, on_repeat: Callable[[str, int, int], None], tick: Callable[[int], None]) -> None:
        """Leave the first code of each identifier alone, when all have been added.

        `on_repeat` hears of every other one: identifier, its position, and the position of the first. `tick` hears how
        many codes have been looked at, now and then. Hashes tell first whether there is anything to find.
        """
        self._write_run()
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
            identifier = line[: line.index(b"\t")]
            if identifier == previous:
                position, first = sequence_of(line) + self._base, sequence_of(previous_line) + self._base
                self.count -= 1
                on_repeat(identifier.decode(), position, first)
                continue
            previous, previous_line = identifier, line
            yield line

    def load(self, tick: Callable[[int], None], after: int = 0) -> None:
        """COPY the codes into the table, in the caller's transaction; IntegrityError when an id is taken.

        Their sequences go on after `after`, which is how many codes the workorder has. `tick` hears how many codes
        have been sent so far, now and then.
        """
        lines = self._renumbered(after) if self._gaps or after else merge_runs(self._runs)
        with connection.cursor() as cursor:
            copy_blocks(cursor, Code._meta.db_table, COLUMNS, ticking(self._blocks(lines), tick))

    def _blocks(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        """Lines joined to pieces of a size worth sending."""
        at_once = max(1, min(LINES_AT_ONCE, BLOCK // self._longest_line))
        while block := b"".join(islice(lines, at_once)):
            yield block

    def _renumbered(self, after: int) -> Iterator[bytes]:
        """The codes with their sequences closed over the gaps, and `after` higher."""
        ends, widths = self._gaps.cumulated()
        for line in merge_runs(self._runs):
            identifier, sequence, rest = line.split(b"\t", 2)
            number = int(sequence)
            yield b"%b\t%d\t%b" % (identifier, number - widths[bisect_right(ends, number)] + after, rest)

    def sample_is_taken(self) -> bool:
        """Say whether the company has used any of some thousand ids, evenly picked from the codes, already."""
        picked = []
        for run in self._runs:
            with run.open("rb") as file:
                for line in islice(file, 0, None, max(1, self.count // SAMPLE)):
                    picked.append(line[: line.index(b"\t")].decode())
        return bool(find_taken_ids(self.company_id, picked))

    def taken(self, tick: Callable[[int], None]) -> Iterator[tuple[str, int]]:
        """Identifier and position of every code whose id the company has used already, within a transaction.

        `tick` hears how many ids have been sent to the server, now and then.
        """
        if Code.objects.filter(company_id=self.company_id).order_by("identifier").first() is None:
            return
        with connection.cursor() as cursor:
            cursor.execute('CREATE TEMP TABLE posted (identifier text COLLATE "C", sequence bigint) ON COMMIT DROP')
            wanted = (b"\t".join(line.split(b"\t", 2)[:2]) + b"\n" for line in merge_runs(self._runs))
            copy_blocks(cursor, "posted", ("identifier", "sequence"), ticking(self._blocks(wanted), tick))
        with connection.chunked_cursor() as cursor:
            cursor.execute(TAKEN_OF_POSTED, [self.company_id])
            for identifier, sequence in cursor:
                yield identifier, sequence + self._base

    def _write_run(self) -> None:
        if not self._lines:
            return
        self._lines.sort()
        self._runs.append(self._write_file(["".join(self._lines).encode()]))
        self._hash_runs.append(HashRun(self.folder / f"hashes-{len(self._hash_runs)}", self._hashes))
        self._lines, self._characters = [], 0
        self._hashes = array("q")

    def _write_file(self, pieces: Iterable[bytes]) -> Path:
        path = self.folder / f"codes-{next(self._names)}"
        with path.open("wb") as file:
            file.writelines(pieces)
        return path


class RenderedAttributes(dict[Attributes, str]):
    """The part of a line that all codes of an owner with the same attributes share, rendered once."""

    def __init__(self, owner: str) -> None:
        self.owner = owner

    def __missing__(self, attributes: Attributes) -> str:
        product, status, reason = attributes
        self[attributes] = text = f"{self.owner}\t{NULL if product is None else product}\t{status}\t{reason}"
        return text


def find_taken_ids(company_id: int, identifiers: list[str]) -> list[str]:
    """Return those of `identifiers` that the company has used already."""
    with connection.cursor() as cursor:
        cursor.execute(TAKEN_OF_LIST, [identifiers, company_id])
        return [identifier for (identifier,) in cursor.fetchall()]
