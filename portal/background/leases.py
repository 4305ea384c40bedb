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
from datetime import timedelta
from operator import attrgetter
from typing import Any, ClassVar, Self

from django.db import connection, models, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from portal import timeline
from portal.background.broker import wake
from portal.background.progress import ENDED, WAITING, Progress, Status
from portal.database import connections
from portal.models import User

LEASE = timedelta(seconds=10)  # a worker silent for longer has lost its claim
REMINDER = timedelta(seconds=30)  # what nobody claimed for so long is sent again
AGAIN = timedelta(seconds=5)  # after which the sweep sends again what found no place
PATIENCE = timedelta(hours=24)  # with an outage
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=1)  # before what met an outage is tried again
SERVED = """
    UPDATE portal_company SET served_at = statement_timestamp()
    WHERE id = (SELECT id FROM portal_company WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED)"""

logger = logging.getLogger(__name__)


class ClaimLost(Exception):  # noqa: N818  # an event, not a fault
    """The work was cancelled, or another worker took it over. Nothing may be stored."""


class Leased(Progress):
    """Work under a lease.

    Each change below writes its line of the timeline.

    | from | to | by |
    |---|---|---|
    | | processing | `create_claimed`, by work that the new work goes on with |
    | queued | processing | `claim`, for a lease that the worker renews |
    | processing | queued | `requeue_stale`, when the lease ran out; `put_off` at an outage; `put_back` to take turns |
    | processing | completed, error | `end`, by the worker that holds the lease |
    | one of OPEN | cancelled | `cancel` |
    """

    UNTRIED: ClassVar[dict[str, Any]] = {"attempts": 0, "outages": 0, "outage_since": None, "waits_for": ""}
    """The values that a piece of work has before its first attempt."""
    TASK: ClassVar[str]  # the name of the task that does it
    COMPANY: ClassVar[str] = "company"  # the path to the company whose work it is
    NEEDS: ClassVar[tuple[str, ...]] = ()  # the paths to further rows that every attempt reads
    LONG: ClassVar[models.Q]
    """The work that may take more than a second or two, for which `portal.background.worker_slots` has slots."""

    outages = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="How many of the attempts met an outage, and so do not count."
    )
    outage_since = models.DateTimeField(null=True, help_text="When the first of them did.")

    class Meta:
        abstract = True

    @property
    def faults(self) -> int:
        """Return the number of attempts, this one included, without those that met an outage."""
        return self.attempts - self.outages

    @classmethod
    def ready(cls) -> models.QuerySet[Self]:
        """Return the work that a worker may claim: all that is queued, except work that was put off until later."""
        return cls._default_manager.filter(
            models.Q(waits_for="") | models.Q(lease_until__lte=Now()), status=Status.QUEUED
        )

    @classmethod
    def claim(cls, pk: int, phase: str) -> Self | None:
        """Claim the work for LEASE, in `phase`, and return it, or return None when it is not ready.

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
            work = cls._default_manager.select_related(*cls.NEEDS).get(pk=pk)
            timeline.note(work, "begun", attempt=work.attempts)
            work._note_turn()
        work.take_over()
        return work

    @classmethod
    def create_claimed(cls, **fields: Any) -> Self:
        """Create work in its first attempt, for a process that goes on with it behind the caller's transaction."""
        claimed = {"status": Status.PROCESSING, "attempts": 1, "lease_until": Now() + LEASE}
        work = cls._default_manager.create(**claimed, **fields)
        timeline.note(work, "begun", attempt=1)
        return work

    def _note_turn(self) -> None:
        """Note that it was the turn of the work's company, unless others hold its row: nobody waits for that."""
        *path, company = self.COMPANY.split("__")
        with connection.cursor() as cursor:
            cursor.execute(SERVED, [attrgetter(".".join((*path, f"{company}_id")))(self)])

    def take_over(self) -> None:
        """Name this thread's connection after the attempt, and end those of attempts before it."""
        connections.take_over(f"{self._meta.model_name} {self.pk}", self.attempts)

    def held(self) -> models.QuerySet[Self]:
        """The row, as long as this attempt holds it."""
        rows: models.QuerySet[Self] = type(self)._default_manager.filter(
            pk=self.pk, attempts=self.attempts, status=Status.PROCESSING
        )
        return rows

    def ended_here(self) -> models.QuerySet[Self]:
        """The row, once this attempt has ended it."""
        rows: models.QuerySet[Self] = type(self)._default_manager.filter(
            pk=self.pk, attempts=self.attempts, status__in=(Status.COMPLETED, Status.ERROR)
        )
        return rows

    def end(self, *, status: str, what: str = "", **fields: object) -> None:
        """Write the end if this attempt still holds the work. Raise ClaimLost otherwise.

        The timeline calls it `what`, or else by its status.
        """
        with transaction.atomic(savepoint=False):
            ended = {"status": status, "status_updated_at": Now(), "lease_until": None, "phase": ENDED}
            was_held = self.held().update(**ended, **fields)
            if was_held:
                timeline.note(self, what or status)
        if not was_held:
            raise ClaimLost

    def put_back(self, **fields: object) -> None:
        """Put the work back into the queue, since it has to wait for its turn. Always raise ClaimLost."""
        with transaction.atomic():
            queued = {"status": Status.QUEUED, "status_updated_at": Now(), "phase": WAITING}
            progress = {"rows_done": 0, "rows_total": None, "lease_until": Now() + AGAIN}
            if self.held().update(**queued, **progress, **fields):
                timeline.note(self, "put_back")
        raise ClaimLost

    def put_off(self, part: str) -> bool:
        """Put the work back into the queue until `part` may be available, or return False after too long an outage.

        Raise ClaimLost when this attempt does not hold the work any more.
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
        """End the work for the reason `what`, or return False when it had ended."""
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
