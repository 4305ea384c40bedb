"""Applying a change: one statement that updates the codes in the order of their key and writes their history.

The statement sees what earlier changes committed, also those it had to wait for. What was found out about the codes
before may be outdated by then, so every rule stands in the statement, too, and whoever checked before compares counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from portal.database.conditions import condition_of
from portal.database.planner import planner_settings, without
from portal.models import Company, User
from workorders.changes import locks
from workorders.changes.spool import POSTED
from workorders.changes.values import (
    IS_ARCHIVED,
    IS_CONTRADICTION,
    IS_FINAL,
    IS_RESERVED,
    PRODUCT,
    REASON,
    STATUS,
    NewValues,
    ScmFields,
    is_same,
    is_too_full,
    merged_scm,
)
from workorders.codes.block_index import writing_codes
from workorders.models import Change, Code, Workorder
from workorders.products.services import archived_products

# A table of up to so many times the posted changes is read through; in a larger one each is looked up.
SCANNED_SHARE = 4
BY_KEY = without("hashjoin", "mergejoin")
"""A loop over the posted keys, which touches the codes in their order, is the only plan left."""

PROBLEMS = f"""
    SELECT wanted.sequence, wanted.key, CASE WHEN code.identifier IS NULL THEN 'missing'
        WHEN {IS_CONTRADICTION} THEN 'contradiction' WHEN {IS_RESERVED} THEN 'reserved' WHEN {IS_FINAL} THEN 'final'
        WHEN {{is_too_full}} THEN 'full' WHEN {IS_ARCHIVED} THEN 'archived' ELSE 'same' END, wanted.reason,
        CASE WHEN {IS_FINAL} THEN wanted.status END,
        CASE WHEN {IS_ARCHIVED} THEN (SELECT sku FROM workorders_product WHERE id = wanted.product_id) END
    FROM {POSTED} AS wanted
    LEFT JOIN workorders_code AS code ON code.company_id = %(company)s AND code.identifier = wanted.key
    WHERE code.identifier IS NULL
        OR {IS_CONTRADICTION} OR {IS_RESERVED} OR {IS_FINAL} OR {IS_ARCHIVED} OR {{is_too_full}} OR {{is_same}}"""  # noqa: S608  # our own names

BY_POSITION = f"""
    SELECT position, min(key), kind, reason, status, sku, count(*)
    FROM ({PROBLEMS}) AS found (position, key, kind, reason, status, sku)
    GROUP BY position, kind, reason, status, sku"""  # noqa: S608

LOCK = f"""
    SELECT count(*) FROM (
        SELECT FROM {POSTED} AS wanted
        JOIN workorders_code AS code ON code.company_id = %s AND code.identifier = wanted.key
        ORDER BY wanted.key FOR NO KEY UPDATE OF code
    ) AS locked"""  # noqa: S608

APPLY = f"""
    WITH changed AS (
        UPDATE workorders_code AS code
        SET activation_status = {STATUS}, blacklist_reason = {REASON}, product_id = {PRODUCT}, scm_data = {{merged}},
            last_change_id = %(change)s
        FROM {{source}} AS wanted
        WHERE code.company_id = %(company)s AND {{condition}}
            AND NOT {IS_CONTRADICTION} AND NOT {IS_FINAL} AND NOT {{is_same}} AND NOT {{is_too_full}}
        RETURNING WITH (OLD AS before, NEW AS after)
            after.last_change_id, before.identifier, before.last_change_id,
            CASE WHEN before.product_id IS DISTINCT FROM after.product_id THEN before.product_id END,
            CASE WHEN before.product_id IS DISTINCT FROM after.product_id THEN after.product_id END,
            nullif(before.activation_status, after.activation_status),
            nullif(after.activation_status, before.activation_status),
            nullif(before.blacklist_reason, after.blacklist_reason),
            nullif(after.blacklist_reason, before.blacklist_reason),
            {{scm}}
    )
    INSERT INTO workorders_codechange (change_id, identifier, previous, old_product, new_product, old_status,
        new_status, old_reason, new_reason, old_scm, new_scm)
    SELECT * FROM changed{{order}}"""  # noqa: S608

DIFFERS = "before.scm_data ->> {name} IS DISTINCT FROM after.scm_data ->> {name}"
FIELD = """CASE WHEN before.scm_data -> {name} IS DISTINCT FROM after.scm_data -> {name}
                THEN jsonb_build_object({name}, {side}.scm_data -> {name}) ELSE '{{}}' END"""
MOST_NAMED = 20  # SCM fields that a change looks at by name; those of more are taken from each row's own
NO_SCM = "NULL::jsonb, NULL::jsonb"
CHANGED_SCM = """
            (SELECT jsonb_object_agg(name, before.scm_data -> name) FROM jsonb_object_keys(wanted.scm) AS name
             WHERE before.scm_data -> name IS DISTINCT FROM after.scm_data -> name),
            (SELECT jsonb_object_agg(name, after.scm_data -> name) FROM jsonb_object_keys(wanted.scm) AS name
             WHERE before.scm_data -> name IS DISTINCT FROM after.scm_data -> name)"""

SELECTED = """(SELECT %(status)s::smallint AS status, %(reason)s::smallint AS reason,
        %(product)s::bigint AS product_id, %(scm)s::jsonb AS scm)"""


class Problem(NamedTuple):
    """What is the matter with one posted change: its position in the source, its key, and the kind.

    `kind` is `missing` (no such code), `contradiction` (a reason without being blacklisted), `reserved` (one that
    Codeport alone gives), `final` (a cancelled workorder blacklisted it), `full` (it would have too many SCM fields),
    `archived` (it would get an archived product) or `same` (the code has these values already; nothing is wrong then).
    `reason` is the blacklist reason that it gives, `status` the activation status that a final code cannot get,
    `sku` names the archived product. Of a change that names `codes`, `key` is the first of those that it is about.
    """

    position: int
    key: str
    kind: str
    reason: int | None = None
    status: int | None = None
    sku: str | None = None
    codes: int = 1


class Overtaken(Exception):  # noqa: N818  # an event, not a fault
    """Other changes or uploads were committed meanwhile, so that what was checked does not hold. Do it all again."""


def begin_change(company: Company, origin: str, by: User | None, **more: Any) -> Change:
    """Create the row of a change in the caller's transaction; `more` may be `record_key` and `undoes`."""
    return Change.objects.create(company=company, origin=origin, created_by=by, **more)


def lock_posted(company: Company) -> None:
    """Lock the codes of the posted changes in the caller's transaction, in the order in which all changes do."""
    locks.in_order(company)
    with planner_settings(**BY_KEY), connection.cursor() as cursor:
        cursor.execute(LOCK, [company.pk])


def find_problems(
    company: Company, count: int, scm: ScmFields, first_position: int = 1, *, by_position: bool = False
) -> Iterator[Problem]:
    """Yield what is the matter with the `count` posted changes, in any order, in the caller's transaction.

    `scm` are the SCM fields that they may change. Changes of one position, which named several codes at once, are told
    together where `by_position` is set.
    Where they are a good part of the table, it is read through once, several times faster than as many lookups.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'workorders_code'::regclass")
        (codes,) = cursor.fetchone()
        plan = "nestloop" if codes < count * SCANNED_SHARE and count > 1000 else "hashjoin"
    with planner_settings(**without(plan, "mergejoin")), connection.chunked_cursor() as cursor:
        given: dict[str, Any] = {"company": company.pk, "cancelled": cancelled_workorders(company)}
        given["archived"] = _archived(company)
        query = (BY_POSITION if by_position else PROBLEMS).format(is_same=is_same(scm), is_too_full=is_too_full(scm))
        cursor.execute(query, given)
        for sequence, *found in cursor:
            yield Problem(sequence + first_position - 1, *found)


def apply_posted(change: Change, scm: ScmFields, expected: int | None = None) -> int:
    """Apply the posted changes in the caller's transaction, and return how many codes changed.

    `scm` are the SCM fields that they may change. A loop over the posted keys locks the codes in their order, whatever
    the statistics say of the tables. Codes that `find_problems` would name stay as they are; scans alone give a reason
    that is Codeport's to give. Raises Overtaken when other than the `expected` number changed.
    """
    locks.in_order(change.company)
    condition = f"code.identifier = wanted.key AND NOT coalesce({IS_ARCHIVED}, false)"
    if change.origin != Change.Origin.SCANS:
        condition += f" AND NOT {IS_RESERVED}"
    with writing_codes(), planner_settings(**BY_KEY):
        changed = _apply(change, POSTED, condition, {"archived": _archived(change.company)}, scm)
    if expected is not None and changed != expected:
        raise Overtaken
    return changed


def apply_selected(change: Change, codes: QuerySet[Code], values: NewValues, *, single: bool = False) -> int:
    """Give `codes` of the change's company the values in the caller's transaction, and return how many changed.

    `codes` are filtered and nothing more. Those that have the values already, or must not get them, stay as they are.
    They are locked as they lie on disk, so it waits for other changes of the company, unless they are a `single` one.
    """
    if not single:
        locks.alone(change.company)
    with nullcontext() if single else writing_codes():
        return _apply(change, SELECTED, condition_over_code(codes), given_of(values), values.scm_fields)


def given_of(values: NewValues) -> dict[str, Any]:
    """Return the parameters of SELECTED."""
    given: dict[str, Any] = {"status": values.status, "reason": values.reason, "product": values.product_id}
    return given | {"scm": json.dumps(dict(values.scm)) if values.scm else None}


def condition_over_code(codes: QuerySet[Code]) -> str:
    """Return the condition of a query of codes as SQL over a row `code`, with percent signs doubled."""
    condition, values = condition_of(codes)
    over_code = condition.replace('"workorders_code".', "code.")
    text = connection.ops.compose_sql(over_code, values)  # type: ignore[attr-defined]  # PostgreSQL's
    return str(text).replace("%", "%%")


def _changed_scm(names: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return how a row's changed SCM fields are put together, old and new, and the parameters of that.

    Fields known by name are compared several times faster than those that each row has to list. Where all of them
    changed, as in most files, the new values are those that were asked for: three times as fast as field by field.
    """
    if not names:
        return NO_SCM, {}
    if len(names) > MOST_NAMED:
        return CHANGED_SCM, {}
    given = {f"scm_{number}": name for number, name in enumerate(names)}
    places = [f"%({key})s" for key in given]
    all_differ = " AND ".join(DIFFERS.format(name=place) for place in places)
    old = "jsonb_object(ARRAY[" + ", ".join(f"{place}, before.scm_data ->> {place}" for place in places) + "])"
    sides = (
        f"CASE WHEN {all_differ} THEN {whole} ELSE nullif({by_field}, '{{}}') END"
        for whole, side in ((old, "before"), ("wanted.scm", "after"))
        for by_field in [" || ".join(FIELD.format(name=place, side=side) for place in places)]
    )
    return ", ".join(sides), given


def _apply(change: Change, source: str, condition: str, given: dict[str, Any], fields: ScmFields) -> int:
    scm, named = _changed_scm(fields.names)
    given |= named | {
        "change": change.pk,
        "company": change.company_id,
        "cancelled": cancelled_workorders(change.company),
    }
    with connection.cursor() as cursor:
        order = "" if source == POSTED else " ORDER BY identifier"  # in which the history's index fills fastest
        terms = {"merged": merged_scm(fields), "is_same": is_same(fields), "scm": scm}
        terms["is_too_full"] = is_too_full(fields)
        cursor.execute(APPLY.format(source=source, condition=condition, order=order, **terms), given)
        changed = int(cursor.rowcount)
    change.codes = changed
    change.save(update_fields=["codes"])
    return changed


def _archived(company: Company) -> list[int]:
    """Return the ids of the company's archived products."""
    return [*archived_products(company.pk).values()]


def cancelled_workorders(company: Company) -> list[int]:
    """Return the ids of the company's cancelled workorders, as the rule of final codes takes them."""
    return list(company.workorders.filter(state=Workorder.State.CANCELLED).values_list("pk", flat=True))
