"""Limits on how often somebody may call, counted in the cache."""

from __future__ import annotations

import math
import time
from typing import Any

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from portal.api.authentication import caller
from portal.http.cache import count

PERIODS = {"s": 1, "min": 60, "hour": 3600, "day": 86_400}


class PeriodThrottle(BaseThrottle):
    """So many requests of one client in each second, minute, hour or day of the clock, in all processes together.

    REST framework's own throttles read a list of times and write it again, so that two simultaneous requests count as
    one, and they take longer the more is allowed. This one counts, and asks the cache once.
    """

    scope: str

    def __init__(self) -> None:
        number, period = self.rate().split("/")
        self.allowed, self.seconds = int(number), PERIODS[period]
        self.period, self.since = divmod(time.time(), self.seconds)

    def rate(self) -> str:
        """Return the limit, as in 60/min."""
        raise NotImplementedError

    def client(self, request: Any) -> str:
        """Return who asks, in characters that a key of the cache may have."""
        raise NotImplementedError

    def allow_request(self, request: Any, view: Any = None) -> bool:
        """Count the request, and say whether it is one of those allowed."""
        self.used = count(f"{self.scope}-{self.period:.0f}-{self.client(request)}", self.seconds)
        return self.used <= self.allowed

    def wait(self) -> float:
        """Return the seconds until the next period."""
        return self.seconds - self.since


class ApiThrottle(PeriodThrottle):
    """So many calls of a token, or of a person who is signed in."""

    scope = "api"

    def rate(self) -> str:
        rate: str = settings.API_RATE
        return rate

    def client(self, request: Any) -> str:
        return caller(request)

    def allow_request(self, request: Any, view: Any = None) -> bool:
        """Do the same, and leave with the request what its answer says of the limit."""
        is_allowed = super().allow_request(request, view)
        request.limits = {
            "RateLimit-Limit": str(self.allowed),
            "RateLimit-Remaining": str(max(0, self.allowed - self.used)),
            "RateLimit-Reset": str(math.ceil(self.wait())),
        }
        return is_allowed
