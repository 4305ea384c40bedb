"""The condition of a query as SQL, for statements that Django has no words for."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import QuerySet


class Condition(NamedTuple):
    """A condition over rows called as the query's table, with a `%s` for each of `values`."""

    text: str
    values: list[Any]


def condition_of(query: QuerySet[Any]) -> Condition:
    """Return what must hold of the rows of a query that is filtered and nothing more.

    Django refuses to spell a condition that no row can meet, such as a number beyond those of its column, or that every
    row does: `false` and `true`.
    """
    compiler = query.query.get_compiler(connection=connection)
    compiler.setup_query()
    if not query.query.where:
        return Condition("true", [])
    try:
        text, values = compiler.compile(query.query.where)
    except EmptyResultSet:
        return Condition("false", [])
    except FullResultSet:
        return Condition("true", [])
    return Condition(text, list(values))
