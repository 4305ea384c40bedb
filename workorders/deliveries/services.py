"""Rules for the secure codes that people of a printing partner prepare and download.

A workorder whose secure codes can be downloaded once is handed out a single time: the download that is noted first is
the one. A client that asks for the archive in parts may go on with those that were not sent yet, for RESUMABLE from
then on. No byte is sent twice; where a download broke off, the brand owner can allow one more.
"""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext

from portal.background.progress import Status
from portal.models import Event, User
from portal.timeline import events_of, note
from portal.values.words import gettext_lazy
from workorders import jobs
from workorders.archives.images import REPOSE, JustFailed
from workorders.deliveries.delivery import Delivery, DeliveryFormat, is_stored
from workorders.models import Job, Workorder
from workorders.secure.emails import queue_emails

FAILED: Final = gettext_lazy(
    "Codeport could not make these secure codes. Ask for them again in a minute; if that fails too, tell the"
    " operators of this portal."
)

NOTHING_SPENT: Final = gettext_lazy("Nothing was downloaded since, so there was nothing to allow.")
DOWNLOADED, ALLOWED = "downloaded", "download_allowed"

State = Workorder.State


class NotNow(Exception):  # noqa: N818  # an event, not a fault
    """Secure codes are not handed out now; the message says why, and what would help."""


def delivery_refusal(workorder: Workorder) -> str:
    """Say why the secure codes of the workorder cannot be generated or downloaded now; empty when they can."""
    if workorder.state == State.NEW:
        return gettext(
            "Confirm equipment and substrate first: secure codes are drawn for the resolution of the equipment."
        )
    if workorder.state != State.READY_TO_PRINT:
        state = workorder.get_state_display()
        return gettext("This workorder is {state}; secure codes are handed out while it is ready to print.").format(
            state=state
        )
    if not workorder.has_codes:
        return gettext("This workorder has no codes yet. They can be generated once the brand owner has uploaded them.")
    return ""


@transaction.atomic
def prepare_delivery(workorder: Workorder, kind: DeliveryFormat, user: User, address: str | None) -> Job:
    """Return the job that makes an archive of all present codes for this person; start it if there is none.

    Raise NotNow with `delivery_refusal`, or when nobody could download the archive, and JustFailed when
    such a job failed less than REPOSE ago. `address` is noted with the job.
    """
    workorder = Workorder.objects.select_for_update().get(pk=workorder.pk)  # who cancels it waits, or was first
    if reason := delivery_refusal(workorder):
        raise NotNow(reason)
    delivery = Delivery(kind, workorder.codes_count, user.pk, address or "")
    alike = workorder.jobs.filter(what=Job.What.SECURE, created_by=user)
    alike = alike.filter(parameters__format=kind, parameters__codes=delivery.codes)
    lasting = alike.filter(status__in=Job.LASTING).first()
    if lasting and (not lasting.has_ended or is_stored(lasting)):
        return lasting
    if reason := download_refusal(workorder):
        raise NotNow(reason)
    if alike.filter(status=Status.ERROR, status_updated_at__gt=Now() - REPOSE).exists():
        raise JustFailed(FAILED)
    if lasting is None:
        return jobs.start(workorder, Job.What.SECURE, delivery.parameters, user)
    jobs.requeue(lasting)
    lasting.refresh_from_db()
    return lasting


def deliveries_for(workorder: Workorder, user: User) -> list[Job]:
    """List the jobs that prepared secure codes for the person, newest first."""
    return list(workorder.jobs.filter(what=Job.What.SECURE, created_by=user))


def allow_download(workorder: Workorder, by: User) -> bool:
    """Allow one more download of the secure codes. Return False when the last one was not used."""
    with transaction.atomic():
        locked = Workorder.objects.select_for_update().get(pk=workorder.pk)
        if not download_refusal(locked):
            return False
        queue_emails(note(locked, ALLOWED, by))
    return True


def download_refusal(workorder: Workorder) -> str:
    """Say why nobody may begin a download any more; empty when somebody may."""
    first = first_download(workorder)
    if first is None or not workorder.download_once:
        return ""
    began = gettext("{by} did at {at:%Y-%m-%d %H:%M} UTC").format(by=first.by, at=first.at)
    return gettext(
        "The secure codes of this workorder can be downloaded once, and {began}."
        " If that download broke off, {company} can allow one more."
    ).format(began=began, company=workorder.company)


def first_download(workorder: Workorder) -> Event | None:
    """Return the first download since another one was allowed."""
    events = events_of(workorder)
    allowed = events.filter(what=ALLOWED).last()
    secure = events.filter(what=DOWNLOADED, detail__has_key="delivery", pk__gt=allowed.pk if allowed else 0)
    return secure.first()
