"""Stretches of ordered rows, found by an index however far they are from the start."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def first_of(rows: QuerySet[Row], order: str, number: int, skipped: int = 0) -> tuple[list[Row], str]:
    """The first `number` rows in `order`, and the key behind which the list goes on, if it does.

    `order` is a text field without repeats that an index knows, with or without a minus.
    """
    found = list(rows.order_by(order)[skipped : skipped + number + 1])
    shown = found[:number]
    return shown, getattr(shown[-1], order.removeprefix("-")) if len(found) > number else ""
