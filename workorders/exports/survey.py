"""A look at the codes of an export before they are written: how many, which SCM fields, what else to look up."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from workorders.exports.columns import Lookups, Selection

FIRST = 1000  # codes whose SCM fields are known before all are looked at
MOST_KEYS = 1000  # columns of an SCM field each; PostgreSQL gives at most 1,664 of all

SOME_KEYS = """
    SELECT key
    FROM (SELECT code.scm_data FROM workorders_code AS code WHERE {condition} LIMIT %(first)s) AS few,
        jsonb_object_keys(few.scm_data) AS key
    GROUP BY key ORDER BY count(*) DESC, key"""
TOTALS = """
    SELECT code.workorder_id, count(*), count(*) FILTER (WHERE code.scm_data - %(known)s::text[] <> '{{}}'),
        count(code.last_change_id)
    FROM workorders_code AS code WHERE {condition} GROUP BY code.workorder_id"""
SCANNED = "SELECT EXISTS (SELECT FROM workorders_codescans WHERE company_id = %(company)s)"
OTHER_KEYS = """
    SELECT DISTINCT key FROM workorders_code AS code, jsonb_object_keys(code.scm_data - %(known)s::text[]) AS key
    WHERE {condition} AND code.scm_data - %(known)s::text[] <> '{{}}' LIMIT %(most)s"""


@dataclass(frozen=True)
class Survey:
    """What was found: how many codes, of which workorders, their SCM fields in order, and what has to be looked up.

    `keys` are those that become columns. With `has_other_keys`, codes have more than these.
    """

    codes: int
    workorders: list[int]
    keys: list[str]
    has_other_keys: bool
    lookups: Lookups


def survey(selection: Selection) -> Survey:
    """Look at the codes in one pass, and in another only where the first codes lack SCM fields that others have.

    Fields that many of the first codes have become columns before others do.
    """
    given = selection.values | {"first": FIRST, "most": MOST_KEYS + 1}
    with connection.cursor() as cursor:
        cursor.execute(SOME_KEYS.format(condition=selection.condition), given)
        known = [key for (key,) in cursor.fetchall()]
        given["known"] = known
        cursor.execute(TOTALS.format(condition=selection.condition), given)
        totals = cursor.fetchall()
        cursor.execute(SCANNED, given)
        (scanned,) = cursor.fetchone()
        if any(with_others for _workorder, _codes, with_others, _changed in totals) and len(known) <= MOST_KEYS:
            cursor.execute(OTHER_KEYS.format(condition=selection.condition), given)
            known += [key for (key,) in cursor.fetchall()]
    return Survey(
        codes=sum(codes for _workorder, codes, _with_others, _changed in totals),
        workorders=[workorder for workorder, *_counts in totals],
        keys=sorted(known[:MOST_KEYS]),
        has_other_keys=len(known) > MOST_KEYS,
        lookups=Lookups(any(changed for *_counts, changed in totals), scanned),
    )
