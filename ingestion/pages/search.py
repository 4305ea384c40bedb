"""The search over records, workorders, products and codes at once, from the field in the header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from ingestion.pages.lines import build_lines, list_records
from ingestion.results.record_search import find_codes, matching_records
from portal.models import User
from portal.pages.access import PersonRequest, page
from portal.pages.lists import say_what_is_left_out, searched
from workorders.codes.filters import parse_filter
from workorders.codes.listing import list_codes
from workorders.codes.lookup import codes_of_company, may_see_codes, parse_id
from workorders.models import Code
from workorders.products.services import matching_products, products_for
from workorders.visibility import matching_workorders, sees_several_companies, visible_workorders

SHOWN = 5  # rows of each kind


class Found(NamedTuple):
    """The first rows of a kind that a search finds, and the list of all of them; empty where these are all."""

    rows: Sequence[Any]
    all: str = ""


@page()
def search(request: PersonRequest) -> HttpResponse:
    """Show the first of each kind that the person may see and that `q` finds."""
    user, query = request.user, searched(request)
    say_what_is_left_out(request)
    context: dict[str, Any] = {"query": query, "whose": sees_several_companies(user)}
    if query:
        found = _find(user, query)
        context |= {"found": found, "is_found": any(kind.rows for kind in found.values())}
    return render(request, "ingestion/search.html", context)


def _find(user: User, query: str) -> dict[str, Found]:
    """Return what is found of each kind that the person may see, by its name."""
    codes = find_codes(user, query) if may_see_codes(user) else []
    found = {"codes": _found_codes(user, query, codes)} if may_see_codes(user) else {}
    if user.may("ingestion_view"):
        records = _first(list_records(user).filter(matching_records(user, query, codes)), "record-list", query)
        found["records"] = Found(build_lines(records.rows), records.all)
    if user.may("workorder_view"):
        workorders = visible_workorders(user).filter(matching_workorders(query), is_archived=False)
        found["workorders"] = _first(workorders.select_related("company"), "workorder-list", query)
    if user.may("product_view"):
        products = products_for(user).filter(matching_products(query), is_archived=False)
        found["products"] = _first(products.select_related("company").order_by("sku", "id"), "product-list", query)
    return found


def _first(rows: QuerySet[Any], url_name: str, query: str) -> Found:
    shown = list(rows[: SHOWN + 1])
    return Found(shown[:SHOWN], reverse(url_name, query={"q": query}) if len(shown) > SHOWN else "")


def _found_codes(user: User, query: str, exactly: list[Code]) -> Found:
    """Find codes by the beginning of their ids in the person's own company, or those of exactly this id in all."""
    if user.brand is None:
        return Found(exactly[:SHOWN])
    begins = parse_id(query)
    conditions = parse_filter({"search": query if begins else ""}).conditions(user.brand)
    listed = list_codes(codes_of_company(user.brand), conditions, SHOWN)
    return Found(listed.codes, reverse("code-list", query={"q": query}) if listed.after else "")
