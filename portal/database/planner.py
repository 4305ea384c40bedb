"""Settings of PostgreSQL's planner for single queries, where one plan alone is right whatever the statistics say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


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
