"""Doing leased work: its beat, its attempts, and what becomes of it during an outage."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from django.db import Error, connection, transaction
from django.db.models.functions import Now

from portal.background import worker_slots
from portal.background.leases import LEASE, ClaimLost, Leased
from portal.background.outages import outage_of
from portal.database import connections
from portal.logs import about

logger = logging.getLogger(__name__)

BEAT = 0.25  # seconds between two signs of life
WITHOUT_WAITING = "SELECT set_config('synchronous_commit', 'off', true)"
"""For a beat: should the server forget it, the next one comes at once. Waiting for the disk would write out all that
the work itself has written so far, and hold it up meanwhile."""
MOST_ATTEMPTS = 5  # that failed, or were lost with their worker
PAUSES = (0.5, 1, 2, 4, 8, 15)  # seconds between two tries to say so, while the database is what is out


class Pulse(threading.Thread):
    """Publishes progress and renews the lease four times a second, and learns of a cancellation.

    Work that ends before the first beat costs no connection.

    The work sets `phase`, `rows_done` and `rows_total` and calls `check` often. The main connection is inside one
    transaction all the while, so nothing written there could be seen by anyone; this thread has its own.
    """

    def __init__(self, work: Leased) -> None:
        super().__init__(name=f"pulse-{work._meta.model_name}-{work.pk}", daemon=True)
        self.held, self._ended = work.held(), work.ended_here()
        self.phase = work.phase
        self.rows_done = 0
        self.rows_total: int | None = None
        self._lost = threading.Event()
        self._stopped = threading.Event()
        self.waits_for(connection.connection)  # of the thread that does the work

    @property
    def is_lost(self) -> bool:
        """Say whether the claim is gone."""
        return self._lost.is_set()

    def check(self) -> None:
        """Raise ClaimLost when the claim is gone."""
        if self._lost.is_set():
            raise ClaimLost

    def enter(self, phase: str, rows_total: int | None) -> None:
        """Begin a phase."""
        self.phase, self.rows_done, self.rows_total = phase, 0, rows_total

    def tick(self, rows_done: int) -> None:
        """So many rows of the phase are done; raises ClaimLost when the claim is gone."""
        self.rows_done = rows_done
        self.check()

    def waits_for(self, connection: Any) -> None:
        """Say by which connection of psycopg the work waits for queries from now on."""
        self._main = connection

    def run(self) -> None:
        try:
            while not self._stopped.wait(BEAT):  # the claim was the first sign, and short work needs no other
                self._beat()
        finally:
            connection.close()

    def _beat(self) -> None:
        if self.is_lost:  # and the work has not noticed since, so it waits for an answer to its query
            with suppress(psycopg.Error):
                self._main.cancel_safe(timeout=LEASE.total_seconds())
            return
        done, total = self.rows_done, self.rows_total
        progress = {"phase": self.phase, "rows_done": done, "rows_total": total and max(done, total)}
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(WITHOUT_WAITING)
                is_held = self.held.update(lease_until=Now() + LEASE, **progress)
            if not is_held:
                # What the work does after its end, as for the index of codes, is not to be stopped.
                (self._stopped if self._ended.exists() else self._lost).set()
        except Error:  # the lease bridges a short failure; a long one ends the claim
            logger.warning("The sign of life of %s did not reach the database", self.name, exc_info=True)
            connection.close()

    def stop(self) -> None:
        """End the thread; waits for it."""
        self._stopped.set()
        self.join()


def perform(work: Leased, do: Callable[[Pulse], None], give_up: Callable[[str], None]) -> None:
    """Let `do` work on what was claimed, and keep the lease meanwhile.

    What meets an outage is put off. Other failures are logged and the work left to its lease; after MOST_ATTEMPTS, or
    an outage longer than PATIENCE, `give_up` hears the reason.
    """
    if work.faults > MOST_ATTEMPTS:  # it took its workers with it
        give_up("The worker ended in every attempt.")
        return
    name = f"{work._meta.verbose_name} {work}"
    pulse = Pulse(work)
    pulse.start()
    try:
        with about(str(work)):
            do(pulse)
    except ClaimLost:
        logger.info("The %s was cancelled, taken over or put back", name)
    except Exception as error:
        if pulse.is_lost:  # the error is how its query was stopped
            logger.info("The %s was cancelled or taken over", name)
        elif part := outage_of(error):
            logger.warning("The %s met an outage, %s: %s", name, part, error)
            _put_off(work, part, error, give_up)
        else:
            logger.exception("The %s failed in attempt %s", name, work.attempts)
            if work.faults >= MOST_ATTEMPTS:
                give_up(f"{type(error).__name__}: {error}")
    finally:
        pulse.stop()
        if not worker_slots.goes_on():  # what comes behind gives the connection its own name
            connections.give_back()


def _put_off(work: Leased, part: str, error: Exception, give_up: Callable[[str], None]) -> None:
    """Put the work off, as soon as the database lets us; a worker has nothing else to do without one."""
    for seconds in (*PAUSES, None):
        try:
            if not work.put_off(part):
                give_up(f"{type(error).__name__}: {error}")
            return
        except ClaimLost:
            return
        except Error:
            connection.close()
            if seconds is None:
                raise
            time.sleep(seconds)
