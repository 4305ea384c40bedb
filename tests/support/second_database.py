"""Another database on the server of the tests, and what two databases have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
DOCUMENTED = "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"


@contextmanager
def another_database(locale: str = DOCUMENTED) -> Iterator[str]:
    """The name of an empty database, as docs/operations.md makes one unless told; gone with the block."""
    name = f"{connection.settings_dict['NAME']}_again"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0 {locale}")
    try:
        yield name
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def contents(name: str) -> dict[str, str]:
    """A digest of all rows of each table of a database on the server of the tests."""
    server = connection.settings_dict
    with psycopg.connect(host=str(server["HOST"]), user=str(server["USER"]), dbname=name) as other:
        tables = [table for (table,) in other.execute(TABLES).fetchall()]
        query = "SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t"
        found = {table: other.execute(query.format(table).encode()).fetchone() for table in tables}
    return {table: str(row[0]) for table, row in found.items() if row}
