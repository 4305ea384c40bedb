"""Statistics of the table of codes: the server hears at once of a company that has many more codes than it believes.

It takes statistics when a part of the whole table is new, and a minute later. Until then a company that is new, or was
small, has next to no codes for the planner, which then reads all that it has, again for each id of a change.
"""

from __future__ import annotations

from typing import Final

from django.db import connection

LEAST: Final = 1000  # codes of a load; fewer can be read again and again
SAMPLED: Final = 10_000  # a smaller part of the table may have no code among the 30,000 that a sample has
OFF: Final = 10  # times too few
BELIEVED = "EXPLAIN (FORMAT JSON) SELECT FROM workorders_code WHERE company_id = %s"
KNOWN = "SELECT reltuples FROM pg_class WHERE oid = 'workorders_code'::regclass"
TAKE = "ANALYZE (SKIP_LOCKED) workorders_code"  # another who takes them takes most of these codes too
MOSTLY_NEW: Final = 10  # times as many codes as a load has: in a table of fewer, what was known is worth little
TAKE_COARSELY = "SELECT set_config('default_statistics_target', '10', true)"
"""For the rest of the transaction: of 3,000 rows, in a tenth of the time. The server takes better ones a minute later,
since it counts these codes when they are committed."""


def tell_of_load(company_id: int, count: int) -> None:
    """Take statistics in the caller's transaction, if `count` codes that it has loaded are too many for what is known.

    Others plan by them as soon as they see the codes.
    """
    if count < LEAST:
        return
    with connection.cursor() as cursor:
        cursor.execute(KNOWN)
        ((codes,),) = cursor.fetchall()
        cursor.execute(BELIEVED, [company_id])
        ((found,),) = cursor.fetchall()
        if found[0]["Plan"]["Plan Rows"] * OFF < count and codes < count * SAMPLED:
            if codes < count * MOSTLY_NEW:
                cursor.execute(TAKE_COARSELY)
            cursor.execute(TAKE)
