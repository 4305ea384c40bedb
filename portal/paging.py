"""Lists on pages: what is looked for, and the page of it that is shown."""

from __future__ import annotations

from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

ROWS_A_PAGE = 25

Row = TypeVar("Row", bound=Model)


def searched(request: HttpRequest) -> str:
    """What the person looks for; PostgreSQL's text holds no NUL."""
    return request.GET.get("q", "").replace("\0", "").strip()


def page_of(request: HttpRequest, rows: QuerySet[Row]) -> Page[Row]:
    """The page of `rows` that the URL asks for, the nearest one when there is no such page."""
    return Paginator(rows, ROWS_A_PAGE).get_page(request.GET.get("page"))
