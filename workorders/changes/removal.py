"""Deleting the codes of a workorder whose upload is withdrawn, so that their ids are free again.

What changes made of the codes stays in the history: it is reached by the change, and a new code of the same id, whose
`last_change` is null, has no part in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db import connection, transaction

from portal.database.planner import planner_settings, without
from portal.models import Company
from workorders.changes import locks
from workorders.models import Code, Workorder

BATCH: Final = 20_000
IDS = "SELECT identifier FROM workorders_code WHERE workorder_id = %s ORDER BY identifier"
DELETE = """DELETE FROM workorders_code WHERE company_id = %s AND identifier = ANY(%s::text[] COLLATE "C")"""
BY_KEY = without("seqscan", "bitmapscan")  # a loop over the key is left, which locks the codes in its order


def remove_all_codes(company: Company) -> None:
    """Delete the codes of a company that is closed, in the order of their ids, and commit batch by batch."""
    last = ""
    while batch := _first_ids(company, last):
        with transaction.atomic(), connection.cursor() as cursor, planner_settings(**BY_KEY):
            cursor.execute(DELETE, [company.pk, batch])
        last = batch[-1]


def _first_ids(company: Company, last: str) -> list[str]:
    codes = Code.objects.filter(company=company, identifier__gt=last).order_by("identifier")
    return list(codes.values_list("identifier", flat=True)[:BATCH])


def remove_codes(workorder: Workorder, tick: Callable[[int], None]) -> int:
    """Delete the workorder's codes in the caller's transaction, in the order of their ids, and return how many.

    `tick` hears how many are deleted so far, now and then. Changes of the same codes wait, or are waited for.
    """
    deleted = 0
    locks.in_order(workorder.company)
    with connection.chunked_cursor() as found, connection.cursor() as cursor:
        found.execute(IDS, [workorder.pk])  # planned now: they are found by bitmaps alone
        with planner_settings(**BY_KEY):
            while batch := [identifier for (identifier,) in found.fetchmany(BATCH)]:
                cursor.execute(DELETE, [workorder.company_id, batch])
                deleted += cursor.rowcount
                tick(deleted)
    return deleted
