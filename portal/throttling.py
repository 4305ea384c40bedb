"""How often someone may ask, counted in the cache."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from redis import RedisError
from rest_framework.throttling import BaseThrottle

from portal.api import caller

PERIODS = {"s": 1, "min": 60, "hour": 3600, "day": 86_400}


class PeriodThrottle(BaseThrottle):
    """So many requests of one client in each second, minute, hour or day of the clock.

    The framework's own limit keeps a list of times, this one counts: whoever comes for the first time in a period
    costs one call of the cache.
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
        """Count the request; everybody may pass while the cache is away."""
        key = f"{self.scope}-{self.period:.0f}-{self.client(request)}"
        try:
            return bool(cache.add(key, 1, self.seconds) or cache.incr(key) <= self.allowed)
        except (RedisError, ValueError):  # the latter when the count was lost in between
            return True

    def wait(self) -> float:
        """Seconds until the next period."""
        return self.seconds - self.since


class ApiThrottle(PeriodThrottle):
    """So many calls of a token, or of a person who is signed in."""

    scope = "api"

    def rate(self) -> str:
        rate: str = settings.API_RATE
        return rate

    def client(self, request: Any) -> str:
        return caller(request)
