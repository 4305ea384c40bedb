"""Queries that a page waits for as long as it says, and no longer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled


class TooLong(Exception):  # noqa: N818  # an event, not a fault
    """A query took longer than anybody wants to wait."""


@contextmanager
def patience(milliseconds: int) -> Iterator[None]:
    """Let each query within take so long; raises TooLong, and what was done within is undone, when one takes longer."""
    try:
        with transaction.atomic():
            _limit(str(milliseconds))
            yield
            _limit("DEFAULT")
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooLong from error
        raise


def _limit(time: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout TO {time}")
