"""Filters and pages of the API's list of codes."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.db.models import Case, Count, Q, QuerySet, Value, When
from rest_framework import exceptions
from rest_framework.filters import BaseFilterBackend
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from portal.api.authentication import not_a_brands, person
from portal.api.filters import asked_for, one_of
from portal.api.pagination import Pagination
from portal.database.keyset import first_of
from portal.models import Company
from workorders.codes.lookup import parse_id, search_codes
from workorders.models import ActivationStatus, BlacklistReason, Code
from workorders.visibility import count_codes

MOST_COUNTED = 100_000  # codes, for one page
CHOICES = {"activation_status": ActivationStatus.values, "blacklist_reason": BlacklistReason.values}


class CountedList(ListAPIView[Code]):
    """A list that knows how many codes it has, where its filters found that out."""

    total: int | None = None


def owner(request: Request) -> Company:
    """The company whose codes the caller sees; 403 for people who belong to no brand owner."""
    company = person(request).brand
    if company is None:
        raise not_a_brands(request, "see codes one by one")
    return company


class CodeFilters(BaseFilterBackend):
    """The filters of the list; the view keeps how many codes there are of them, where that is known."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        assert isinstance(view, CountedList)  # noqa: S101  # tells the type checker
        asked, company = asked_for(request), owner(request)
        workorders = company.workorders.all()
        found, others = search_codes(company, parse_id(asked.get("search", ""))), Q()
        if "workorder" in asked:
            workorders = workorders.filter(pk=_whole("workorder", asked["workorder"]))
            found = found.filter(workorder=workorders.first() or 0)
        for name, values in CHOICES.items():
            if name in request.query_params:
                others &= Q(**{name: one_of(name, request.query_params[name], values)})
        if "product" in asked:
            others &= Q(product=company.products.filter(sku=asked["product"]).first() or 0)
        view.total = _count(found, others) if "search" in asked or others else count_codes(workorders)
        return found.filter(others).prefetch_related("workorder__ingestions")

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The list's filters for the schema."""
        whole = {"type": "integer"}
        found = [
            ("search", {"type": "string"}, "Only codes whose ids begin like this; a code's URL finds the code."),
            ("workorder", whole, "Only codes of this workorder."),
            ("product", {"type": "string"}, "Only codes of the product with this SKU."),
            *((name, {**whole, "enum": values}, "Only codes with exactly this.") for name, values in CHOICES.items()),
        ]
        return [
            {"name": name, "in": "query", "required": False, "schema": schema, "description": said}
            for name, schema, said in found
        ]


def _whole(name: str, value: str) -> int:
    if not re.fullmatch("[0-9]{1,18}", value):
        raise exceptions.ValidationError({name: ["It must be a whole number."]})
    return int(value)


class CodePagination(Pagination):
    """`limit` and `offset`; the links to other pages name the id after which, or `before` which, they begin.

    `count` is exact, or None where more than MOST_COUNTED codes would have to be looked at.
    """

    counted: ClassVar = {"nullable": True, "description": "Null where too many codes would have to be counted."}

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        assert isinstance(view, CountedList)  # noqa: S101  # tells the type checker
        self.url, self.rows = request.build_absolute_uri(), self.get_limit(request)
        self.skipped = self.get_offset(request)
        if self.skipped > MOST_COUNTED:
            reason = f"It can be {MOST_COUNTED:,} at most; follow `next` to get further."
            raise exceptions.ValidationError({"offset": [reason]})
        self.count = view.total
        asked = asked_for(request)
        if before := asked.get("before", ""):
            found = queryset.filter(identifier__lt=before)
            shown, onward = first_of(found, "-identifier", self.rows, self.skipped)
            shown.reverse()
            self.links = {"before": onward, "after": shown[-1].identifier if shown else ""}
            return shown
        after = asked.get("after", "")
        found = queryset.filter(identifier__gt=after) if after else queryset
        shown, onward = first_of(found, "identifier", self.rows, self.skipped)
        begun = bool(shown) and bool(after or self.skipped)
        self.links = {"before": shown[0].identifier if begun else "", "after": onward}
        return shown

    def get_next_link(self) -> str | None:
        return self._link("after")

    def get_previous_link(self) -> str | None:
        return self._link("before")

    def _link(self, name: str) -> str | None:
        if not self.links[name]:
            return None
        url = self.url
        for other in ("offset", "before", "after"):
            url = remove_query_param(url, other)
        return replace_query_param(replace_query_param(url, "limit", self.rows), name, self.links[name])

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The parameters for the schema."""
        inherited = super().get_schema_operation_parameters(view)
        limit, offset = (each for each in inherited if each["name"] in ("limit", "offset"))
        offset["schema"] = {**offset["schema"], "maximum": MOST_COUNTED}
        link = {"in": "query", "required": False, "schema": {"type": "string"}}
        said = "The links to other pages have it: an id, not itself in the page."
        return [limit, offset, *({"name": name, **link, "description": said} for name in ("after", "before"))]


def _count(found: QuerySet[Code], others: Q) -> int | None:
    """Count the codes that an index finds and that fit `others` too; None when it finds more than MOST_COUNTED."""
    fits = Case(When(others, then=1)) if others else Value(1)
    first = found.order_by("identifier").annotate(fits=fits).values("fits")[: MOST_COUNTED + 1]
    counted: dict[str, int] = first.aggregate(all=Count("*"), fitting=Count("fits"))
    return counted["fitting"] if counted["all"] <= MOST_COUNTED else None
