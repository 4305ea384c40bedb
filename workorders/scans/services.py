"""The services of scans: counting one, storing what was counted, and setting a limit."""

from __future__ import annotations

from django.db import DatabaseError, connection, transaction

from portal.accounts.security_log import tell
from portal.http.cache import redis_client
from portal.models import Company
from workorders.scans.buffer import Buffer
from workorders.scans.counting import Batch, Counter
from workorders.scans.limit import blacklist_over_limit
from workorders.scans.store import ALONE, store

PAUSE = 1.0  # seconds for which a process counts before it tells Redis
SLACK = 2.0  # seconds that telling takes at most
LONG_PAUSE = 10.0  # the same where there is no Redis, and each time is a transaction


def note_scan(company: int, identifier: str, client: str) -> None:
    """Count a scan of the code by a client in this process, once a minute. It is stored within half a minute."""
    counter.add(company, identifier, client)


def deliver(batch: Batch) -> None:
    """Add counted scans to the broker's Redis, or store them where there is none. Done twice it adds nothing more."""
    client = redis_client()
    if client is not None:
        Buffer(client).add(batch)
        return
    try:
        store(batch.name, batch.counts.items())
        blacklist_over_limit()
    except DatabaseError:  # the next time begins with a new connection, since no request does in this thread
        connection.close()
        raise


def flush() -> None:
    """Store what is in the broker's Redis, and blacklist what has reached its company's limit of scans."""
    client = redis_client()
    if client is not None:
        _store_buffer(Buffer(client))
    blacklist_over_limit()


def _store_buffer(buffer: Buffer) -> None:
    """Store what an earlier flush left, and then what was added since.

    A flush that ends between storing and dropping leaves a buffer whose name is known, which the next one drops.
    """
    for _ in ("left", "added"):
        name = buffer.take()
        if name is None:
            return
        store(name, buffer.read())
        buffer.drop(name)


def set_limit(company: Company, scan_limit: int | None) -> None:
    """Set after how many scans an active code is blacklisted, or with None that none is."""
    before, company.scan_limit = company.scan_limit, scan_limit
    with transaction.atomic():
        company.save(update_fields=["scan_limit"])
        tell(
            "company_changed",
            of=company,
            company_name=company.name,
            changed=["scan_limit"],
            before={"scan_limit": before},
            scan_limit=scan_limit,
        )


def hold_scans() -> None:
    """Let flushes wait until the caller's transaction ends, which has locked no code yet."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE)


def settling_time() -> float:
    """Return the seconds after which each process has told of a scan that it counts now, or has failed to."""
    return _pause() + SLACK


def _pause() -> float:
    return LONG_PAUSE if redis_client() is None else PAUSE


counter = Counter(deliver, _pause)
