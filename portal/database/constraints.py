"""Find the constraint that a row broke. A constraint that nobody expected stays an error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import IntegrityError, transaction


class Violation(Exception):  # noqa: N818  # an event, not a fault
    """One of the constraints that were named."""


@contextmanager
def savepoint(*names: str) -> Iterator[None]:
    """Open a transaction, or a savepoint in one. Raise Violation when it broke a constraint of these `names`."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if constraint_of(error) in names:
            raise Violation from error
        raise


def constraint_of(error: IntegrityError) -> str:
    """Return the name of the broken constraint, or an empty text where it has none, such as NOT NULL."""
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, psycopg.Error) else ""
