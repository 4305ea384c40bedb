"""Query parameters of lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q, QuerySet
from rest_framework import exceptions
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from portal.api.authentication import person
from portal.models import User
from portal.values.moments import parse_moment
from portal.values.suggestions import nearest_of

if TYPE_CHECKING:  # the framework's views load this module to find their defaults
    from rest_framework.views import APIView


def asked_for(request: Request) -> dict[str, str]:
    """Return the parameters of the query string that have a value."""
    return {name: value for name, value in request.query_params.items() if value}  # type: ignore[misc]  # each is a string


def one_of(name: str, value: str, choices: Iterable[object]) -> str:
    """Return `value` if it is one of `choices`. Raise ValidationError with the nearest one otherwise."""
    known = [str(choice) for choice in choices]
    if value in known:
        return value
    raise exceptions.ValidationError({name: [nearest_of(value, known)]})


class Filters(BaseFilterBackend):
    """Filters of a list from its query string: exact matches, ranges of time (`_after`, `_before`), and `search`.

    `equal` match any text, `choices` one of the values that they list. What is empty asks for nothing where any text
    may stand, and is refused where it cannot be meant.
    """

    equal: ClassVar[tuple[str, ...]] = ()
    choices: ClassVar[Mapping[str, Iterable[str]]] = {}
    flags: ClassVar[tuple[str, ...]] = ()
    ranges: ClassVar[tuple[str, ...]] = ()
    orderings: ClassVar[tuple[str, ...]] = ()
    searched: ClassVar[str] = "Only rows in which this text stands somewhere."

    def search(self, text: str, user: User) -> Q:
        """Return the condition for rows that match `text`. It matches nothing in a list that cannot be searched."""
        return Q(pk__in=())

    def chosen(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """The rows of which one of `choices` holds: those of a column, unless a list says otherwise."""
        return queryset.filter(**{name: value})

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        given, asked = request.query_params, asked_for(request)
        for name in self.equal:
            if name in asked:
                queryset = queryset.filter(**{name.replace("__exact", ""): asked[name]})
        for name, values in self.choices.items():
            if name in given:
                queryset = self.chosen(queryset, name, one_of(name, given[name], values))
        for name in self.flags:
            if name in given:
                queryset = queryset.filter(**{name: _flag(name, given[name])})
        for name in self.ranges:
            for suffix, lookup in (("after", "gte"), ("before", "lt")):
                parameter = f"{name}_{suffix}"
                if parameter in given:
                    queryset = queryset.filter(**{f"{name}__{lookup}": _moment(parameter, given[parameter])})
        if "search" in asked:
            queryset = queryset.filter(self.search(asked["search"], person(request)))
        if "ordering" in asked:
            queryset = queryset.order_by(*self._ordering(asked["ordering"]), "pk")
        return queryset

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The list's parameters for the schema, and all that it takes."""
        text, flag, time = {"type": "string"}, {"type": "boolean"}, {"type": "string", "format": "date-time"}
        found: list[tuple[str, dict[str, Any], str]] = []
        found += [(name, text, "Only rows with exactly this.") for name in self.equal]
        for name, values in self.choices.items():
            found.append((name, {**text, "enum": [*values]}, "Only rows with exactly this."))
        found += [(name, flag, "Only rows where this holds, or does not.") for name in self.flags]
        for name in self.ranges:
            found.append((f"{name}_after", time, "Only rows of this moment or later; UTC unless it says otherwise."))
            found.append((f"{name}_before", time, "Only rows before this moment."))
        if type(self).search is not Filters.search:
            found.append(("search", text, self.searched))
        if self.orderings:
            said = f"By {', '.join(self.orderings)}; several separated by commas, `-` before a name for the reverse."
            found.append(("ordering", text, said))
        return [
            {"name": name, "in": "query", "required": False, "schema": schema, "description": said}
            for name, schema, said in found
        ]

    def _ordering(self, asked: str) -> list[str]:
        fields = asked.split(",")
        for field in fields:
            one_of("ordering", field.removeprefix("-"), self.orderings)
        return fields


def _flag(name: str, value: str) -> bool:
    try:
        return {"true": True, "1": True, "false": False, "0": False}[value.lower()]
    except KeyError:
        raise exceptions.ValidationError({name: ["It must be true or false."]}) from None


def _moment(name: str, value: str) -> datetime:
    try:
        return parse_moment(value)
    except ValueError as error:
        raise exceptions.ValidationError({name: [str(error)]}) from None
