"""Run a job in a worker."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.db import transaction

from portal.background import worker_slots
from portal.background.leases import ClaimLost
from portal.background.progress import Status
from portal.background.pulse import Pulse, perform
from workorders import jobs
from workorders.archives import builder as archive
from workorders.archives import image_archive
from workorders.changes import activation
from workorders.deliveries import archive as delivery_archive
from workorders.models import Job
from workorders.orders import minting

HANDLERS: dict[str, Callable[[Job, Pulse], None]] = {
    Job.What.MINT: minting.mint_codes,
    Job.What.ARCHIVE: archive.run_archive_job,
    Job.What.IMAGES: image_archive.run_images_job,
    Job.What.SECURE: delivery_archive.run_delivery_job,
    Job.What.ACTIVATE: activation.activate_codes,
    Job.What.BLACKLIST: activation.blacklist_codes,
}
"""The function of each kind of job. It must call `job.end` in the transaction that makes its result visible."""


def run(job_id: int) -> None:
    """Run a job if it is queued, so that a message may come twice."""
    job = Job.claim(job_id, Job.Phase.WAITING)
    if job is not None:
        _run(job)


def run_behind() -> None:
    """Run the jobs that the work of this process goes on with, such as the archive of the codes that it loaded."""
    for job in worker_slots.take_behind():
        if isinstance(job, Job):
            job.take_over()
            _run(job)


def _run(job: Job) -> None:
    perform(job, lambda pulse: HANDLERS[job.what](job, pulse), lambda reason: _give_up(job, reason))


def _give_up(job: Job, reason: str) -> None:
    """End the job with an error, if this attempt still holds it."""
    with suppress(ClaimLost), transaction.atomic():
        job.end(status=Status.ERROR, detail=reason)
        jobs.cancel_workorder_without_codes(job)
