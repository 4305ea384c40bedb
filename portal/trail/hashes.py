"""What is hashed of an event and of a seal, in SQL that calls no function of ours, and in Python."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.db.models.expressions import RawSQL

from portal.models import EventSeal

PERSONAL = "sha256(convert_to(jsonb_build_array(salt, address, detail)::text, 'UTF8'))"
DIGEST = (
    "sha256(convert_to(jsonb_build_array(id, subject, subject_id, what, (extract(epoch FROM at) * 1000000)::bigint,"
    f" by_id, company_id, encode(coalesce(erased, {PERSONAL}), 'hex'))::text, 'UTF8'))"
)
GONE = {"salt": None, "erased": RawSQL(f"CASE WHEN seal IS NOT NULL THEN coalesce(erased, {PERSONAL}) END", ())}  # noqa: S611  # no value in it
"""What an update of events sets besides, where it takes an address or a detail away: their hash stays alone."""

BEGINNING = bytes(32)  # what comes before the first seal of a chain


def hash_of(seal: EventSeal, before: bytes) -> bytes:
    """Return the hash that `seal` has behind a seal with the hash `before`."""
    numbers = [seal.pk, seal.chain, seal.number, _microseconds(seal.newest_at), _microseconds(seal.at)]
    return hashlib.sha256(bytes(before) + json.dumps(numbers).encode() + bytes(seal.events)).digest()


def _microseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
