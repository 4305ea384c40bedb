"""The history of codes, as the changes left it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from workorders.models import Change, Code, CodeChange, Product

CHAIN = """
    WITH RECURSIVE chain AS (
        SELECT change_id, previous, 1 AS place FROM workorders_codechange WHERE change_id = %s AND identifier = %s
        UNION ALL
        SELECT row.change_id, row.previous, place + 1 FROM chain
        JOIN workorders_codechange AS row ON row.change_id = chain.previous AND row.identifier = %s
        WHERE place < %s
    )
    SELECT change_id FROM chain ORDER BY place"""
MOST_CHANGES = 1000  # of one code that are shown, the latest


def history_of(code: Code, most: int = MOST_CHANGES) -> list[CodeChange]:
    """Return what became of a code in its latest `most` changes, each with its `change`, its person and its company.

    The latest stands first. The list ends where a retention time has thinned the history.
    """
    changes = changes_of(code, most)
    rows = CodeChange.objects.filter(change_id__in=changes, identifier=code.identifier)
    place = {change: place for place, change in enumerate(changes)}
    return sorted(rows.select_related("change__created_by__company"), key=lambda row: place[row.change_id])


def changes_of(code: Code, most: int = MOST_CHANGES) -> list[int]:
    """Return the ids of the latest `most` changes of a code, the latest first.

    That is not always the order of their ids: a long change may come to a code behind one that began later.
    """
    if code.last_change_id is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(CHAIN, [code.last_change_id, code.identifier, code.identifier, most])
        return [change for (change,) in cursor.fetchall()]


def codes_of(change: Change) -> QuerySet[CodeChange]:
    """Return what a change made of each of its codes, in the order of their ids."""
    return CodeChange.objects.filter(change=change).order_by("identifier")


def changed_fields(row: CodeChange, skus: Mapping[int, str]) -> dict[str, dict[str, Any]]:
    """Return what a change made of a code: the old and the new value by field, null where there is none.

    `skus` has the SKUs of products by id, as `skus_of` finds them.
    """
    found: dict[str, dict[str, Any]] = {}
    if row.old_product != row.new_product:
        found["product"] = {"old": skus.get(row.old_product or 0), "new": skus.get(row.new_product or 0)}
    for name, old, new in (
        ("activation_status", row.old_status, row.new_status),
        ("blacklist_reason", row.old_reason, row.new_reason),
    ):
        if old != new:
            found[name] = {"old": old, "new": new}
    old_scm, new_scm = row.old_scm or {}, row.new_scm or {}
    return found | {name: {"old": old_scm.get(name), "new": new_scm.get(name)} for name in sorted({*old_scm, *new_scm})}


def skus_of(rows: Iterable[CodeChange]) -> dict[int, str]:
    """Return the SKUs of the products that `rows` name, by id, in one query."""
    ids = {product for row in rows for product in (row.old_product, row.new_product) if product}
    return dict(Product.objects.filter(pk__in=ids).values_list("pk", "sku"))
