"""Long work on workorders: asked for once, cancelled whole. `workorders.work` says how a worker does it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from portal.broker import wake
from portal.leases import REMINDER, Status
from portal.models import User
from workorders import tasks
from workorders.models import Job, Workorder
from workorders.url_prefixes import release_url_prefix


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


def again(job: Job) -> None:
    """Queue a completed job once more, because what it made is gone."""
    with transaction.atomic():
        completed = Job.objects.filter(pk=job.pk, status=Status.COMPLETED)
        if completed.update(status=Status.QUEUED, status_updated_at=Now(), attempts=0, lease_until=Now() + REMINDER):
            transaction.on_commit(lambda: wake(tasks.run_job, job.pk))


def cancel(job: Job, by: User) -> bool:
    """End a job that has not ended; False when it had."""
    with transaction.atomic():
        cancelled = job.cancel(by)
        if cancelled:
            leave_without_codes(job)
    return cancelled


def leave_without_codes(job: Job) -> None:
    """Cancel the workorder whose codes will never be made, if that was the job."""
    if job.what == Job.What.MINT:
        Workorder.objects.filter(pk=job.workorder_id).update(state=Workorder.State.CANCELLED)
        release_url_prefix(job.workorder.company_id, job.workorder.url_prefix)
