"""Filters and pages of the API's list of codes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as InvalidFilter
from django.db.models import Q, QuerySet
from django.http import Http404
from rest_framework import exceptions
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from portal.api.authentication import not_a_brands, person
from portal.api.filters import asked_for
from portal.api.pagination import Pagination
from portal.models import Company
from workorders.codes.api_rows import read_rows
from workorders.codes.filters import SCM, CodeFilter, parse_filter
from workorders.codes.listing import list_as
from workorders.codes.lookup import find_codes
from workorders.models import ActivationStatus, BlacklistReason

NO_COMPANY = "There is no such brand owner."
SAY_WHOSE = "Say whose codes: the slug of a brand owner."
MOST_SKIPPED = 100_000  # codes, for one page
TEXT, WHOLE, TIME = {"type": "string"}, {"type": "integer"}, {"type": "string", "format": "date-time"}
WHOSE = "Whose codes, by the slug of the brand owner: for callers who see every company."
PARAMETERS: list[tuple[str, dict[str, Any], str]] = [
    ("search", TEXT, "Only codes whose ids begin like this; a code's URL finds the code."),
    ("extended_id", TEXT, "Only the code with exactly this id, or this URL."),
    (
        "serial_number",
        {**TEXT, "maxLength": 10},
        "Only codes with this serial number, leading zeros or not: one of each workorder that has them.",
    ),
    ("workorder", WHOLE, "Only codes of this workorder."),
    ("product", TEXT, "Only codes of the product with this SKU."),
    ("activation_status", {**WHOLE, "enum": ActivationStatus.values}, "Only codes with exactly this."),
    ("blacklist_reason", {**WHOLE, "enum": BlacklistReason.values}, "Only codes with exactly this."),
    ("created_after", TIME, "Only codes of workorders of this moment or later; UTC unless it says otherwise."),
    ("created_before", TIME, "Only codes of workorders before this moment."),
    ("updated_after", TIME, "Only codes whose last change is of this moment or later."),
    ("updated_before", TIME, "Only codes whose last change is before this moment; codes that never changed are none."),
    ("sequence_from", WHOLE, "Only codes of this sequence or a later one; with `workorder`."),
    ("sequence_to", WHOLE, "Only codes up to this sequence; with `workorder`."),
    ("batch", WHOLE, "Only codes of this batch; with `workorder`."),
    ("company", TEXT, WHOSE),
    ("scanned", {"type": "boolean"}, "Only codes whose public page was opened, or never was."),
]


def owner(request: Request) -> Company:
    """The company whose codes the caller sees; 403 for people who belong to no brand owner."""
    company = person(request).brand
    if company is None:
        raise not_a_brands(request, "see codes one by one")
    return company


def company_read(request: Request, identifier: str = "") -> Company:
    """The company whose codes the caller reads: the own one or, for callers who see every company, that of `company`.

    Who names no company means the only one that has a code of this id. ValidationError where that is not certain.
    """
    user, slug = person(request), request.query_params.get("company", "")
    if user.brand is not None and slug in ("", user.brand.slug):
        return user.brand
    if not user.looks_only:
        if user.brand is None:
            return owner(request)
        raise exceptions.ValidationError({"company": [NO_COMPANY]})
    owners = Company.objects.filter(kind=Company.Kind.BRAND_OWNER)
    holders = Q(slug=slug) if slug else Q(pk__in=find_codes(identifier, owners).values("company"))
    found = list(owners.filter(holders)[:2]) if slug or identifier else []
    if len(found) == 1:
        return found[0]
    if identifier and not slug and not found:
        raise Http404
    raise exceptions.ValidationError({"company": [NO_COMPANY if slug else SAY_WHOSE]})


class CodeFilters(BaseFilterBackend):
    """The filters of the list, for the schema; `CodePagination` finds the codes by them."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        return queryset

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The list's filters for the schema."""
        return [
            {"name": name, "in": "query", "required": False, "schema": schema, "description": said}
            for name, schema, said in PARAMETERS
        ]


def filter_of(request: Request) -> CodeFilter:
    """Return the filter that the query string asks for. Raise ValidationError for a value that means nothing."""
    given = request.query_params
    known = [*(name for name, _schema, _said in PARAMETERS if name != "company"), *scm_names(given)]
    try:
        return parse_filter({name: given[name] for name in known if name in given})
    except InvalidFilter as error:
        raise exceptions.ValidationError(error.message_dict) from None


def scm_names(given: Iterable[str]) -> list[str]:
    """Return those of the names that filter by an SCM field, or are meant to."""
    return [name for name in given if name.lower().startswith(SCM)]


class CodePagination(Pagination):
    """`limit` and `offset`; the links to other pages name the id after which, or `before` which, they begin.

    `count` is exact, or None where too many codes would have to be looked at. A page whose codes are hard to find has
    fewer of them than `limit`, perhaps none, and a link to the next one.
    """

    counted: ClassVar = {"nullable": True, "description": "Null where too many codes would have to be counted."}

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self.url, self.rows, self.skipped = (
            request.build_absolute_uri(),
            self.get_limit(request),
            self.get_offset(request),
        )
        if self.skipped > MOST_SKIPPED:
            reason = f"It can be {MOST_SKIPPED:,} at most; follow `next` to get further."
            raise exceptions.ValidationError({"offset": [reason]})
        asked, company, given = filter_of(request), company_read(request), asked_for(request)
        ends = {name: _end(given.get(name, ""), name) for name in ("after", "before")}
        if all(ends.values()):
            raise exceptions.ValidationError({"after": ["Give `after` or `before`, not both."]})
        read = partial(read_rows, company)
        listed = list_as(read, asked.conditions(company), self.rows, skipped=self.skipped, **ends)
        begins = not any(ends.values())
        is_known = begins and listed.is_all and (listed.codes or not self.skipped)
        self.count = self.skipped + len(listed.codes) if is_known else asked.count(company, listed.found)
        self.listed, self.onward_name = listed, "before" if ends["before"] else "after"
        return listed.codes

    def get_next_link(self) -> str | None:
        return self._link("after", self.listed.after)

    def get_previous_link(self) -> str | None:
        return self._link("before", self.listed.before)

    def _link(self, name: str, end: str) -> str | None:
        if not end:
            return None
        url = self.url
        for other in ("offset", "before", "after"):
            url = remove_query_param(url, other)
        if self.listed.found.skipped and name == self.onward_name:
            url = replace_query_param(url, "offset", self.listed.found.skipped)
        return replace_query_param(replace_query_param(url, "limit", self.rows), name, end)

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The parameters for the schema."""
        inherited = super().get_schema_operation_parameters(view)
        limit, offset = (each for each in inherited if each["name"] in ("limit", "offset"))
        offset["schema"] = {**offset["schema"], "maximum": MOST_SKIPPED}
        link = {"in": "query", "required": False, "schema": {"type": "string"}}
        said = "The links to other pages have it: an id, not itself in the page."
        return [limit, offset, *({"name": name, **link, "description": said} for name in ("after", "before"))]


def _end(identifier: str, name: str) -> str:
    if "\0" in identifier:
        raise exceptions.ValidationError({name: ["It must be an id."]})
    return identifier
