"""Storing counted scans in PostgreSQL, all or nothing, and each once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Final

from django.db import connection, transaction
from django.db.models.functions import Now

from portal.database.postgres_copy import copy_blocks
from workorders.models import StoredScans
from workorders.scans.counting import Count, Key
from workorders.scans.limit import note_over_limit

ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended('scans', 0))"
WAIT: Final = "SET LOCAL lock_timeout = '5s'"  # for another flush, or a withdrawal; the next flush tries again
KEPT: Final = timedelta(days=7)  # for which a name is known
LINES_AT_ONCE: Final = 5_000

COLUMNS: Final = ("day", "company", "identifier", "count", "first", "last")
CREATE: Final = """
    DROP TABLE IF EXISTS pg_temp.counted;
    CREATE TEMP TABLE counted (
        day integer, company bigint, identifier text COLLATE "C", count bigint, first bigint, last bigint
    ) ON COMMIT DROP"""

ADD_TO_CODES: Final = """
    INSERT INTO workorders_codescans AS kept (company_id, identifier, count, first_at, last_at, reached_limit)
    SELECT company, identifier, sum(count), to_timestamp(min(first)), to_timestamp(max(last)), false
    FROM (SELECT DISTINCT * FROM counted) AS counted
    WHERE EXISTS (SELECT FROM workorders_code AS code
                  WHERE code.company_id = counted.company AND code.identifier = counted.identifier)
    GROUP BY company, identifier ORDER BY company, identifier
    ON CONFLICT (company_id, identifier) DO UPDATE
    SET count = kept.count + excluded.count, first_at = least(kept.first_at, excluded.first_at),
        last_at = greatest(kept.last_at, excluded.last_at)"""

ADD_TO_DAYS: Final = """
    INSERT INTO workorders_scanday AS kept (company_id, day, count)
    SELECT company, date '1970-01-01' + day, sum(count)
    FROM (SELECT DISTINCT * FROM counted) AS counted
    WHERE EXISTS (SELECT FROM portal_company WHERE id = company AND kind <> 'former')
    GROUP BY company, day ORDER BY company, day
    ON CONFLICT (company_id, day) DO UPDATE SET count = kept.count + excluded.count"""


def store(name: str, counts: Iterable[tuple[Key, Count]]) -> None:
    """Add `counts` to codes and days, and note what reaches its company's limit; nothing if `name` was stored.

    An entry that comes twice counts once, as Redis may give it. A code that was deleted meanwhile is left out.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(WAIT)
        cursor.execute(ALONE)
        if not _is_new(name):
            return
        cursor.execute(CREATE)
        copy_blocks(cursor, "counted", COLUMNS, _blocks(counts))
        cursor.execute("ANALYZE counted")
        cursor.execute(ADD_TO_CODES)
        cursor.execute(ADD_TO_DAYS)
        note_over_limit()


def _is_new(name: str) -> bool:
    """Note the name, and say whether nobody had. Old names are forgotten."""
    StoredScans.objects.filter(stored_at__lt=Now() - KEPT).delete()
    return StoredScans.objects.get_or_create(name=name)[1]


def _blocks(counts: Iterable[tuple[Key, Count]]) -> Iterator[bytes]:
    lines = ("\t".join(map(str, (*key, *count))) for key, count in counts)
    while part := list(islice(lines, LINES_AT_ONCE)):
        yield ("\n".join(part) + "\n").encode()
