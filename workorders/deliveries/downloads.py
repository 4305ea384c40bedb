"""Download prepared secure codes. Each download is noted before its first byte."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext

from portal.background.progress import Status
from portal.database.clock import database_now
from portal.models import User
from portal.storage.downloads import is_fetched, is_rest, sent, streamed
from portal.timeline import events_of, note
from portal.values.addresses import address_of
from workorders.archives.names import file_name
from workorders.deliveries.delivery import Delivery, delivery_name, is_stored
from workorders.deliveries.services import DOWNLOADED, NotNow, delivery_refusal, download_refusal, first_download
from workorders.models import Job, Workorder

RESUMABLE: Final = timedelta(hours=1)


def download_delivery(request: HttpRequest, job: Job, user: User, *, by_get: bool) -> HttpResponseBase:
    """Answer with the archive that was prepared for `user`, and note the download. Raise NotNow if there is none.

    HEAD hands out nothing, so it is not noted. Unless `by_get`, the only download does not begin with a GET, which
    browsers also send ahead of people and programs that look at links.
    """
    if job.status != Status.COMPLETED or not is_stored(job):
        raise NotNow(gettext("This archive is not there any more, or not yet; generate it again."))
    name = f"{file_name(job.workorder)}-secure-{Delivery.of(job).format}.zip"
    response = streamed(request, delivery_name(job), name, "application/zip")
    response["Cache-Control"] = "no-store"
    if is_fetched(request, response):
        try:
            if not by_get and request.method == "GET" and job.workorder.download_once and not is_rest(response):
                raise NotNow(gettext("Press the button to download these secure codes: they can be downloaded once."))
            _note(job, user, address_of(request), sent(response), is_rest=is_rest(response))
        except NotNow:
            response.close()
            raise
    return response


def _note(job: Job, user: User, address: str | None, bytes_sent: range, *, is_rest: bool) -> None:
    with transaction.atomic():
        workorder = Workorder.objects.select_for_update().get(pk=job.workorder_id)
        if reason := delivery_refusal(workorder):
            raise NotNow(reason)
        if (reason := download_refusal(workorder)) and not (
            is_rest and _may_resume(workorder, job, user, bytes_sent.start)
        ):
            raise NotNow(reason)
        delivery = {"delivery": job.pk, "format": Delivery.of(job).format, "until": bytes_sent.stop}
        note(workorder, DOWNLOADED, user, address=address, **delivery, resumed=is_rest)


def _may_resume(workorder: Workorder, job: Job, user: User, start: int) -> bool:
    """Say whether the person who began may have the bytes from `start` on, none of which was sent yet."""
    first = first_download(workorder)
    if first is None or first.by != user or first.detail["delivery"] != job.pk:
        return False
    parts = events_of(workorder).filter(what=DOWNLOADED, detail__has_key="delivery", pk__gte=first.pk)
    ends = [part.detail.get("until") for part in parts]  # None is the whole, as it was noted before
    return database_now() - first.at < RESUMABLE and all(end is not None and end <= start for end in ends)
