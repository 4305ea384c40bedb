"""What a change of selected codes would do now: how many it would change, and some of them. Nothing is written."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from portal.database.patience import TooLong, patience
from portal.database.planner import each_of
from portal.models import Company
from workorders.changes.apply import SELECTED
from workorders.changes.selection import COUNT, Selection, complete, given_for
from workorders.changes.values import IS_CONTRADICTION, IS_FINAL, NewValues
from workorders.models import Code

SHOWN = 5  # codes
PATIENCE = 2000  # milliseconds that a page spends on either question

SOME = f"""
    SELECT code.identifier FROM workorders_code AS code, {SELECTED} AS wanted
    WHERE code.company_id = %(company)s AND {{condition}}
        AND NOT {IS_CONTRADICTION} AND NOT {IS_FINAL} AND NOT {{is_same}} AND NOT {{is_too_full}}
    LIMIT {SHOWN}"""  # noqa: S608


class Counted(NamedTuple):
    """Codes that a change selects: those it would change, those that have the values, those that must not get them.

    Of those it would change, `released` leave the blacklist. Of those that must not, `full` would have too many fields.
    """

    changing: int
    same: int
    refused: int
    full: int
    released: int


def count_selected(company: Company, codes: QuerySet[Code], values: NewValues) -> Counted | None:
    """Count what the change would do to `codes`, filtered and nothing more; None where that takes too long."""
    found = _patient(complete(COUNT, codes, values), given_for(company, values))
    if found is None:
        return None
    selection = Selection(*found[0])
    refused = selection.final + selection.contradicting
    return Counted(selection.changed, selection.same, refused, selection.full, selection.released)


def some_changing(company: Company, codes: QuerySet[Code], values: NewValues) -> list[Code]:
    """Return a few codes that the change would change, in the order of their places; none if that takes too long."""
    found = _patient(complete(SOME, codes, values), given_for(company, values)) or []
    shown = Code.objects.filter(
        company=company, identifier__in=each_of((identifier for (identifier,) in found), "text")
    )
    return list(shown.select_related("workorder", "product").order_by("workorder", "sequence"))


def _patient(query: str, given: dict[str, Any]) -> list[tuple[Any, ...]] | None:
    """Return the rows of a query, or None where they do not come in time."""
    with suppress(TooLong), patience(PATIENCE), connection.cursor() as cursor:
        cursor.execute(query, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
    return None
