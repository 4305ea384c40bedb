"""Start, repeat and cancel jobs, the long work on workorders. `workorders.job_runner` says how a worker does them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from portal import timeline
from portal.background import worker_slots
from portal.background.broker import wake
from portal.background.leases import REMINDER
from portal.background.progress import Status
from portal.models import User
from portal.values.words import gettext_lazy
from workorders.codes.url_prefixes import release_url_prefix
from workorders.models import Job, Workorder

REST = timedelta(hours=1)  # of an archive that was given up, before it is begun anew
MOST_AT_ONCE = 100
NOT_MINTING = gettext_lazy("This workorder was not being created any more, so there was nothing to cancel.")


def start(workorder: Workorder, what: Job.What, parameters: dict[str, Any], user: User) -> Job:
    """Return the open or completed job of these parameters; queue a new one if there is none."""
    with transaction.atomic():
        Workorder.objects.select_for_update(no_key=True).get(pk=workorder.pk)  # who asks at the same time waits here
        asked = Job.objects.filter(workorder=workorder, what=what, parameters=parameters)
        job = asked.filter(status__in=Job.LASTING).first()
        if job is None:
            job = Job.objects.create(
                workorder=workorder, what=what, parameters=parameters, created_by=user, lease_until=Now() + REMINDER
            )
            transaction.on_commit(lambda: wake(job.TASK, job.pk))
    return job


def start_first_archive(workorder: Workorder, user: User) -> None:
    """Begin the archive of a workorder whose codes the caller's transaction creates.

    A short one is built by the worker's process that loads the codes, right behind its commit. Should that die first,
    the job's lease runs out, as with any other.
    """
    archive = {"workorder": workorder, "what": Job.What.ARCHIVE, "created_by": user}
    if worker_slots.may_follow() and workorder.quantity <= Job.MOST_SHORT:
        claimed = Job.create_claimed(**archive)
        transaction.on_commit(lambda: worker_slots.follow(claimed))
    else:
        job = Job.objects.create(**archive, lease_until=Now() + REMINDER)
        transaction.on_commit(lambda: wake(job.TASK, job.pk))


def requeue(job: Job, ended: Status = Status.COMPLETED) -> None:
    """Queue a job once more that `ended` so, because what it made is gone, or was never made."""
    with transaction.atomic():
        anew = {"status": Status.QUEUED, "status_updated_at": Now(), "lease_until": Now() + REMINDER}
        if Job.objects.filter(pk=job.pk, status=ended).update(**anew, **Job.UNTRIED):
            timeline.note(job, "asked_again")
            transaction.on_commit(lambda: wake(job.TASK, job.pk))


def requeue_archive(workorder: Workorder) -> None:
    """Queue the workorder's archive once more if it was given up; without it a new workorder is never completed."""
    with transaction.atomic():
        if not Workorder.objects.select_for_update(no_key=True).filter(pk=workorder.pk).exists():
            return  # its upload was withdrawn
        archives = Job.objects.filter(workorder=workorder, what=Job.What.ARCHIVE)
        failed = archives.filter(status=Status.ERROR).first()
        if failed is not None and not archives.filter(status__in=Job.LASTING).exists():
            requeue(failed, Status.ERROR)


def requeue_failed_archives() -> None:
    """Queue the archives once more that were given up because of an outage, at least REST ago."""
    given_up = Job.objects.filter(what=Job.What.ARCHIVE, status=Status.ERROR, outage_since__isnull=False)
    new = given_up.filter(workorder__state=Workorder.State.NEW, status_updated_at__lt=Now() - REST)
    for job in new.select_related("workorder").order_by("pk")[:MOST_AT_ONCE]:
        requeue_archive(job.workorder)


def cancel(job: Job, by: User) -> bool:
    """Cancel a job. Return False when it had ended already."""
    with transaction.atomic():
        cancelled = job.cancel(by)
        if cancelled:
            cancel_workorder_without_codes(job)
    return cancelled


def cancel_all(workorder: Workorder, by: User) -> None:
    """Cancel the open jobs of a workorder whose codes are there. The caller's transaction holds its row."""
    for job in workorder.jobs.filter(status__in=Job.OPEN):
        cancel(job, by)


def cancel_minting(workorder: Workorder, by: User) -> bool:
    """Cancel the minting of the workorder, and with it the workorder. Return False when it had ended already."""
    job = workorder.minting
    if job is None or not cancel(job, by):
        return False
    workorder.refresh_from_db()
    return True


def cancel_workorder_without_codes(job: Job) -> None:
    """Cancel the workorder if the job was its minting, since its codes will never be made."""
    if job.what == Job.What.MINT:
        Workorder.objects.filter(pk=job.workorder_id).update(state=Workorder.State.CANCELLED)
        release_url_prefix(job.workorder.company_id, job.workorder.url_prefix)
