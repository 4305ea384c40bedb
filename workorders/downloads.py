"""Archives as downloads."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils.text import slugify

from portal.downloads import download
from workorders.archive import Kind, NoCodes, archive_name, published
from workorders.images import Look
from workorders.models import Workorder

SUFFIXES: dict[Kind, str] = {"archive": "", "serial-numbers": "-serial-numbers"}


def archive_download(request: Any, workorder: Workorder, kind: Kind) -> HttpResponseBase:
    """The workorder's zip of that kind, named after its reference; built first where it is missing.

    Http404 while it has no codes.
    """
    try:
        return _zip(request, workorder, published(workorder, kind), SUFFIXES[kind])
    except NoCodes:
        raise Http404 from None


def images_download(request: Any, workorder: Workorder, look: Look) -> HttpResponseBase:
    """The finished zip with an image of every code in that look."""
    return _zip(request, workorder, archive_name(workorder, look.name), f"-{look.style.kind}")


def _zip(request: Any, workorder: Workorder, name: str, suffix: str) -> HttpResponseBase:
    filename = f"{slugify(workorder.reference) or workorder.pk}{suffix}.zip"
    return download(request, name, filename, "application/zip")
