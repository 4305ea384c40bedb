"""An archive with an image of every code, in the look that was asked for."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext

from portal.background.progress import Status
from portal.models import User
from portal.storage.base import storage
from workorders import jobs
from workorders.archives.look import ImageLook
from workorders.archives.names import archive_name
from workorders.codes.first_download import hold_against_withdrawal, refuse_withdrawn
from workorders.models import Job, Workorder

REPOSE = timedelta(minutes=1)  # before a job that failed is begun again for whoever asks


class JustFailed(Exception):  # noqa: N818  # an event, not a fault
    """The images could not be made when they were last asked for, a moment ago. The message says so."""


def request_images(workorder: Workorder, look: ImageLook, user: User) -> tuple[str, Job | None]:
    """Queue a job that makes the archive in this look, unless it is stored; return its name and the job, if any.

    Raise JustFailed when that job failed less than REPOSE ago, so that repeated calls do not start it again and again,
    and Withdrawn when the upload of the codes was withdrawn.
    """
    refuse_withdrawn(workorder)
    name = archive_name(workorder, look.name)
    if storage().exists(name):
        return name, None
    failed = workorder.jobs.filter(what=Job.What.IMAGES, parameters=look.parameters, status=Status.ERROR)
    if failed.filter(status_updated_at__gt=Now() - REPOSE).exists():
        raise JustFailed(
            gettext(
                "Codeport could not make these images. Order them again in a minute; if that fails too, tell the"
                " operators of this portal."
            )
        )
    with transaction.atomic():
        hold_against_withdrawal(workorder)
        job = jobs.start(workorder, Job.What.IMAGES, look.parameters, user)
        if job.status == Status.COMPLETED:
            if storage().exists(name):  # it was being made when we looked
                return name, None
            jobs.requeue(job)
            job.refresh_from_db()
    return name, job
