"""The services of scans: counting one, storing what was counted, setting a limit, and forgetting those of codes."""

from __future__ import annotations

from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from portal.accounts.security_log import tell
from portal.http.cache import redis_client
from portal.models import Company
from workorders.changes.apply import condition_of
from workorders.models import Code
from workorders.scans.buffer import Buffer
from workorders.scans.counting import Batch, Counter
from workorders.scans.store import ALONE, store

PAUSE = 1.0  # seconds for which a process counts before it tells Redis
LONG_PAUSE = 10.0  # the same where there is no Redis, and each time is a transaction

FORGET = """
    DELETE FROM workorders_codescans AS scans USING workorders_code AS code
    WHERE {condition} AND scans.company_id = code.company_id AND scans.identifier = code.identifier"""


def note_scan(company: int, identifier: str) -> None:
    """Count a scan of the code in this process. It is stored within half a minute."""
    counter.add(company, identifier)


def deliver(batch: Batch) -> None:
    """Add counted scans to the broker's Redis, or store them where there is none. Done twice it adds nothing more."""
    client = redis_client()
    if client is not None:
        Buffer(client).add(batch)
        return
    try:
        store(batch.name, batch.counts.items())
    except DatabaseError:  # the next time begins with a new connection, since no request does in this thread
        connection.close()
        raise


def flush() -> None:
    """Store what is in the broker's Redis: what an earlier flush left, and then what was added since.

    A flush that ends between storing and dropping leaves a buffer whose name is known, which the next one drops.
    """
    client = redis_client()
    if client is None:
        return
    buffer = Buffer(client)
    for _ in ("left", "added"):
        name = buffer.take()
        if name is None:
            return
        store(name, buffer.read())
        buffer.drop(name)


def set_limit(company: Company, scan_limit: int | None) -> None:
    """Set after how many scans an active code is blacklisted, or with None that none is."""
    company.scan_limit = scan_limit
    company.save(update_fields=["scan_limit"])
    tell("company_changed", of=company, company_name=company.name, changed=["scan_limit"], scan_limit=scan_limit)


def forget_scans(codes: QuerySet[Code]) -> None:
    """Delete what was counted of `codes`, in the transaction that deletes them, before anything in it locks codes.

    Flushes wait until its end. Scans that are still on their way then find no code, and are dropped.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Scans are forgotten in the transaction that deletes the codes.")
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        cursor.execute(FORGET.format(condition=condition_of(codes)).replace("%%", "%"))


def hold_scans() -> None:
    """Let flushes wait until the caller's transaction ends, which has locked no code yet."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE)


def _pause() -> float:
    return LONG_PAUSE if redis_client() is None else PAUSE


counter = Counter(deliver, _pause)
