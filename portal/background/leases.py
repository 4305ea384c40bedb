"""Work that a worker does under a lease.

The row in the database is the truth, of which the broker's messages are only reminders. Whoever claims the row holds it
for LEASE and renews that; a worker silent for longer has lost it, and the sweep sends the row again. The attempt's
number guards every end, so that a worker taken for dead cannot end the row. Its transaction may still hold locks, so
the next claim ends that.

An attempt that fails counts, up to MOST_ATTEMPTS. One that met an outage does not: it is put off, for longer each time,
and given up after PATIENCE.
"""

from __future__ import annotations

import logging
import math
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from portal import timeline
from portal.background.broker import wake
from portal.background.outages import PARTS
from portal.database import connections
from portal.models import User

LEASE = timedelta(seconds=10)  # a worker silent for longer has lost its claim
REMINDER = timedelta(seconds=30)  # what nobody claimed for so long is sent again
AGAIN = timedelta(seconds=5)  # after which the sweep sends again what found no place
QUIET_WORKER = timedelta(seconds=15)  # after its lease ran out
LONG_QUEUE = timedelta(seconds=30)
PATIENCE = timedelta(hours=24)  # with an outage
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)  # before what met an outage is tried again
FIRST_GUESS = 3  # seconds of work before which nobody can say how long it will take
LEAST_DONE = 0.03  # of the whole, likewise
WAITING, ENDED = "waiting", "ended"  # the phases that every kind of work has

logger = logging.getLogger(__name__)


class ClaimLost(Exception):  # noqa: N818  # an event, not a fault
    """The work was cancelled, or another worker took it over; nothing may be stored."""


class Status(models.TextChoices):
    QUEUED = "queued", "queued"
    PROCESSING = "processing", "processing"
    COMPLETED = "completed", "completed"
    ERROR = "error", "error"
    CANCELLED = "cancelled", "cancelled"


class Leased(models.Model):
    """What work under a lease keeps about itself; whoever inherits may name phases of its own.

    Each change below writes its line of the timeline.

    | from | to | by |
    |---|---|---|
    | queued | processing | `claim`, for a lease that the worker renews |
    | processing | queued | `requeue_stale`, when the lease ran out; `put_off` at an outage; `put_back` to take turns |
    | processing | completed, error | `end`, by the worker that holds the lease |
    | one of OPEN | cancelled | `cancel` |
    """

    OPEN: ClassVar[tuple[str, ...]] = (Status.QUEUED, Status.PROCESSING)
    SHARES: ClassVar[dict[str, tuple[float, float]]] = {}
    """Of the phases whose end can be foreseen: the share of all time that lies before it, and its own."""
    UNTRIED: ClassVar[dict[str, Any]] = {"attempts": 0, "outages": 0, "outage_since": None, "waits_for": ""}
    """What work keeps about its attempts before the first."""
    TASK: ClassVar[str]  # the name of the task that does it
    COMPANY: ClassVar[str] = "company"  # the path to the company whose work it is
    LONG: ClassVar[
        models.Q
    ]  # what may take more than a second or two, for which `portal.background.worker_slots` keeps an order

    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    status_updated_at = models.DateTimeField(db_default=Now())
    phase = models.CharField(max_length=10, default=WAITING)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    outages = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How many of the attempts met an outage, and so do not count."
    )
    outage_since = models.DateTimeField(null=True, help_text="When the first of them did.")
    waits_for = models.CharField(max_length=10, choices=[(part, part) for part in PARTS], default="", db_default="")

    class Meta:
        abstract = True

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status not in self.OPEN

    @property
    def percent(self) -> int | None:
        """How much of the current phase is done, 0 to 100; None while the whole is not known."""
        return min(100, 100 * self.rows_done // self.rows_total) if self.rows_total else None

    @property
    def time_left(self) -> str:
        """About how long until the end, in words; nothing while that cannot be told."""
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
        """What changes with each line of the timeline but those about mail."""
        return f"{self.status}-{self.attempts}"

    @property
    def spool_name(self) -> str:
        """How the names of its files in the spool begin; the number of the attempt follows behind a hyphen."""
        raise NotImplementedError

    @classmethod
    def has_spool_name(cls, name: str) -> bool:
        """Whether `name` is the `spool_name` of work of this kind."""
        raise NotImplementedError

    @property
    def is_quiet(self) -> bool:
        """Whether nothing was heard for too long of work that ought to move."""
        now = timezone.now()
        if self.status == Status.QUEUED:
            return not self.waits_for and now - self.status_updated_at > LONG_QUEUE
        if self.status == Status.PROCESSING and self.lease_until:
            return now - self.lease_until > QUIET_WORKER
        return False

    @property
    def faults(self) -> int:
        """How many attempts there were, this one included, without those that met an outage."""
        return self.attempts - self.outages

    @property
    def waits_because(self) -> str:
        """Why it waits although workers are at hand, in a sentence; empty when it does not."""
        return PARTS[self.waits_for] if self.status == Status.QUEUED and self.waits_for else ""

    @property
    def progress(self) -> dict[str, Any]:
        """How far the work is, as the API tells it."""
        return {"phase": self.phase, "rows_done": self.rows_done, "rows_total": self.rows_total}

    @classmethod
    def ready(cls) -> models.QuerySet[Self]:
        """What a worker may claim: all that is queued, but for what was put off until later."""
        return cls._default_manager.filter(
            models.Q(waits_for="") | models.Q(lease_until__lte=Now()), status=Status.QUEUED
        )

    @classmethod
    def claim(cls, pk: int, phase: str) -> Self | None:
        """The work, now ours for LEASE and in `phase`; None when it is not ready.

        Transactions of attempts before, which a lost worker left open, are ended.
        """
        with transaction.atomic():
            if (
                not cls.ready()
                .filter(pk=pk)
                .update(
                    status=Status.PROCESSING,
                    status_updated_at=Now(),
                    phase=phase,
                    rows_done=0,
                    rows_total=None,
                    attempts=F("attempts") + 1,
                    lease_until=Now() + LEASE,
                    waits_for="",
                )
            ):
                return None
            work = cls._default_manager.get(pk=pk)
            timeline.note(work, "begun", attempt=work.attempts)
        connections.take_over(f"{cls._meta.model_name} {pk}", work.attempts)
        return work

    def held(self) -> models.QuerySet[Self]:
        """The row, as long as this attempt holds it."""
        rows: models.QuerySet[Self] = type(self)._default_manager.filter(
            pk=self.pk, attempts=self.attempts, status=Status.PROCESSING
        )
        return rows

    def end(self, *, status: str, what: str = "", **fields: object) -> None:
        """Write the end if this attempt still holds the work; ClaimLost otherwise.

        The timeline calls it `what`, or else by its status.
        """
        with transaction.atomic():
            ended = {"status": status, "status_updated_at": Now(), "lease_until": None, "phase": ENDED}
            if not self.held().update(**ended, **fields):
                raise ClaimLost
            timeline.note(self, what or status)

    def put_back(self, **fields: object) -> None:
        """Put the work back into the queue, since it has to wait for its turn; ClaimLost in any case."""
        with transaction.atomic():
            queued = {"status": Status.QUEUED, "status_updated_at": Now(), "phase": WAITING}
            progress = {"rows_done": 0, "rows_total": None, "lease_until": Now() + AGAIN}
            if self.held().update(**queued, **progress, **fields):
                timeline.note(self, "put_back")
        raise ClaimLost

    def put_off(self, part: str) -> bool:
        """Back into the queue until the outage of `part` may be over; False when it has lasted for too long.

        ClaimLost when this attempt does not hold the work any more.
        """
        pause = min(FIRST_PAUSE * 2 ** min(self.outages, 10), LONGEST_PAUSE)
        with transaction.atomic():
            lasting = self.held().filter(models.Q(outage_since=None) | models.Q(outage_since__gt=Now() - PATIENCE))
            put_off = {"status": Status.QUEUED, "status_updated_at": Now(), "phase": WAITING, "rows_done": 0}
            put_off |= {"rows_total": None, "lease_until": Now() + pause, "waits_for": part}
            put_off |= {"outages": F("outages") + 1, "outage_since": Coalesce("outage_since", Now())}
            if lasting.update(**put_off):
                timeline.note(self, "put_off", part=part, seconds=int(pause.total_seconds()))
                return True
            if not self.held().exists():
                raise ClaimLost
            return False

    def cancel(self, by: User | None = None, what: str = "cancelled") -> bool:
        """End work that has not ended, for the reason `what`; False when it had."""
        with transaction.atomic():
            unended = type(self)._default_manager.filter(pk=self.pk, status__in=self.OPEN)
            ended = {"status": Status.CANCELLED, "status_updated_at": Now(), "lease_until": None, "phase": ENDED}
            if not unended.update(**ended):
                return False
            timeline.note(self, what, by)
            return True

    @classmethod
    def requeue_stale(cls) -> None:
        """Send again all work that a worker abandoned, that no worker was told of, or that found no place."""
        rows = cls._default_manager
        with transaction.atomic():
            stale = rows.filter(status=Status.PROCESSING, lease_until__lt=Now())
            for work in stale.select_for_update(skip_locked=True).only("pk", "attempts"):
                timeline.note(work, "lost", attempt=work.attempts)
                rows.filter(pk=work.pk).update(
                    status=Status.QUEUED, status_updated_at=Now(), phase=WAITING, rows_done=0, rows_total=None
                )
        forgotten = rows.filter(status=Status.QUEUED, lease_until__lt=Now())
        for pk in list(forgotten.order_by("pk").values_list("pk", flat=True)):
            if forgotten.filter(pk=pk).update(lease_until=Now() + REMINDER, waits_for=""):
                wake(cls.TASK, pk)


def roughly(seconds: float) -> str:
    """`seconds` to come in words, in steps so wide that a wavering guess stays in one."""
    if seconds <= 10:
        return "a few seconds"
    if seconds <= 60:
        return f"about {math.ceil(seconds / 10) * 10} seconds"
    minutes = math.ceil(seconds / 60)
    return f"about {minutes} minutes" if minutes <= 90 else f"about {math.ceil(minutes / 60)} hours"
