"""The sign of life of one running ingestion, over a connection of its own."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django.db import Error, connection
from django.db.models.functions import Now

from ingestion.models import IngestionRecord

BEAT = 0.25  # seconds between two signs of life
LEASE = timedelta(seconds=10)  # a worker silent for longer has lost its claim

logger = logging.getLogger(__name__)


class ClaimLost(Exception):  # noqa: N818  # an event, not a fault
    """The record was cancelled, or another worker took it over; nothing may be stored."""


class Pulse(threading.Thread):
    """Publishes progress and renews the lease four times a second, and learns of a cancellation.

    The ingestion sets `phase`, `rows_done` and `rows_total` and calls `check` often. The main connection is inside one
    transaction all the while, so nothing written there could be seen by anyone.
    """

    def __init__(self, record_id: int, attempt: int) -> None:
        super().__init__(name=f"pulse-{record_id}", daemon=True)
        self.claimed = IngestionRecord.objects.filter(
            pk=record_id, attempts=attempt, status=IngestionRecord.Status.PROCESSING
        )
        self.phase: str = IngestionRecord.Phase.CHECKING
        self.rows_done = 0
        self.rows_total: int | None = None
        self._lost = threading.Event()
        self._stopped = threading.Event()

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

    def run(self) -> None:
        try:
            while not self._stopped.is_set():
                self._beat()
                self._stopped.wait(BEAT)
        finally:
            connection.close()

    def _beat(self) -> None:
        done, total = self.rows_done, self.rows_total
        progress = {"phase": self.phase, "rows_done": done, "rows_total": total and max(done, total)}
        try:
            if not self.claimed.update(lease_until=Now() + LEASE, **progress):
                self._lost.set()
        except Error:  # the lease bridges a short failure; a long one ends the claim
            logger.warning("The sign of life of %s did not reach the database", self.name, exc_info=True)
            connection.close()

    def stop(self) -> None:
        """End the thread; waits for it."""
        self._stopped.set()
        self.join()
