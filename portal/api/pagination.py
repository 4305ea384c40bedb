"""Pages of the API's lists, which may be walked while rows come and go."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Count, DateTimeField, Field, Max, Model, Q, QuerySet
from rest_framework import exceptions
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

if TYPE_CHECKING:  # the framework's views load this module to find their defaults
    from rest_framework.views import APIView

BIGGEST_OFFSET = 2**62
PLACE = re.compile("(?:(.*),)?([0-9]{1,18})")


class Pagination(LimitOffsetPagination):
    """`limit` (20 unless said, at most 1000) and `offset`.

    The links to other pages carry `up_to`, the highest id there was when the walk began: rows that are made meanwhile
    neither shift a page nor change the count. The link to the next page also carries `after`, the place of the last row
    shown, behind which it begins: rows that leave the list meanwhile, or get another place in it, take no others with
    them, and nor does that one.
    """

    default_limit = 20
    max_limit = 1000
    counted: ClassVar[dict[str, Any]] = {}  # what the schema says of the count besides
    up_to: int | None
    url: str
    onward: dict[str, Any]  # the parameters of the next page; empty where there is none

    def get_limit(self, request: Request) -> int:
        return min(_whole(request, "limit", 1, self.default_limit), self.max_limit)

    def get_offset(self, request: Request) -> int:
        return min(_whole(request, "offset", 0, 0), BIGGEST_OFFSET)

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any] | None:
        limit = self.get_limit(request)
        self.request, self.limit, self.offset = request, limit, self.get_offset(request)
        self.up_to = _id(request, "up_to")
        rows = queryset if self.up_to is None else queryset.filter(pk__lte=self.up_to)
        self.count = total = self.get_count(rows)
        order = _order(rows)
        rows = rows.order_by(*order)
        last = _last(request, rows, order)
        rows = rows.filter(_behind(last, order)) if last else rows[self.offset :]
        found = list(rows[: limit + 1])
        shown = found[:limit]
        goes_on = len(found) > limit
        self.url, self.onward = request.build_absolute_uri(), {}
        if goes_on:
            place = _place(shown[-1], order)
            self.onward = {"limit": limit, "offset": self.offset + limit, "up_to": self.up_to, "after": place}
        self.offset = min(self.offset, total)  # so that the way back from behind the end leads to the last rows
        return shown

    def get_count(self, queryset: Any) -> int:
        found: dict[str, int] = queryset.order_by().aggregate(count=Count("pk"), highest=Max("pk"))
        self.up_to = self.up_to or found["highest"]
        return found["count"]

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The parameters for the schema."""
        whole = {"type": "integer", "minimum": 0}
        found = [
            (
                "limit",
                {**whole, "minimum": 1, "maximum": self.max_limit, "default": self.default_limit},
                "Rows a page.",
            ),
            ("offset", {**whole, "default": 0}, "Rows before the page."),
            ("up_to", whole, "The highest id of the walk; the links to other pages have it."),
            ("after", {"type": "string"}, "The place behind which the page begins; the links to next pages have it."),
        ]
        return [
            {"name": name, "in": "query", "required": False, "schema": schema, "description": said}
            for name, schema, said in found
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The shape of a page for the schema."""
        link = {"type": "string", "format": "uri", "nullable": True}
        following = "https://codeport.example/api/v2/products/?limit=20&offset=20&up_to=31&after=%22sku20%22,20"
        properties = {
            "count": {"type": "integer", "example": 31, **self.counted},
            "next": {**link, "example": following},
            "previous": {**link, "example": None},
            "results": schema,
        }
        return {"type": "object", "properties": properties, "required": list(properties)}

    def get_next_link(self) -> str | None:
        url = self.url
        for name, value in self.onward.items():
            url = replace_query_param(url, name, value)
        return url if self.onward else None

    def get_previous_link(self) -> str | None:
        link = super().get_previous_link()
        return link and replace_query_param(remove_query_param(link, "after"), "up_to", self.up_to)


def _whole(request: Request, name: str, least: int, usual: int) -> int:
    """Return the number in the query string, or `usual`. Raise ValidationError for no number, or one below `least`."""
    asked = request.query_params.get(name)
    if asked is None:
        return usual
    if not re.fullmatch(r"[0-9]{1,100}", asked) or int(asked) < least:
        raise exceptions.ValidationError({name: [f"It must be a whole number, {least} or more."]})
    return int(asked)


def _id(request: Request, name: str) -> int | None:
    asked = request.query_params.get(name, "")
    if asked and not re.fullmatch(r"[0-9]{1,18}", asked):
        raise exceptions.ValidationError({name: ["It must be an id, as the links to other pages have it."]})
    return int(asked) if asked else None


def _order(rows: QuerySet[Model]) -> list[str]:
    """The names by which `rows` are ordered, each once, so that no two rows are alike."""
    order: dict[str, str] = {}
    for name in rows.query.order_by or rows.model._meta.ordering or ():
        if isinstance(name, str):
            order.setdefault(name.removeprefix("-"), name)
    return [*order.values(), *([] if {"pk", "id"} & order.keys() else ["pk"])]


def _fields(model: type[Model], order: list[str]) -> list[Field[Any, Any]] | None:
    """Return the columns that order the rows before the id, which is last; None where one of them is computed."""
    try:
        return [cast("Field[Any, Any]", model._meta.get_field(name.removeprefix("-"))) for name in order[:-1]]
    except FieldDoesNotExist:
        return None


def _place(row: Model, order: list[str]) -> str:
    """Return the values by which the row was ordered, as they were then, and its id."""
    fields = _fields(type(row), order) or ()
    values = [getattr(row, field.attname) for field in fields]
    texts = [json.dumps(value, ensure_ascii=False, default=lambda day: day.isoformat()) for value in values]
    return ",".join([*texts, str(row.pk)])


def _last(request: Request, rows: QuerySet[Model], order: list[str]) -> dict[str, Any] | None:
    """Return the values by which the row behind which the page begins was ordered; None where it is the first page."""
    asked = request.query_params.get("after", "")
    if not asked:
        return None
    fields, found = _fields(rows.model, order), PLACE.fullmatch(asked)
    try:
        if not found:
            raise ValueError
        given = json.loads(f"[{found[1] or ''}]")
        names = [name.removeprefix("-") for name in order]
        if fields is None and not given:
            return rows.filter(pk=found[2]).values(*names).first()
        values = [_value(field, value) for field, value in zip(fields or (), given, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        reason = "It must be a place, as the links to other pages have it."
        raise exceptions.ValidationError({"after": [reason]}) from None
    return dict(zip(names, [*values, int(found[2])], strict=True))


def _value(field: Field[Any, Any], given: Any) -> Any:
    """Return what a place says of a column; raise one of several errors where it is no value."""
    value = None if given is None else field.to_python(given)
    if isinstance(value, str) and b"\0" in value.encode():
        raise ValueError
    if isinstance(field, DateTimeField) and value is not None:
        if value.tzinfo is None:
            raise ValueError
        value = value.astimezone(UTC)  # OverflowError where there is no such moment
    return value


def _behind(last: Mapping[str, Any], order: list[str]) -> Q:
    """Return the condition for the rows that come after a row with the values `last`."""
    behind, alike = Q(pk__in=()), Q()
    for name, value in zip(order, last.values(), strict=True):
        field = name.removeprefix("-")
        if value is not None:
            later = Q(**{f"{field}__lt": value}) if name != field else ~Q(**{f"{field}__lte": value})
        else:  # stands after all others, or before them where the order is reversed
            later = Q(**{f"{field}__isnull": False}) if name != field else Q(pk__in=())
        behind |= alike & later
        alike &= Q(**{f"{field}__isnull": True} if value is None else {field: value})
    return behind
