"""Lists on pages: what is looked for, the page of it that is shown, and the rows that are chosen from it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest

ROWS_A_PAGE = 25

Row = TypeVar("Row", bound=Model)


def searched(request: HttpRequest) -> str:
    """What the person looks for; PostgreSQL's text holds no NUL."""
    return request.GET.get("q", "").replace("\0", "").strip()


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


def stretch_of(request: HttpRequest, rows: QuerySet[Row], key: str) -> Stretch[Row]:
    """The rows that the URL asks for by `before` or `after`, in the order of `key`, a text field without repeats.

    However far from the start, an index on `key` finds them at once.
    """
    after, before = (request.GET.get(name, "").replace("\0", "") for name in ("after", "before"))
    if before:
        found = list(rows.filter(**{f"{key}__lt": before}).order_by(f"-{key}")[: ROWS_A_PAGE + 1])
        shown = found[:ROWS_A_PAGE][::-1]
        if shown:
            first, last = getattr(shown[0], key), getattr(shown[-1], key)
            return Stretch(shown, first if len(found) > ROWS_A_PAGE else "", last)
    found = list(rows.filter(**{f"{key}__gt": after}).order_by(key)[: ROWS_A_PAGE + 1])
    shown = found[:ROWS_A_PAGE]
    goes_on = len(found) > ROWS_A_PAGE
    return Stretch(shown, getattr(shown[0], key) if shown and after else "", getattr(shown[-1], key) if goes_on else "")
