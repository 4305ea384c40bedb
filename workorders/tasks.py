"""Signatures for the worker: each takes an id and is safe to run twice."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from portal.broker import wake
from workorders import jobs, services
from workorders.models import Job, Workorder

UNPREPARED_FOR = timedelta(seconds=30)


@shared_task
def prepare(workorder_id: int) -> None:
    services.prepare(workorder_id)


@shared_task
def run_job(job_id: int) -> None:
    jobs.run(job_id)


@shared_task
def sweep() -> None:
    """Remind the worker of SID workorders that should have been prepared by now."""
    late = timezone.now() - UNPREPARED_FOR
    unprepared = Workorder.objects.filter(type=Workorder.Type.SID, state=Workorder.State.NEW, created_at__lt=late)
    for pk in services.with_codes(unprepared).values_list("pk", flat=True)[:100]:
        wake(prepare, pk)


@shared_task
def requeue_stale_jobs() -> None:
    Job.requeue_stale(run_job)
