"""Creating codes in bulk: spooled to disk as sorted runs, merged, and loaded by one COPY."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

from portal.database.postgres_copy import copy_blocks, ticking
from workorders.codes.block_index import writing_codes
from workorders.codes.fields import Attributes
from workorders.codes.gaps import Gaps
from workorders.codes.sorted_runs import merge_blocks
from workorders.codes.spool import SortedSpool
from workorders.codes.statistics import tell_of_load
from workorders.models import Code

if TYPE_CHECKING:
    from workorders.codes.code_block import CodeBlock

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

NewCode = tuple[str, int, Attributes, str]
"""Identifier, position, attributes, SCM data as JSON text.

A position grows with the codes' order in their source; the spool turns positions into sequences without gaps.
"""
NULL = "\\N"

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


class CodeSpool(SortedSpool):
    """Codes on their way into the table: `add` them, `find_repeats`, then `load` them.

    Lives in `folder`, which the caller makes and removes.
    """

    def __init__(self, folder: Path, *, company_id: int, workorder_id: int, first_position: int = 1) -> None:
        super().__init__(folder, first_position=first_position)
        self.company_id, self.workorder_id = company_id, workorder_id
        self.longest = 0  # characters of the longest identifier
        self._attributes = RenderedAttributes(f"{company_id}\t{workorder_id}")
        self._gaps = Gaps()  # sequences that hold no code

    def add(self, codes: list[NewCode] | CodeBlock) -> None:
        """Spool codes, in any order; those of a block have that of their positions."""
        if not isinstance(codes, list):
            if codes:
                from workorders.codes.code_block import longest_of  # takes time and memory; only long files need it

                self.longest = max(self.longest, longest_of(codes.identifiers))
                make_lines = partial(codes.lines, self._base, self._attributes)
                self._add_columns(codes.identifiers, make_lines, codes.size)
            return
        base, attributes = self._base, self._attributes
        lines = [
            f"{identifier}\t{position - base:010d}\t{attributes[attribute]}\t"
            f"{scm.replace(BACKSLASH, TWO_BACKSLASHES) if BACKSLASH in scm else scm}\n"
            for identifier, position, attribute, scm in codes
        ]
        identifiers = [code[0] for code in codes]
        self.longest = max(self.longest, *map(len, identifiers), 0)
        self._add_lines(identifiers, lines)

    def skip(self, position: int, count: int = 1) -> None:
        """Say that no code will have this position, nor the `count` - 1 after it; the sequences close over them."""
        self._gaps.add(position - self._base, count)

    def load(self, tick: Callable[[int], None], after: int = 0, *, archive_follows: bool = False) -> None:
        """COPY the codes into the table, in the caller's transaction; IntegrityError when an id is taken.

        Their sequences go on after `after`, which is how many codes the workorder has. `tick` hears how many codes
        have been sent so far, now and then. Of an archive that follows, see `writing_codes`.
        """
        lines = self._renumbered(after) if self._gaps or after else merge_blocks(self._runs)
        with writing_codes(archive_follows=archive_follows), connection.cursor() as cursor:
            copy_blocks(cursor, Code._meta.db_table, COLUMNS, ticking(self._blocks(lines), tick))
        tell_of_load(self.company_id, self.count)

    def _renumbered(self, after: int) -> Iterator[list[bytes]]:
        """The codes with their sequences closed over the gaps, and `after` higher."""
        ends, widths = self._gaps.cumulated()

        def renumber(line: bytes) -> bytes:
            identifier, sequence, rest = line.split(b"\t", 2)
            number = int(sequence)
            return b"%b\t%d\t%b" % (identifier, number - widths[bisect_right(ends, number)] + after, rest)

        for lines in merge_blocks(self._runs):
            yield list(map(renumber, lines))

    def has_alike_ids(self) -> bool:
        """Say whether ids of the codes differ in letter case alone. All are in memory for it."""
        found: set[bytes] = set()
        for run in self._runs:
            with run.open("rb") as file:
                found.update(line[: line.index(b"\t")].lower() for line in file)
        return len(found) < self.count

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
            ids = (
                [b"\t".join(line.split(b"\t", 2)[:2]) + b"\n" for line in lines] for lines in merge_blocks(self._runs)
            )
            copy_blocks(cursor, "posted", ("identifier", "sequence"), ticking(self._blocks(ids), tick))
        with connection.chunked_cursor() as cursor:
            cursor.execute(TAKEN_OF_POSTED, [self.company_id])
            for identifier, sequence in cursor:
                yield identifier, sequence + self._base


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
