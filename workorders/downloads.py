"""Archives as downloads."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils.text import slugify

from portal.addresses import address_of
from portal.downloads import download, is_fetched, is_rest
from portal.timeline import note
from workorders import jobs
from workorders.archive import Kind, NoCodes, archive_name, published
from workorders.images import Look
from workorders.models import Workorder

SUFFIXES: dict[Kind, str] = {"archive": "", "serial-numbers": "-serial-numbers"}


def archive_download(request: Any, workorder: Workorder, kind: Kind) -> HttpResponseBase:
    """The workorder's zip of that kind, named after its reference; built first where it is missing.

    Http404 while it has no codes. Who has the secure codes of a workorder stands in its timeline.
    """
    try:
        name = published(workorder, kind)
    except NoCodes:
        raise Http404 from None
    if workorder.type == Workorder.Type.SID and workorder.state == Workorder.State.NEW:
        jobs.archive_again(workorder)
    response = _zip(request, workorder, name, SUFFIXES[kind])
    if workorder.type == Workorder.Type.SSC and is_fetched(request, response):
        detail = {"archive": kind, "resumed": is_rest(response)}
        note(workorder, "downloaded", request.user, address=address_of(request), **detail)
    return response


def images_download(request: Any, workorder: Workorder, look: Look) -> HttpResponseBase:
    """The finished zip with an image of every code in that look."""
    return _zip(request, workorder, archive_name(workorder, look.name), f"-{look.style.kind}")


def file_name(workorder: Workorder) -> str:
    """What the files of a workorder are called before their endings."""
    return slugify(workorder.reference) or str(workorder.pk)


def _zip(request: Any, workorder: Workorder, name: str, suffix: str) -> HttpResponseBase:
    return download(request, name, f"{file_name(workorder)}{suffix}.zip", "application/zip")
