"""Signatures for the worker: each takes an id and is safe to run twice."""

from celery import shared_task

from workorders import work
from workorders.models import Job


@shared_task
def run_job(job_id: int) -> None:
    work.run(job_id)


@shared_task
def sweep() -> None:
    """Send again what a worker abandoned, or no worker was told of."""
    Job.requeue_stale(run_job)
