"""Undoing a change: codes that are still as it left them get their old values back."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from portal.database.patience import TooLong, patience
from portal.database.planner import planner_settings
from portal.models import User
from workorders.changes import locks
from workorders.changes.apply import BY_KEY, begin_change
from workorders.changes.values import BLACKLISTED
from workorders.codes.block_index import writing_codes
from workorders.models import Change, CodeChange, Workorder

PATIENCE = 8000  # milliseconds that somebody waits for a count

STILL_SO = f"""(code.last_change_id = %(undone)s OR EXISTS (
        WITH RECURSIVE state (change_id) AS (
            SELECT code.last_change_id
            UNION ALL
            SELECT took_back.previous FROM state
            JOIN workorders_change AS undoing ON undoing.id = state.change_id
            JOIN workorders_codechange AS took_back
                ON took_back.change_id = undoing.undoes_id AND took_back.identifier = code.identifier
        )
        SELECT FROM state WHERE change_id = %(undone)s))
    AND NOT (code.workorder_id = ANY(%(cancelled)s) AND coalesce(undone.old_status, {BLACKLISTED}) <> {BLACKLISTED})"""  # noqa: S608  # our own names
"""The code is as the change left it: nothing changed it since, or all that did was undone, whatever undid that.
A code of a workorder that was cancelled since stays blacklisted."""

COUNT = f"""
    SELECT count(*), count(*) FILTER (WHERE {STILL_SO})
    FROM workorders_codechange AS undone
    JOIN workorders_code AS code ON code.company_id = %(company)s AND code.identifier = undone.identifier
    WHERE undone.change_id = %(undone)s"""  # noqa: S608  # our own names

KEPT = f"""
    SELECT undone.identifier FROM workorders_codechange AS undone
    JOIN workorders_code AS code ON code.company_id = %(company)s AND code.identifier = undone.identifier
    WHERE undone.change_id = %(undone)s AND undone.identifier > %(after)s AND NOT ({STILL_SO})
    ORDER BY undone.identifier LIMIT %(limit)s"""  # noqa: S608

UNDO = f"""
    WITH changed AS (
        UPDATE workorders_code AS code
        SET activation_status = coalesce(undone.old_status, code.activation_status),
            blacklist_reason = coalesce(undone.old_reason, code.blacklist_reason),
            product_id = CASE WHEN undone.old_product IS NULL AND undone.new_product IS NULL
                THEN code.product_id ELSE undone.old_product END,
            scm_data = CASE WHEN undone.old_scm IS NULL
                THEN code.scm_data ELSE jsonb_strip_nulls(code.scm_data || undone.old_scm) END,
            last_change_id = %(change)s
        FROM (SELECT * FROM workorders_codechange WHERE change_id = %(undone)s ORDER BY identifier) AS undone
        WHERE code.company_id = %(company)s AND code.identifier = undone.identifier AND {STILL_SO}
        RETURNING WITH (OLD AS before) before.identifier, before.last_change_id AS previous,
            undone.old_product, undone.new_product, undone.old_status, undone.new_status,
            undone.old_reason, undone.new_reason, undone.old_scm, undone.new_scm
    )
    INSERT INTO workorders_codechange (change_id, identifier, previous, old_product, new_product, old_status,
        new_status, old_reason, new_reason, old_scm, new_scm)
    SELECT %(change)s, identifier, previous, new_product, old_product, new_status, old_status, new_reason,
        old_reason, new_scm, old_scm
    FROM changed"""  # noqa: S608


KEPT_BY = """
    SELECT undone.identifier, count(*) OVER ()
    FROM workorders_codechange AS undone
    JOIN workorders_code AS code ON code.company_id = %(company)s AND code.identifier = undone.identifier
    WHERE undone.change_id = %(undone)s AND code.last_change_id IS DISTINCT FROM %(change)s
    ORDER BY undone.identifier LIMIT %(limit)s"""


class HistoryGone(Exception):  # noqa: N818  # an event, not a fault
    """The history of a change, or part of it, was not kept for so long, so that it cannot be undone."""


class Extent(NamedTuple):
    """How much an undo does: codes that get their old values back, and codes that are kept, being changed since.

    Codes that were deleted since, with their upload, are neither.
    """

    undone: int
    kept: int


def extent_of(change: Change) -> Extent:
    """Count what undoing the change would do now."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, _given(change))
        total, undone = cursor.fetchone()
    return Extent(undone, total - undone)


def extent_in_time(change: Change, most_kept: int) -> tuple[Extent, list[str]] | None:
    """Return what undoing the change would do, with the first ids that it would keep; None where that takes long."""
    with suppress(TooLong), patience(PATIENCE):
        extent = extent_of(change)
        return extent, kept_codes(change, limit=most_kept) if extent.kept else []
    return None


def kept_codes(change: Change, after: str = "", limit: int = 100) -> list[str]:
    """Return ids of the change that an undo would keep as they are, those behind `after`, in order."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT, _given(change) | {"after": after, "limit": limit})
        return [identifier for (identifier,) in cursor.fetchall()]


def undo(change: Change, origin: str, by: User | None, record_key: str = "") -> Change:
    """Undo a change in the caller's transaction, and return the change that does. Its `codes` tell how many.

    Raises HistoryGone when its history has been thinned; while it is undone none of it goes.
    """
    locks.in_order(change.company)
    if Change.objects.select_for_update(no_key=True).get(pk=change.pk).is_thinned:
        raise HistoryGone
    undoing = begin_change(change.company, origin, by, record_key=record_key, undoes=change)
    with writing_codes(), planner_settings(**BY_KEY), connection.cursor() as cursor:
        cursor.execute(UNDO, _given(change) | {"change": undoing.pk})
        undoing.codes = cursor.rowcount
    undoing.save(update_fields=["codes"])
    return undoing


def kept_by(undoing: Change, limit: int) -> tuple[int, list[str]]:
    """Return how many codes this undo kept, in the transaction of it, and the first of their ids."""
    undone = undoing.undoes
    if undone is None or undone.codes == undoing.codes:
        return 0, []
    given = {"company": undone.company_id, "undone": undone.pk, "change": undoing.pk, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(KEPT_BY, given)
        rows = cursor.fetchall()
    return (rows[0][1] if rows else 0), [identifier for identifier, _count in rows]


def can_be_undone(change: Change) -> bool:
    """Say whether the history of the change is still there, and whole."""
    return not change.is_thinned and CodeChange.objects.filter(change=change).exists()


def _given(change: Change) -> dict[str, Any]:
    cancelled = change.company.workorders.filter(state=Workorder.State.CANCELLED)
    return {
        "undone": change.pk,
        "company": change.company_id,
        "cancelled": list(cancelled.values_list("pk", flat=True)),
    }


def undone_by(change: Change) -> QuerySet[Change]:
    """Return the changes that undid this one, the latest first."""
    return change.undone_by.order_by("-pk")
