"""Downloads of a workorder's archives, and its sample."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext

from portal.pages.access import PersonRequest, page
from workorders.archives.builder import ArchiveKind, BeingMade
from workorders.archives.downloads import MOMENT, download_archive
from workorders.codes import picture
from workorders.codes.lookup import first_codes
from workorders.visibility import (
    with_codes,
    workorders_for,
)


@page("workorder_view")
def workorder_sample(request: PersonRequest, pk: int) -> HttpResponse:
    """The QR symbol of the workorder's first code, as SVG."""
    if request.user.looks_only:
        raise PermissionDenied
    workorder = get_object_or_404(workorders_for(request.user), pk=pk)
    code = get_object_or_404(first_codes(workorder), sequence=1)
    return HttpResponse(picture.render_svg(workorder, code.url), content_type="image/svg+xml")


@page("workorder_download")
def workorder_download(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The archive, a zip."""
    return _download(request, pk, "archive")


@page("workorder_sid_download")
def workorder_serial_numbers(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The simpler zip: codes.csv and the example image."""
    return _download(request, pk, "serial-numbers")


def _download(request: PersonRequest, pk: int, kind: ArchiveKind) -> HttpResponseBase:
    workorder = get_object_or_404(with_codes(workorders_for(request.user)), pk=pk)
    try:
        return download_archive(request, workorder, kind)
    except BeingMade:
        messages.error(request, gettext(MOMENT))
        return redirect("workorder-detail", pk=pk)
