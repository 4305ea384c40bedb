"""Long work on workorders: asked for once, done by a worker under a lease, cancelled or given up whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from portal.broker import wake
from portal.leases import REMINDER, ClaimLost, Pulse, Status, perform
from portal.models import User
from workorders import minting, tasks
from workorders.models import Job, Workorder

WORKS: dict[str, Callable[[Job, Pulse], None]] = {Job.What.MINT: minting.mint}
"""How each kind of job is done: `job.end` must be called in the transaction that makes its result visible."""


def start(workorder: Workorder, what: Job.What, parameters: dict[str, Any], user: User) -> Job:
    """The job of these parameters, which is queued first if there is none that is open or completed."""
    with transaction.atomic():
        Workorder.objects.select_for_update().get(pk=workorder.pk)  # who asks at the same time waits here
        asked = Job.objects.filter(workorder=workorder, what=what, parameters=parameters)
        job = asked.filter(status__in=Job.LASTING).first()
        if job is None:
            job = Job.objects.create(
                workorder=workorder, what=what, parameters=parameters, created_by=user, lease_until=Now() + REMINDER
            )
            transaction.on_commit(lambda: wake(tasks.run_job, job.pk))
    return job


def run(job_id: int) -> None:
    """Do a queued job; nothing happens when it is not queued, so a message may come twice."""
    job = Job.claim(job_id, Job.Phase.CREATING)
    if job is not None:
        perform(job, lambda pulse: WORKS[job.what](job, pulse), lambda reason: _give_up(job, reason))


def cancel(job: Job) -> bool:
    """End a job that has not ended; False when it had."""
    with transaction.atomic():
        cancelled = job.cancel()
        if cancelled:
            _leave_without_codes(job)
    return cancelled


def _give_up(job: Job, reason: str) -> None:
    """End the job as one that Codeport could not do, if this attempt still holds it."""
    with suppress(ClaimLost), transaction.atomic():
        job.end(status=Status.ERROR, detail=reason)
        _leave_without_codes(job)


def _leave_without_codes(job: Job) -> None:
    """Cancel the workorder whose codes will never be made."""
    if job.what == Job.What.MINT:
        Workorder.objects.filter(pk=job.workorder_id).update(state=Workorder.State.CANCELLED)
