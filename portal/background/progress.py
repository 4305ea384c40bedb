"""The progress of a piece of work, and about how long it still takes."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext

from portal.background.outages import PARTS
from portal.values.words import gettext_lazy

QUIET_WORKER = timedelta(seconds=15)  # after its lease ran out
LONG_QUEUE = timedelta(seconds=30)
FIRST_GUESS = 3  # seconds of work before which nobody can say how long it will take
LEAST_DONE = 0.03  # of the whole, likewise
WAITING, ENDED = "waiting", "ended"  # the phases that every kind of work has


class Status(models.TextChoices):
    QUEUED = "queued", gettext_lazy("queued")
    PROCESSING = "processing", gettext_lazy("processing")
    COMPLETED = "completed", gettext_lazy("completed")
    ERROR = "error", gettext_lazy("error")
    CANCELLED = "cancelled", gettext_lazy("cancelled")


class Progress(models.Model):
    """The progress of a piece of work. A model that inherits may name phases of its own."""

    OPEN: ClassVar[tuple[str, ...]] = (Status.QUEUED, Status.PROCESSING)
    SHARES: ClassVar[dict[str, tuple[float, float]]] = {}
    """Of the phases whose end can be foreseen: the share of all time that lies before it, and its own."""

    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    status_updated_at = models.DateTimeField(db_default=Now())
    phase = models.CharField(max_length=10, default=WAITING)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    waits_for = models.CharField(max_length=10, choices=[(part, part) for part in PARTS], default="", db_default="")

    class Meta:
        abstract = True

    @property
    def has_ended(self) -> bool:
        """Say whether nothing will change any more."""
        return self.status not in self.OPEN

    @property
    def percent(self) -> int | None:
        """Return the share of the current phase that is done, from 0 to 100, or None while the total is unknown."""
        return min(100, 100 * self.rows_done // self.rows_total) if self.rows_total else None

    @property
    def time_left(self) -> str:
        """Say in words how long it takes until the end, or return an empty text while nobody can tell."""
        if self.status != Status.PROCESSING or self.phase not in self.SHARES or not self.rows_total:
            return ""
        before, own = self.SHARES[self.phase]
        done = before + own * min(1, self.rows_done / self.rows_total)
        elapsed = (timezone.now() - self.status_updated_at).total_seconds()
        if elapsed < FIRST_GUESS or done < LEAST_DONE or self.is_quiet:
            return ""
        return roughly(elapsed * (1 - done) / done)

    @property
    def state(self) -> str:
        """Return a text that changes with each line of the timeline, except for lines about mail."""
        return f"{self.status}-{self.attempts}"

    @property
    def spool_name(self) -> str:
        """Return the prefix of its files' names in the spool. A hyphen and the number of the attempt follow it."""
        raise NotImplementedError

    @classmethod
    def has_spool_name(cls, name: str) -> bool:
        """Say whether `name` is the `spool_name` of work of this kind."""
        raise NotImplementedError

    @property
    def is_quiet(self) -> bool:
        """Say whether nothing was heard for too long of work that ought to move."""
        now = timezone.now()
        if self.status == Status.QUEUED:
            return not self.waits_for and now - self.status_updated_at > LONG_QUEUE
        if self.status == Status.PROCESSING and self.lease_until:
            return now - self.lease_until > QUIET_WORKER
        return False

    @property
    def waits_because(self) -> str:
        """Say in a sentence why the work waits although workers are at hand, or return an empty text."""
        return PARTS[self.waits_for] if self.status == Status.QUEUED and self.waits_for else ""

    @property
    def progress(self) -> dict[str, Any]:
        """Return the progress of the work as the API tells it."""
        return {"phase": self.phase, "rows_done": self.rows_done, "rows_total": self.rows_total}


def roughly(seconds: float) -> str:
    """`seconds` to come in words, in steps so wide that a wavering guess stays in one."""
    if seconds <= 10:
        return gettext("a few seconds")
    if seconds <= 60:
        return gettext("about {seconds} seconds").format(seconds=math.ceil(seconds / 10) * 10)
    minutes = math.ceil(seconds / 60)
    return (
        gettext("about {minutes} minutes").format(minutes=minutes)
        if minutes <= 90
        else gettext("about {hours} hours").format(hours=math.ceil(minutes / 60))
    )
