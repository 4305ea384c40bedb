"""Archives as downloads."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext_noop

from portal.storage.base import storage
from portal.storage.downloads import download, is_fetched, is_rest
from portal.timeline import note
from portal.values.addresses import address_of
from workorders import jobs
from workorders.archives.builder import ArchiveKind, BeingMade, NoCodes, build_archive
from workorders.archives.look import ImageLook
from workorders.archives.names import archive_name, file_name
from workorders.codes.first_download import Withdrawn, note_download, refuse_withdrawn
from workorders.models import Workorder

MOST_AT_ONCE = 2  # archives that one process makes or waits for, whose threads also answer everything else
PATIENCE = 5.0  # seconds for which it waits for one that another makes; most are there by then
MOMENT = gettext_noop("The archive is being made. Download it again in a moment.")
SUFFIXES: dict[ArchiveKind, str] = {"archive": "", "serial-numbers": "-serial-numbers"}

_places = BoundedSemaphore(MOST_AT_ONCE)


def download_archive(request: Any, workorder: Workorder, kind: ArchiveKind) -> HttpResponseBase:
    """Answer with the workorder's zip of that kind, named after its reference. Build it first if it is missing.

    Http404 while it has no codes, or when their upload was withdrawn; BeingMade where that takes longer than a web
    thread may wait. Who has them stands in the workorder's timeline.
    """
    refuse_withdrawn(workorder)
    try:
        name = _build_if_missing(workorder, kind)
    except NoCodes:
        raise Http404 from None
    if workorder.type == Workorder.Type.SID and workorder.state == Workorder.State.NEW:
        jobs.requeue_archive(workorder)
    return _zip_response(request, workorder, name, SUFFIXES[kind], kind)


def _build_if_missing(workorder: Workorder, kind: ArchiveKind) -> str:
    """Return the storage name of the archive; build it first if one of few places to do so is free."""
    name = archive_name(workorder, kind)
    if storage().exists(name):
        return name
    if not _places.acquire(blocking=False):
        raise BeingMade
    try:
        return build_archive(workorder, kind, patience=PATIENCE)
    finally:
        _places.release()


def download_images(request: Any, workorder: Workorder, look: ImageLook) -> HttpResponseBase:
    """Answer with the finished zip of images in that look."""
    return _zip_response(request, workorder, archive_name(workorder, look.name), f"-{look.style.kind}", "images")


def _zip_response(request: Any, workorder: Workorder, name: str, suffix: str, kind: str) -> HttpResponseBase:
    """Answer with the file, once it is noted that codes of the workorder are downloaded, and by whom."""
    try:
        response = download(request, name, f"{file_name(workorder)}{suffix}.zip", "application/zip")
    except FileNotFoundError:  # a withdrawal or a sweep deleted it meanwhile
        workorder.refresh_from_db(fields=["state"])
        refuse_withdrawn(workorder)
        raise BeingMade from None
    if is_fetched(request, response):
        detail = {"archive": kind, "resumed": is_rest(response)}
        try:
            with transaction.atomic():
                note_download(workorder)
                note(workorder, "downloaded", request.user, address=address_of(request), **detail)
        except Withdrawn:
            response.close()
            raise
    return response
