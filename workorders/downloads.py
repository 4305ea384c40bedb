"""Archives as downloads."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.utils.text import slugify

from portal.downloads import download
from workorders.archive import Kind, published
from workorders.models import Workorder

SUFFIXES: dict[Kind, str] = {"archive": "", "serial-numbers": "-serial-numbers"}


def archive_download(request: Any, workorder: Workorder, kind: Kind) -> HttpResponseBase:
    """The workorder's zip of that kind, named after its reference; built first where it is missing."""
    filename = f"{slugify(workorder.reference) or workorder.pk}{SUFFIXES[kind]}.zip"
    return download(request, published(workorder, kind), filename, "application/zip")
