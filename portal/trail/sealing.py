"""Sealing events, and deleting those of the security log that are old.

An event is written without a look at others, in the transaction of what it tells. Once a minute the clock has the new
ones sealed: they get a salt and the number of a seal, which holds a hash over them and over the seal before. From then
on, a line that is changed, missing or added is found by `portal.trail.checking`. A line of an unsealed event is guarded
by the table's trigger alone.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from portal.database.clock import database_now
from portal.models import Event, EventSeal
from portal.trail.export import export_sealed
from portal.trail.hashes import BEGINNING, DIGEST, hash_of

SECURITY: Final = ("user", "company", "userauthorizationtoken")  # subjects of lines that SECURITY_LOG_DAYS is about
AT_ONCE: Final = 1_000  # events in one transaction
MOST: Final = 20_000  # events in one run
MOST_REMOVED: Final = 50  # seals in one run

SEAL = f"""
    WITH waiting AS (
        SELECT id AS waits FROM portal_event WHERE seal IS NULL ORDER BY id LIMIT {AT_ONCE} FOR UPDATE SKIP LOCKED
    )
    UPDATE portal_event SET salt = gen_random_uuid(),
        seal = CASE WHEN subject = ANY(%(subjects)s) THEN %(security)s ELSE %(timelines)s END
    FROM waiting WHERE id = waits RETURNING seal, id, at, {DIGEST}
"""  # noqa: S608  # no value in it
Chain = EventSeal.Chain

logger = logging.getLogger("codeport.security")


def seal_events() -> int:
    """Seal what is not yet, a bounded part of it, and return how many events that were."""
    done = 0
    while done < MOST:
        sealed = _seal_some()
        done += sealed
        if sealed < AT_ONCE:
            break
    return done


def remove_old() -> int:
    """Delete events of the security log that the database has kept for SECURITY_LOG_DAYS; return how many went.

    Whole seals go, the oldest first. The last of them stays as the anchor of the chain.
    """
    if not settings.SECURITY_LOG_DAYS:
        return 0
    deleted = 0
    for _ in range(MOST_REMOVED):
        with transaction.atomic():
            seals = EventSeal.objects.filter(chain=Chain.SECURITY)
            first = seals.filter(removed_at=None).first() if _is_alone() else None
            if first is None or first.newest_at > database_now() - timedelta(days=settings.SECURITY_LOG_DAYS):
                break
            seals.filter(pk=first.pk).update(removed_at=Now())
            deleted += Event.objects.filter(seal=first.pk).delete()[0]
            seals.filter(pk__lt=first.pk).delete()
    return deleted


def _seal_some() -> int:
    with transaction.atomic():
        if not _is_alone():
            return 0
        last = {chain: EventSeal.objects.filter(chain=chain).last() for chain in Chain}
        new = max((seal.pk for seal in last.values() if seal), default=0) + 1
        numbers = {new: Chain.SECURITY, new + 1: Chain.TIMELINES}
        with connection.cursor() as cursor:
            cursor.execute(SEAL, {"subjects": [*SECURITY], "security": new, "timelines": new + 1})
            rows = sorted(cursor.fetchall())
        seals = []
        for number, chain in numbers.items():
            mine = [row for row in rows if row[0] == number]
            if mine:
                digests = b"".join(bytes(digest) for *_, digest in mine)
                seal = EventSeal(pk=number, chain=chain, number=len(mine), newest_at=max(at for _, _, at, _ in mine))
                seal.at, seal.events = database_now(), hashlib.sha256(digests).digest()
                before = last[chain]
                seal.hash = hash_of(seal, bytes(before.hash) if before else BEGINNING)
                seal.save(force_insert=True)
                seals.append(seal)
        export_sealed([event_id for _seal, event_id, _at, _digest in rows])
    for seal in seals:
        told = {"outcome": "success", "seal": seal.pk, "chain": seal.chain, "hash": bytes(seal.hash).hex()}
        logger.info("sealed", extra=told)
    return len(rows)


def _is_alone() -> bool:
    """Take the lock until the transaction ends, or say that another process has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('audit trail', 0))")
        return bool(cursor.fetchone()[0])
