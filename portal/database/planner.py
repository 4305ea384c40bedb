"""Settings of PostgreSQL's planner for single queries, where one plan alone is right whatever the statistics say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL


@contextmanager
def planner_settings(**settings: str) -> Iterator[None]:
    """Have the queries within planned with these settings, in the caller's transaction.

    Afterwards the settings are those of the server. An error within ends the transaction, and so the settings.
    """
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items()))
    yield
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in settings))


def without(*plans: str) -> dict[str, str]:
    """Return the settings that forbid `plans`, such as `hashjoin` and `seqscan`, where there are others."""
    return {f"enable_{plan}": "off" for plan in plans}


def each_of(values: Iterable[Any], kind: str) -> RawSQL:
    """Return the values, of the type `kind`, as rows that `__in` takes: each is looked up by itself.

    Of a list PostgreSQL may believe that a BRIN index finds all of it at once, and reads that whole for each value.
    """
    return RawSQL(f"SELECT unnest(%s::{kind}[])", ([*values],))  # noqa: S611  # the type is ours
