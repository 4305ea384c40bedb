"""One page of a record's errors, as its URL asks for it, however many there are."""

from __future__ import annotations

import re
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext

from ingestion.models import IngestionError, IngestionRecord
from ingestion.results.rows_with_errors import has_rows_with_errors
from portal.pages.lists import ROWS_A_PAGE, asked, ordered, picked, say_what_is_left_out, searched
from portal.values import words
from portal.values.words import gettext_lazy

MOST_FOUND = 1_000  # errors that a search leads to; who finds more searches for more
MOST_MISSING = 5  # products that a page offers to create
ORDERS = {  # by what stands in the URL; by row when nothing does
    "last": (gettext_lazy("Last row first"), ("-row", "-id")),
    "kind": (gettext_lazy("Kind"), ("error", "row", "id")),
    "column": (gettext_lazy("Column"), ("column", "row", "id")),
    "value": (gettext_lazy("Value"), ("value", "row", "id")),
}


class CountedPaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Pages of a set whose size is known without asking the database."""

    count: int = 0

    def __init__(self, errors: QuerySet[IngestionError], count: int) -> None:
        super().__init__(errors, ROWS_A_PAGE)
        self.count = count


def build_error_page(request: HttpRequest, record: IngestionRecord) -> dict[str, Any]:
    """Build the context of the page: one page of the record's errors, and their number by kind."""
    counts = dict(sorted(record.error_counts.items(), key=lambda item: -item[1]))
    kind, query, number = picked(request, "error", counts), searched(request), asked(request, "page")
    total = sum(counts.values())
    kept = record.errors.none() if record.is_emptied else record.errors.all()
    errors, order = ordered(request, kept, ORDERS, gettext("Row"))
    say_what_is_left_out(request)
    if kind:
        errors = errors.filter(error=kind)
    if query:
        found = _found(errors, query, number)
    else:
        found = CountedPaginator(errors, counts.get(kind, total)).get_page(number)
    return {
        "page": found,
        "errors": [(error, error.message) for error in found],
        "is_cut": bool(query) and found.paginator.count == MOST_FOUND,
        "kinds": [(record.kinds[name], number) for name, number in counts.items()],
        "choices": [(name, f"{record.kinds[name].title} ({words.number(number)})") for name, number in counts.items()],
        "more_choices": [order],
        "errors_total": total,
        "is_our_fault": "internal_error" in counts,
        "has_rows_with_errors": has_rows_with_errors(record),
        "kind": kind,
        "query": query,
    }


def list_missing_products(record: IngestionRecord) -> list[str]:
    """List the first SKUs for which the record's file found no product, each once."""
    missing = record.errors.filter(error="product_not_found_error").values_list("value", flat=True)
    return list(dict.fromkeys(missing[:MOST_FOUND]))[:MOST_MISSING]


def _found(errors: QuerySet[IngestionError], query: str, number: str | None) -> Page[Any]:
    """Return a page of the errors with `query` in their value or as their row, looking through them once, not twice."""
    fits = Q(value__icontains=query)
    if re.fullmatch(r"[0-9]{1,9}", query):
        fits |= Q(row=query)
    keys = list(errors.filter(fits).values_list("pk", flat=True)[:MOST_FOUND])
    found: Page[Any] = Paginator(keys, ROWS_A_PAGE).get_page(number)
    rows = errors.in_bulk(list(found))
    found.object_list = [rows[key] for key in found]
    return found
