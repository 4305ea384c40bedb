"""How often someone may ask, counted in the cache."""

from __future__ import annotations

import time
from threading import Lock
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

from portal.api.authentication import caller

PERIODS = {"s": 1, "min": 60, "hour": 3600, "day": 86_400}
UNTOLD = 10  # one in so many of the allowed requests may come before a process tells the cache of a client
CLIENTS = 50_000  # that a process counts by itself: some 10 MB

_counts: dict[str, int] = {}
_counting = Lock()


class PeriodThrottle(BaseThrottle):
    """So many requests of one client in each second, minute, hour or day of the clock, in all processes together.

    The framework's own limit keeps a list of times and asks the cache twice. This one counts, and asks once, but not
    for a client's first few requests in a period: those each process counts by itself, and tells when more follow.
    A client that spreads its requests over N processes may so get N * allowed / UNTOLD more than allowed, at most.
    """

    scope: str

    def __init__(self) -> None:
        number, period = self.rate().split("/")
        self.allowed, self.seconds = int(number), PERIODS[period]
        self.period, self.since = divmod(time.time(), self.seconds)

    def rate(self) -> str:
        """The limit, as in 60/min."""
        raise NotImplementedError

    def client(self, request: Any) -> str:
        """Who asks, in characters that a key of the cache may have."""
        raise NotImplementedError

    def allow_request(self, request: Any, view: Any = None) -> bool:
        """Count the request."""
        key = f"{self.scope}-{self.period:.0f}-{self.client(request)}"
        free = self.allowed // UNTOLD
        count = _count(key)
        if count <= free:
            return True
        untold = count if count == free + 1 else 1
        try:
            return bool(cache.add(key, untold, self.seconds) or cache.incr(key, untold) <= self.allowed)
        except ValueError:  # the count was lost in between
            return True

    def wait(self) -> float:
        """Seconds until the next period."""
        return self.seconds - self.since


def _count(key: str) -> int:
    """How often this process has met `key`, this time included; it forgets all keys when they become too many."""
    with _counting:
        if len(_counts) >= CLIENTS:
            _counts.clear()
        _counts[key] = count = _counts.get(key, 0) + 1
    return count


class ApiThrottle(PeriodThrottle):
    """So many calls of a token, or of a person who is signed in."""

    scope = "api"

    def rate(self) -> str:
        rate: str = settings.API_RATE
        return rate

    def client(self, request: Any) -> str:
        return caller(request)
