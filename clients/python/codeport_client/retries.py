"""Calls that are sent again while the portal is busy or cannot be reached."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import uuid4

import httpx

from codeport_client.errors import Unavailable

BUSY = (429, 502, 503, 504)
FIRST, LONGEST = 0.5, 30.0  # seconds between two attempts, unless the answer says how many


class Pauses:
    """The pauses between the attempts at one thing, `patience` seconds together at most."""

    def __init__(self, patience: float) -> None:
        self.left, self.usual = patience, FIRST

    def pause(self, answer: httpx.Response | None = None) -> bool:
        """Sleep until the next attempt, and close the answer; return False at once where patience has an end."""
        seconds = _asked(answer)
        if seconds is None:
            seconds = self.usual * random.uniform(0.8, 1.2)  # noqa: S311  # lest all clients come together
            self.usual = min(self.usual * 2, LONGEST)
        if seconds > self.left:
            return False
        self.left -= seconds
        if answer is not None:
            answer.close()
        time.sleep(seconds)
        return True


class RetryingClient(httpx.Client):
    """Sends every call again that found the portal busy or not at all.

    A POST has one `Idempotency-Key` for all of its attempts, so that it is done once. What else changes something, a
    PATCH or DELETE, comes to the same when it comes twice.
    """

    def __init__(self, patience: float, **more: Any) -> None:
        super().__init__(**more)
        self.patience = patience

    def send(self, request: httpx.Request, **more: Any) -> httpx.Response:
        """Return the answer, the last one where all say that the portal is busy; raise Unavailable without one."""
        if request.method == "POST":
            request.headers.setdefault("Idempotency-Key", str(uuid4()))
        pauses = Pauses(self.patience)
        while True:
            try:
                answer = super().send(request, **more)
            except httpx.TransportError as error:
                if not pauses.pause():
                    raise unreachable(request.url, error) from error
            else:
                if answer.status_code not in BUSY or not pauses.pause(answer):
                    return answer


def unreachable(url: httpx.URL, error: Exception) -> Unavailable:
    """Return the error that says that nobody answers at that address."""
    return Unavailable(f"{url.scheme}://{url.netloc.decode()} cannot be reached: {error or type(error).__name__}")


def _asked(answer: httpx.Response | None) -> float | None:
    """Return the seconds that the answer asks to wait."""
    said = answer.headers.get("Retry-After", "") if answer is not None else ""
    if said.isdecimal():
        return float(said)
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
