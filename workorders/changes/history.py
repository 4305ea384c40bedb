"""The history of codes, as the changes left it."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from workorders.models import Change, Code, CodeChange

CHAIN = """
    WITH RECURSIVE chain AS (
        SELECT change_id, previous, 1 AS place FROM workorders_codechange WHERE change_id = %s AND identifier = %s
        UNION ALL
        SELECT row.change_id, row.previous, place + 1 FROM chain
        JOIN workorders_codechange AS row ON row.change_id = chain.previous AND row.identifier = %s
        WHERE place < %s
    )
    SELECT change_id FROM chain"""
MOST_CHANGES = 1000  # of one code that are shown, the latest


def history_of(code: Code, most: int = MOST_CHANGES) -> list[CodeChange]:
    """Return what became of a code in its latest `most` changes, each with its `change`, its person and its company.

    The latest stands first. The list ends where a retention time has thinned the history.
    """
    if code.last_change_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(CHAIN, [code.last_change_id, code.identifier, code.identifier, most])
        changes = [change for (change,) in cursor.fetchall()]
    rows = CodeChange.objects.filter(change_id__in=changes, identifier=code.identifier)
    return list(rows.select_related("change__created_by__company").order_by("-change_id"))


def codes_of(change: Change) -> QuerySet[CodeChange]:
    """Return what a change made of each of its codes, in the order of their ids."""
    return CodeChange.objects.filter(change=change).order_by("identifier")
