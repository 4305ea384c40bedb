"""Checking the audit trail: every sealed event against its seal, and every seal against the one before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import connection
from django.db.models import Max, Min

from portal.models import Event, EventSeal
from portal.trail.hashes import BEGINNING, DIGEST, hash_of

AT_ONCE: Final = 200  # seals whose events are hashed by one query
TRIGGERS: Final = {(table, trigger) for table in ("portal_event", "portal_eventseal") for trigger in ("rows", "table")}
FOUND = f"""
    SELECT seal, count(*), sha256(string_agg({DIGEST}, ''::bytea ORDER BY id)) FROM portal_event
    WHERE seal = ANY(%s) GROUP BY seal
"""  # noqa: S608  # no value in it
STRAY = """
    SELECT id, seal FROM portal_event WHERE seal IS NOT NULL
    AND NOT EXISTS (SELECT FROM portal_eventseal WHERE portal_eventseal.id = seal) ORDER BY id LIMIT 10
"""
ENABLED = """
    SELECT tgrelid::regclass::text, replace(tgname, 'audit_trail_', '') FROM pg_trigger
    WHERE tgname LIKE 'audit_trail_%%' AND tgenabled IN ('O', 'A')
"""


class Check:
    """One pass over the trail: `problems` finds what is wrong, and the other attributes tell what it has looked at."""

    def __init__(self) -> None:
        self.events = self.seals = 0
        self.anchor: EventSeal | None = None  # the last seal whose events were deleted because they were old
        self.last: dict[str, EventSeal] = {}  # of each chain

    def problems(self) -> Iterator[str]:
        """Say in a sentence what is wrong, each thing that is."""
        with connection.cursor() as cursor:
            cursor.execute(ENABLED)
            for table, trigger in sorted(TRIGGERS - {*cursor.fetchall()}):
                yield f"The trigger audit_trail_{trigger} of {table} is missing or disabled."
        for chain in EventSeal.Chain:
            yield from self._chain(chain)
        with connection.cursor() as cursor:
            cursor.execute(STRAY)
            for event, seal in cursor.fetchall():
                yield f"Line {event} names seal {seal}, which is not there."

    def _chain(self, chain: str) -> Iterator[str]:
        seals = EventSeal.objects.filter(chain=chain)
        before, last = BEGINNING, 0
        while some := list(seals.filter(pk__gt=last)[:AT_ONCE]):
            with connection.cursor() as cursor:
                cursor.execute(FOUND, [[seal.pk for seal in some]])
                found = {seal: (number, bytes(events)) for seal, number, events in cursor.fetchall()}
            for seal in some:
                if seal.removed_at is not None and not seals.filter(pk__lt=seal.pk).exists():
                    self.anchor = seal
                elif bytes(seal.hash) != hash_of(seal, before):
                    yield f"{_named(seal)} does not follow the seal before, {last}: one is changed or missing."
                if seal.removed_at is None:
                    yield from self._content(seal, *found.get(seal.pk, (0, b"")))
                before, last = bytes(seal.hash), seal.pk
                self.last[chain] = seal
                self.seals += 1

    def _content(self, seal: EventSeal, number: int, events: bytes) -> Iterator[str]:
        self.events += number
        if (number, events) == (seal.number, bytes(seal.events)):
            return
        if not EventSeal.objects.filter(pk=seal.pk, removed_at=None).exists():
            return  # they have become old meanwhile
        ids = Event.objects.filter(seal=seal.pk).aggregate(first=Min("id"), last=Max("id"))
        where = f", {ids['first']} to {ids['last']}" if number else ""
        wrong = f"{number} are there" if number != seal.number else "one or more are not as they were sealed"
        yield f"{_named(seal)}: of its {seal.number} lines{where}, {wrong}."


def _named(seal: EventSeal) -> str:
    return f"Seal {seal.pk} of {seal.chain} ({seal.at:%Y-%m-%d %H:%M:%S})"
