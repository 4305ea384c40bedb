"""Counting scans in the memory of a web process, which hands them on every few seconds.

The page adds to a dictionary, and a thread does the rest, so a page never waits for its count.
"""

from __future__ import annotations

import atexit
import logging
import os
import secrets
import time
from collections import deque
from collections.abc import Callable
from itertools import islice
from threading import Lock, Thread
from typing import Final, NamedTuple

DAY: Final = 86_400  # seconds
MOST_AT_ONCE: Final = 5_000  # codes that are handed on together
MOST_KEPT: Final = 100_000  # codes whose scans a process keeps while they cannot be handed on
MINUTE: Final = 60  # seconds, of the clock, in which a client's scans of one code count once
MOST_CLIENTS: Final = 200_000  # clients and codes that are remembered in a minute, in about 15 MB

logger = logging.getLogger(__name__)

Key = tuple[int, int, str]
"""The day since 1970, in UTC; the company's id; the code's identifier."""
Count = tuple[int, int, int]
"""How many scans; the seconds since 1970 of the first and of the last."""


class Batch(NamedTuple):
    """Counted scans that one process hands on together: the `number`th of `sender`, which counts its batches from 1."""

    sender: str
    number: int
    counts: dict[Key, Count]

    @property
    def name(self) -> str:
        return f"{self.sender}-{self.number}"


class Counter:
    """Counts scans, and has them delivered: in order, and again until it is certain that they have arrived.

    `deliver` raises an exception when a batch may not have arrived, and does nothing with one that had. `pause` returns
    the seconds until the next delivery.
    """

    def __init__(self, deliver: Callable[[Batch], None], pause: Callable[[], float]) -> None:
        self._deliver, self._pause = deliver, pause
        self._counting, self._handing = Lock(), Lock()
        self._begin()

    def _begin(self) -> None:
        """Begin with nothing, also in a process that was forked from one that counted."""
        self._process, self._sender, self._number = 0, secrets.token_hex(12), 0
        self._counts: dict[Key, Count] = {}
        self._batches: deque[Batch] = deque()
        self._lost, self._fails = 0, False
        self._minute, self._met = 0, set[int]()

    def add(self, company: int, identifier: str, client: str = "") -> None:
        """Count one scan, now, unless this process has counted one of the code by this client in this minute.

        Without a client it counts.
        """
        now = int(time.time())
        key = (now // DAY, company, identifier)
        with self._counting:
            if self._process != os.getpid():
                self._start()
            if client and self._is_met(now // MINUTE, hash((client, company, identifier))):
                return
            count, first, last = self._counts.get(key, (0, now, now))
            if count or len(self._counts) < MOST_KEPT:
                self._counts[key] = (count + 1, min(first, now), max(last, now))
            else:
                self._lost += 1

    def _is_met(self, minute: int, met: int) -> bool:
        """Say whether a client and code were met in this minute before, and remember them for the rest of it."""
        self._forget_before(minute)
        if met in self._met:
            return True
        if len(self._met) >= MOST_CLIENTS:
            self._met = set()
        self._met.add(met)
        return False

    def _forget_before(self, minute: int) -> None:
        """Forget the clients and codes that were met in an earlier minute."""
        if minute != self._minute:
            self._minute, self._met = minute, set()

    def hand_on(self) -> bool:
        """Deliver what was counted. Return False where that failed, and keep it for the next time then."""
        with self._counting:
            self._forget_before(int(time.time()) // MINUTE)
        with self._handing:
            try:
                self._deliver_all()
            except Exception as error:  # of Redis, PostgreSQL or a network: whatever it is, counting goes on
                if not self._fails:
                    logger.warning("Scans cannot be handed on, and wait in this process: %s", error)
                self._fails = True
                return False
            if self._lost:
                logger.warning("%s scans were not counted, since too many codes waited.", self._lost)
            self._lost, self._fails = 0, False
            return True

    def _deliver_all(self) -> None:
        """Deliver the batches that wait, and then what was counted meanwhile."""
        while self._batches or self._counts:
            if not self._batches:
                self._make_batches()
            self._deliver(self._batches[0])
            self._batches.popleft()

    def _make_batches(self) -> None:
        with self._counting:
            counts, self._counts = self._counts, {}
        waiting = iter(counts.items())
        while part := dict(islice(waiting, MOST_AT_ONCE)):
            self._number += 1
            self._batches.append(Batch(self._sender, self._number, part))

    def _start(self) -> None:
        """Start the thread, once in each process; what is left when the process ends is handed on then."""
        if self._process:
            self._handing = Lock()  # the parent's thread may have held it
            self._begin()
        self._process = os.getpid()
        Thread(target=self._go_on, name="scans", daemon=True).start()
        atexit.register(self.hand_on)

    def _go_on(self) -> None:
        while True:
            time.sleep(self._pause())
            self.hand_on()
