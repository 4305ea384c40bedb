"""How long the history of codes is kept: HISTORY_DAYS, or for ever.

What is older goes in steps that each last well below a second, the oldest change first. A change of which any row has
gone is marked in the same step, and cannot be undone any more. Changes themselves stay: who, when, and how many codes.
"""

from __future__ import annotations

from django.conf import settings
from django.db import connection

STEP = 10_000  # rows of history in one statement
STEPS = 50  # in one sweep, so that whatever else waits for the worker has its turn

THIN = """
    WITH oldest AS (
        SELECT row.change_id, row.identifier
        FROM (SELECT change_id, identifier FROM workorders_codechange ORDER BY change_id, identifier LIMIT %(step)s)
            AS row
        JOIN workorders_change AS change ON change.id = row.change_id
        WHERE change.created_at < now() - %(days)s * interval '1 day'
    ), marked AS (
        UPDATE workorders_change SET is_thinned = true
        WHERE id IN (SELECT DISTINCT change_id FROM oldest) AND NOT is_thinned
    )
    DELETE FROM workorders_codechange AS gone USING oldest
    WHERE gone.change_id = oldest.change_id AND gone.identifier = oldest.identifier"""


def thin_history() -> int:
    """Delete history that has been kept long enough, a bounded part of it, and return how many rows went."""
    if settings.HISTORY_DAYS is None:
        return 0
    total = 0
    for _step in range(STEPS):
        with connection.cursor() as cursor:
            cursor.execute(THIN, {"step": STEP, "days": settings.HISTORY_DAYS})
            total += cursor.rowcount
            if cursor.rowcount < STEP:
                break
    return total
