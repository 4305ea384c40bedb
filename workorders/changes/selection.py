"""Counting what a change of selected codes would do, before it is made or asked for."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from portal.models import Company
from workorders.changes.apply import SELECTED, cancelled_workorders, condition_over_code, given_of
from workorders.changes.values import BLACKLISTED, IS_CONTRADICTION, IS_FINAL, STATUS, NewValues, is_same, is_too_full
from workorders.models import Code

COUNT = f"""
    SELECT count(*), count(*) FILTER (WHERE kind = 'same'), count(*) FILTER (WHERE kind = 'final'),
        count(*) FILTER (WHERE kind = 'contradiction'), count(*) FILTER (WHERE kind = 'full'),
        count(*) FILTER (WHERE kind IS NULL AND is_released)
    FROM (
        SELECT CASE WHEN {IS_CONTRADICTION} THEN 'contradiction' WHEN {IS_FINAL} THEN 'final'
            WHEN {{is_same}} THEN 'same' WHEN {{is_too_full}} THEN 'full' END AS kind,
            code.activation_status = {BLACKLISTED} AND {STATUS} <> {BLACKLISTED} AS is_released
        FROM workorders_code AS code, {SELECTED} AS wanted
        WHERE code.company_id = %(company)s AND {{condition}}
    ) AS selected"""  # noqa: S608  # our own names


class Selection(NamedTuple):
    """How many codes are selected, and how many of them the values would leave alone, by the reason.

    `same` have the values already, `final` were blacklisted by a cancelled workorder and stay so, `contradicting` would
    get a blacklist reason without being blacklisted, `full` more SCM fields than a code may have. Of those that are
    changed, `released` leave the blacklist.
    """

    selected: int
    same: int
    final: int
    contradicting: int
    full: int
    released: int

    @property
    def changed(self) -> int:
        """Return how many codes the change would change."""
        return self.selected - self.same - self.final - self.contradicting - self.full


def count_selection(company: Company, codes: QuerySet[Code], values: NewValues) -> Selection:
    """Count what giving `values` to `codes` of the company would do now. `codes` are filtered and nothing more."""
    with connection.cursor() as cursor:
        cursor.execute(complete(COUNT, codes, values), given_for(company, values))
        return Selection(*cursor.fetchone())


def complete(query: str, codes: QuerySet[Code], values: NewValues) -> str:
    """Return a query such as COUNT with the conditions that it lacks: on `codes`, and on those that have `values`."""
    fields = values.scm_fields
    return query.format(condition=condition_over_code(codes), is_same=is_same(fields), is_too_full=is_too_full(fields))


def given_for(company: Company, values: NewValues) -> dict[str, Any]:
    """Return the parameters of a query that compares codes of the company with SELECTED."""
    return given_of(values) | {"company": company.pk, "cancelled": cancelled_workorders(company)}
