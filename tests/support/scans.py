"""Scans that a test counts, hands on and stores when it says so."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from portal.http.cache import redis_client
from portal.models import Company
from workorders.models import Code, CodeScans, ScanDay
from workorders.scans import services
from workorders.scans.buffer import ADDED
from workorders.scans.counting import Counter

NOON = 1_795_953_600  # 2026-11-29 12:00 UTC


class Scans:
    """A process of its own that counts, beside a buffer that was empty when the test began."""

    def __init__(self) -> None:
        self.counter = Counter(services.deliver, lambda: 0)

    def note(self, code: Code, times: int = 1) -> None:
        """Count scans of a code."""
        for _ in range(times):
            self.counter.add(code.company_id, code.identifier)

    def store(self) -> None:
        """Hand on and flush what was counted."""
        assert self.counter.hand_on()
        services.flush()

    def buffered(self) -> dict[str, dict[str, str]]:
        """All that is in Redis, by its keys."""
        client = redis_client()
        found: dict[str, dict[str, str]] = {}
        for key in client.keys(f"{ADDED}*"):
            kept = client.hgetall(key) if client.type(key) == b"hash" else {b"": client.get(key)}
            found[key.decode()] = {name.decode(): value.decode() for name, value in kept.items()}
        return found

    @staticmethod
    def clear() -> None:
        """Empty the buffer."""
        client = redis_client()
        for key in client.keys(f"{ADDED}*"):
            client.delete(key)


def stored(company: Company) -> dict[str, int]:
    """The counts of a company's codes."""
    return dict(CodeScans.objects.filter(company=company).values_list("identifier", "count"))


def days(company: Company) -> dict[str, int]:
    """The counts of a company's days."""
    return {str(day): count for day, count in ScanDay.objects.filter(company=company).values_list("day", "count")}


def at(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Have the process that counts take this for now."""
    clock: Any = SimpleNamespace(time=lambda: seconds)
    monkeypatch.setattr("workorders.scans.counting.time", clock)
