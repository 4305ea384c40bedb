"""Connections to the database: neither side waits for ever for one that has gone.

Behind a pooler that hands out its connections by the transaction, DATABASE_POOLER, nothing is left in a session: the
next transaction on that connection of the server is another program's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.db import Error, OperationalError
from django.db import connection as ours
from psycopg import sql
from psycopg.pq import TransactionStatus

NAME: Final = "codeport"  # of a connection in PostgreSQL's own views; what it is at work on stands behind
KEEPALIVE: Final = {
    "idle": 5,
    "interval": 5,
    "count": 2,
}  # seconds without a word, between two questions; questions in vain
GONE_SECONDS: Final = 15  # until a machine that was switched off is known to be; what the numbers above come to
IDLE: Final = "1h"  # of a process that stands still in the middle of a transaction, and so holds its locks

OPTIONS: Final[dict[str, Any]] = {
    "connect_timeout": 5,
    "keepalives": 1,
    **{f"keepalives_{name}": number for name, number in KEEPALIVE.items()},
    "tcp_user_timeout": GONE_SECONDS * 1000,
}
"""The options of libpq for our side of the connection, unless DATABASE_URL sets them otherwise."""
SESSION: Final = {
    **{f"tcp_keepalives_{name}": str(number) for name, number in KEEPALIVE.items()},
    "tcp_user_timeout": str(GONE_SECONDS * 1000),
    "idle_in_transaction_session_timeout": IDLE,
    "application_name": NAME,
}
"""The settings of each session on the server's side. They go by SET: poolers refuse them in the first message.

Behind a pooler that has sessions of its own, docs/operations.md sets the same for the role and in the pooler's file.
"""

OLDEST: Final = 18  # PostgreSQL that gives back the old row of an update, and so a code's history in the same statement

OURS: Final = "SELECT set_config('application_name', %s, false)"
OTHERS: Final = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
        AND CASE WHEN application_name ~ %s THEN split_part(application_name, ' ', 5)::int < %s END"""


class OldServerError(OperationalError):
    """The database is a PostgreSQL on which this version does not run; the message says so."""


def take_over(work: str, attempt: int) -> None:
    """Name this thread's connection after the attempt at `work`, and end those of the attempts before it.

    The server knows by the name alone whose connection it is, whatever became of the process at the other end. Behind a
    pooler each transaction bears the name, and nothing else: outside of one no attempt holds anything.
    """
    name = f"{NAME} {work} attempt {attempt}"
    if settings.DATABASE_POOLER:
        ours.execute_wrappers[:] = [_InNamedTransactions(name)]
    with ours.cursor() as cursor:
        if not settings.DATABASE_POOLER:
            cursor.execute(OURS, [name])
        if attempt > 1:
            cursor.execute(OTHERS, [f"^{NAME} {work} attempt [0-9]+$", attempt])


def give_back() -> None:
    """Take the name off this thread's connection; one that was lost is closed."""
    if settings.DATABASE_POOLER:
        ours.execute_wrappers.clear()
        return
    try:
        with ours.cursor() as cursor:
            cursor.execute(OURS, [NAME])
    except Error:
        ours.close()


class _InNamedTransactions:
    """Wraps the execution of each statement, and begins every transaction by naming it."""

    def __init__(self, name: str) -> None:
        self._named = sql.SQL("SET LOCAL application_name = {}").format(name)  # no query: isolation may still be set

    def __call__(self, execute: Callable[..., Any], query: Any, params: Any, many: Any, context: Any) -> Any:
        database = context["connection"]
        if not database.get_autocommit() and database.connection.info.transaction_status == TransactionStatus.IDLE:
            with database.wrap_database_errors:
                database.connection.execute(self._named)
        return execute(query, params, many, context)


def set_up(connection: Any, **_: Any) -> None:
    """Tell the server; connected to Django's signal of a new connection. Raises OldServerError, and keeps none then."""
    version = connection.connection.info.server_version // 10000
    if version < OLDEST:
        connection.close()
        raise OldServerError(f"PostgreSQL {OLDEST} or newer is needed; the database is PostgreSQL {version}.")
    if settings.DATABASE_POOLER:
        return
    calls = ", ".join(["set_config(%s, %s, false)"] * len(SESSION))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [word for pair in SESSION.items() for word in pair])
