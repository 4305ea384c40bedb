"""Lists on pages: what is looked for, the page of it that is shown, and the rows that are chosen from it."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.dateparse import parse_date

ROWS_A_PAGE = 25

Row = TypeVar("Row", bound=Model)


def searched(request: HttpRequest) -> str:
    """What the person looks for."""
    return request.GET.get("q", "").strip()


def picked(request: HttpRequest, name: str, known: Container[str]) -> str:
    """Which of the `known` values the URL names, or nothing."""
    value = request.GET.get(name, "")
    return value if value in known else ""


def ordered(
    request: HttpRequest, rows: QuerySet[Row], orders: Mapping[str, tuple[str, Sequence[Any]]], usual: str
) -> tuple[QuerySet[Row], tuple[Any, ...]]:
    """`rows` in the order that the URL asks for, and the filter's choice of it.

    `orders` has what people read and the fields, by what stands in the URL; `usual` names the order that `rows` have.
    """
    chosen = picked(request, "sort", orders)
    choices = [(name, said) for name, (said, _) in orders.items()]
    return rows.order_by(*orders[chosen][1]) if chosen else rows, ("sort", "Order", usual, choices, chosen)


def day(request: HttpRequest, name: str) -> date | None:
    """The day that the URL names, if it does."""
    asked = request.GET.get(name, "")
    try:
        return parse_date(asked) if asked.isascii() else None
    except ValueError:
        return None


def between(first: date | None, last: date | None, field: str = "created_at") -> Q:
    """The rows of the days from `first` to `last` in UTC, where these are known; an index on `field` can find them."""
    begin = Q(**{f"{field}__gte": datetime.combine(first, time.min, UTC)}) if first else Q()
    beyond = last + timedelta(days=1) if last and last < date.max else None
    return begin & Q(**{f"{field}__lt": datetime.combine(beyond, time.min, UTC)}) if beyond else begin


def page_of(request: HttpRequest, rows: QuerySet[Row]) -> Page[Row]:
    """The page of `rows` that the URL asks for, the nearest one when there is no such page."""
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))


def chosen(keys: Collection[str], rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those of `rows` that a form's boxes name; Http404 when one of them is not there."""
    wanted = set(keys)
    if not all(re.fullmatch(r"[0-9]{1,18}", key) for key in wanted):
        raise Http404
    found = rows.filter(pk__in=wanted)
    if len(found) != len(wanted):
        raise Http404
    return found


def they_are(rows: QuerySet[Row], plural: str) -> str:
    """The beginning of a sentence about `rows`: `sku1 is`, or `3 products are`."""
    return f"{rows[0]} is" if len(rows) == 1 else f"{len(rows):,} {plural} are"


@dataclass(frozen=True)
class Stretch(Generic[Row]):
    """Some rows of a list that is too long to count, and the keys before and after which it goes on, if it does."""

    rows: list[Row]
    before: str
    after: str


def first_of(rows: QuerySet[Row], order: str, number: int, skipped: int = 0) -> tuple[list[Row], str]:
    """The first `number` rows in `order`, and the key behind which the list goes on, if it does.

    `order` is a text field without repeats that an index knows, with or without a minus.
    """
    found = list(rows.order_by(order)[skipped : skipped + number + 1])
    shown = found[:number]
    return shown, getattr(shown[-1], order.removeprefix("-")) if len(found) > number else ""


def stretch_of(request: HttpRequest, rows: QuerySet[Row], key: str) -> Stretch[Row]:
    """The rows that the URL asks for by `before` or `after`, in the order of `key`; see `first_of`.

    However far from the start, an index on `key` finds them at once.
    """
    after, before = (request.GET.get(name, "") for name in ("after", "before"))
    if before:
        shown, onward = first_of(rows.filter(**{f"{key}__lt": before}), f"-{key}", ROWS_A_PAGE)
        if shown:
            return Stretch(shown[::-1], onward, getattr(shown[0], key))
    shown, onward = first_of(rows.filter(**{f"{key}__gt": after}), key, ROWS_A_PAGE)
    return Stretch(shown, getattr(shown[0], key) if shown and after else "", onward)
