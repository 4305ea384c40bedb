"""Pytest plugin: empties the tables after a test that commits, in a quarter of the time that Django's flush takes.

Flush truncates all tables, and then makes every content type, permission and role anew. This deletes rows where there
are any, and leaves what migrating made as long as no test has changed it; where one has, flush makes it anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from django.test import TransactionTestCase
from psycopg.errors import DeadlockDetected

MADE_BY_MIGRATING = ("auth_group", "auth_group_permissions", "auth_permission", "django_content_type")
SMALL = 256 * 1024  # bytes; a larger table is truncated
TRIES = 5  # at deadlocks
CODES = "workorders_code"  # whose file tests look at, to see that no row was ever written: it is truncated, too


@pytest.fixture(scope="session", autouse=True)
def quick_flush() -> Iterator[None]:
    """Empty the tables in this way for the whole run."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # not in the stubs
    made: tuple[str, ...] = ()

    def empty(case: TransactionTestCase) -> None:
        """Leave the tables as migrating left them."""
        nonlocal made
        if made and made == checksums():
            delete_rows()
        else:
            with rewriting():
                flush(case)
            made = checksums()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield


@contextmanager
def rewriting() -> Iterator[None]:
    """Let the audit trail be rewritten, as whoever administers the database can."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = origin")


def checksums() -> tuple[str, ...]:
    """Of each table that migrating fills."""
    found = (
        f"(SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM {name} row)"  # noqa: S608  # our own names
        for name in MADE_BY_MIGRATING
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(found)}")
        return tuple(cursor.fetchone() or ())


@pytest.fixture
def no_pages_of_codes(transactional_db: None) -> None:
    """Take away the pages that tests left in the table of codes whose transactions were rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s) > 0", [CODES])
        if cursor.fetchone() == (True,):
            cursor.execute(f"TRUNCATE {CODES}")


def delete_rows() -> None:
    """Empty all other tables, when nobody writes to them any more.

    A worker that was killed, or a request of a browser that has left, may be doing so yet. Where it takes the locks in
    another order than we do, the database ends one of us: then it is tried again.
    """
    for _ in range(TRIES - 1):
        try:
            _delete_rows()
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
        else:
            return
    _delete_rows()


@transaction.atomic
def _delete_rows() -> None:
    """Django has foreign keys checked at the end of a transaction, so that the order is free."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    names = [name for name in names if name not in MADE_BY_MIGRATING]
    sizes = (
        f"SELECT '{name}', pg_relation_size('{name}') WHERE EXISTS (SELECT FROM {name})"  # noqa: S608  # our own names
        for name in names
        if name != CODES
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # the audit trail's too
        cursor.execute(f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE")
        cursor.execute(" UNION ALL ".join(sizes))
        filled = dict(cursor.fetchall())
        large = [name for name, size in filled.items() if size > SMALL]
        cursor.execute("SELECT pg_relation_size(%s) > 0", [CODES])
        if cursor.fetchone() == (True,):
            large.append(CODES)
        if large:
            cursor.execute(f"TRUNCATE {', '.join(large)} CASCADE")
        if small := [f"DELETE FROM {name}" for name in filled if name not in large]:  # noqa: S608
            cursor.execute("; ".join(small))
