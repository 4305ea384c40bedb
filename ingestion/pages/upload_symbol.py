"""The QR code that the upload form shows: that of the first code, as it will be."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext

from ingestion.pages.lines import IdFormat, may_upload
from ingestion.rules.identifiers import RULES
from portal.pages.access import PersonRequest, page
from workorders.codes import picture
from workorders.codes.url_prefixes import longest_id, warn_of_prefix
from workorders.models import Workorder
from workorders.rendering import qr_single
from workorders.rendering.qr_encoder import smallest_version
from workorders.rendering.secure_graphic import LAYOUTS
from workorders.visibility import own_workorders


@page("ingestion_code_create")
def upload_symbol(request: PersonRequest) -> HttpResponse:
    """Show the QR code of the first code as it will be, and how long an id may get behind the prefix."""
    if not may_upload(request.user) or request.user.company is None:
        raise PermissionDenied(gettext("Codes belong to a brand owner; only its people can upload them."))
    ids = RULES.get(request.GET.get("id_format", ""), RULES[IdFormat.DEFAULT])
    typed = request.GET.get("identifier", "") or ids.example
    identifier, into = ids.kept(typed) or typed, request.GET.get("workorder", "")
    if re.fullmatch("[0-9]{1,18}", into):
        workorder = get_object_or_404(own_workorders(request.user), pk=into, type=Workorder.Type.SSC)
        context = _describe_secure_code(workorder, identifier)
    else:
        prefix = request.GET.get("url_prefix", "").strip() or request.user.company.default_url_prefix
        context = _describe_qr(prefix, identifier, min(ids.longest, longest_id(prefix))) | {
            "doubt": warn_of_prefix(prefix)
        }
    return render(request, "ingestion/_symbol.html", context)


def _describe_qr(prefix: str, identifier: str, longest: int) -> dict[str, Any]:
    """Describe the QR code of an id; without a drawing where it would be too large."""
    url = prefix + identifier
    context: dict[str, Any] = {"url": url, "length": len(url), "longest_id": max(0, longest)}
    if url.isascii() and url.isprintable() and len(url) <= qr_single.CAPACITY:
        context["version"] = smallest_version(len(url), "M")
        context["drawing"] = b64encode(qr_single.draw_svg(url)).decode()
    return context


def _describe_secure_code(workorder: Workorder, identifier: str) -> dict[str, Any]:
    """Describe a secure code, in the layout of its workorder."""
    url = workorder.url_prefix + identifier
    context: dict[str, Any] = {"url": url, "length": len(url), "longest_id": workorder.longest_id}
    if url.isascii() and url.isprintable() and len(identifier) <= workorder.longest_id:
        context["version"] = LAYOUTS[workorder.layout].version
        context["drawing"] = b64encode(picture.render_svg(workorder, url)).decode()
    return context
