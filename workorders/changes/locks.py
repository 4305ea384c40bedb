"""The order in which changes lock codes, so that two at once never wait for each other in a circle.

Whoever locks codes in the order of their keys calls `in_order` and goes on beside others that do. Whoever locks them in
the order in which they lie on disk calls `alone` and waits for all others of the company. A single code needs neither:
its change waits while it holds no other. Both locks end with the transaction.
"""

from __future__ import annotations

from django.db import connection

from portal.models import Company

CHANGES = 0xC0DE  # the kind of lock; the company is its other half


def in_order(company: Company) -> None:
    """Go on beside other changes of the company that lock in the order of keys."""
    _run("SELECT pg_advisory_xact_lock_shared(%s, %s)", CHANGES, company.pk)


def try_in_order(company: Company) -> bool:
    """Go on as `in_order` does if it need not wait, and say whether it did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock_shared(%s, %s)", [CHANGES, company.pk])
        return bool(cursor.fetchone()[0])


def alone(company: Company) -> None:
    """Wait for other changes of the company to end, and let new ones wait."""
    _run("SELECT pg_advisory_xact_lock(%s, %s)", CHANGES, company.pk)


def give_up_after(seconds: int) -> None:
    """Raise OperationalError in the caller's transaction when any lock takes longer: somebody waits for an answer."""
    _run("SELECT set_config('lock_timeout', %s, true)", f"{seconds}s")


def run_no_longer_than(seconds: int) -> None:
    """Raise OperationalError in the caller's transaction when any statement takes longer, for the same reason."""
    _run("SELECT set_config('statement_timeout', %s, true)", f"{seconds}s")


def _run(statement: str, *given: int | str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
