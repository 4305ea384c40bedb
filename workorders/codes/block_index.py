"""Keeping the BRIN index `code_blocks` complete: what a long statement could not tell it, it is made to forget.

A statement of PostgreSQL 17 or 18 learns once how far the map of a BRIN index reaches. If VACUUM summarizes blocks
behind that while it runs, it takes them for not summarized, and does not tell the index of what it goes on to write
there: the index does not find these codes. A block that is not summarized is always read, so before such a statement is
committed the index forgets all blocks that may be concerned. Decision 67 has the proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

STEP = 8
"""Blocks of the narrowest range that the index has had. Where its ranges are several times as wide, they, and the pages
of its map, end where one of so many blocks ends, too: what follows holds for them as well."""
REACH = f"""
    SELECT pg_relation_filenode('code_blocks'), pg_relation_size('workorders_code') / size,
        (size - 32) / 6 * {STEP}
    FROM (SELECT current_setting('block_size')::bigint AS size) AS of_block"""  # noqa: S608
"""The file of the index, the table's blocks, and those that a page of the map has room for: 6 bytes a range, behind two
headers (src/include/access/brin_page.h)."""
KNOWN = "SELECT blocks FROM workorders_summarized WHERE filenode = %s"
SUMMARIZE = "SELECT brin_summarize_new_values('code_blocks')"
KEEP = """
    INSERT INTO workorders_summarized (id, filenode, blocks) VALUES (1, %s, %s)
    ON CONFLICT (id) DO UPDATE SET filenode = EXCLUDED.filenode, blocks = EXCLUDED.blocks RETURNING id"""
FORGET = f"""
    SELECT count(brin_desummarize_range('code_blocks', block))
    FROM generate_series(%s::bigint, %s::bigint - 1, {STEP}) AS block"""  # noqa: S608
WAIT = "1s"  # for VACUUM, where it is as well done later


@contextmanager
def writing_codes(*, archive_follows: bool = False) -> Iterator[None]:
    """Wrap a statement that writes many codes in the caller's transaction, so that the index misses none of them.

    What it forgets it is told again right after the commit, or by the job of the archive that follows. It waits, as the
    statement may for others, while the table is vacuumed by hand; autovacuum gives way. A statement that writes one
    code needs none of this.
    """
    filenode, blocks, room = _ask(REACH)
    known = _ask(KNOWN, filenode)
    reached = known[0] if known else blocks if _summarized() else 0  # it was built anew where nothing is known
    first = -(-reached // room) * room
    yield
    blocks = _ask(REACH)[1]
    if blocks > first:
        _ask(FORGET, first, blocks)
        if not archive_follows:
            transaction.on_commit(summarize_blocks, robust=True)


def summarize_blocks() -> None:
    """Tell the BRIN index what stands in new blocks, so that queries can leave them out, and note how far it reaches.

    VACUUM does it too, but waits for more rows than a load has. Where it is at it already, nothing is to be done.
    """
    filenode, blocks, _room = _ask(REACH)
    if _summarized():
        _ask(KEEP, filenode, blocks)


def summarize_after_load() -> None:
    """Do the same after a load, if it reached blocks of a range that is not summarized; most small ones do not.

    What is written into a range that is summarized, be it full or not, is told the index as it is written.
    """
    filenode, blocks, _room = _ask(REACH)
    known = _ask(KNOWN, filenode)
    if (not known or _ranges(blocks) > _ranges(known[0])) and _summarized():
        _ask(KEEP, filenode, blocks)


def _ranges(blocks: int) -> int:
    return -(-blocks // STEP)


def _summarized() -> bool:
    """Summarize what is not; return False where VACUUM is at it."""
    try:
        with transaction.atomic(), _lock_timeout(WAIT):
            _ask(SUMMARIZE)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        return False
    return True


@contextmanager
def _lock_timeout(wait: str) -> Iterator[None]:
    (before,) = _ask("SELECT current_setting('lock_timeout')")
    _ask("SELECT set_config('lock_timeout', %s, true)", wait)
    yield  # an error ends the transaction within, and with it the setting
    _ask("SELECT set_config('lock_timeout', %s, true)", before)


def _ask(query: str, *given: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return cursor.fetchone()
