"""Ids of a workorder that differ in small and capital letters alone: some systems keep one file of two such names."""

from __future__ import annotations

from django.db import connection

from workorders.models import Workorder

NAMED = 20  # groups of such ids that are told
ALIKE = """
    SELECT array_agg(identifier ORDER BY sequence), count(*) OVER ()
    FROM workorders_code WHERE workorder_id = %s
    GROUP BY lower(identifier COLLATE "C") HAVING count(*) > 1
    ORDER BY min(sequence) LIMIT %s
"""


def alike_ids(workorder: Workorder) -> str:
    """The first of them in words, and how many more there are; empty when there are none.

    PostgreSQL sorts all ids for it, on disk where they are many: about a second for a million.
    """
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, [workorder.pk, NAMED])
        found: list[tuple[list[str], int]] = cursor.fetchall()
    said = "; ".join(" and ".join(identifiers) for identifiers, _total in found)
    more = found[0][1] - len(found) if found else 0
    return said + (f"; and {more:,} more" if more else "")
