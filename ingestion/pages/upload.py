"""Pages of uploads: the overview and the upload form."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from ingestion.errors.kinds import GS1_ID, KINDS
from ingestion.fields import parse_defaults
from ingestion.models import IngestionRecord
from ingestion.pages.lines import IdFormat, may_upload
from ingestion.readers.csv_reader import DELIMITER_NAMES
from ingestion.rules.identifiers import RULES
from portal.pages.access import PersonRequest, page
from workorders.codes import picture
from workorders.codes.url_prefixes import longest_id, warn_of_prefix
from workorders.models import ActivationStatus, Workorder
from workorders.products.services import products_for
from workorders.rendering import qr_single
from workorders.rendering.qr_encoder import smallest_version
from workorders.rendering.secure_graphic import LAYOUTS
from workorders.secure.uploads import open_for_upload
from workorders.visibility import own_workorders

PRODUCTS_TO_CHOOSE_FROM = 300  # with more, the SKU is typed
WORKORDERS_TO_CHOOSE_FROM = 200  # the newest


@page("ingestion_code_create")
def upload(request: PersonRequest) -> HttpResponse:
    """The form whose script sends the file; after a record that `again` names, with its options."""
    if not may_upload(request.user):
        raise PermissionDenied("Codes belong to a brand owner; only its people can upload them.")
    again = request.GET.get("again")
    earlier = get_object_or_404(IngestionRecord, company=request.user.company, key=again) if again else None
    products = products_for(request.user).filter(is_archived=False)[: PRODUCTS_TO_CHOOSE_FROM + 1]
    kept = options_of(earlier) if earlier else {}
    context = {
        "company": request.user.company,
        "kinds": KINDS.values(),
        "gs1_id": GS1_ID,
        "id_formats": [(value, label, RULES[value].example) for value, label in IdFormat.choices],
        "delimiters": DELIMITER_NAMES.items(),
        "products": products,
        "choose_product": len(products) <= PRODUCTS_TO_CHOOSE_FROM,
        "activation_statuses": ActivationStatus.choices,
        "max_bytes": settings.MAX_UPLOAD_BYTES,
        "earlier": earlier,
        "kept": kept,
        "workorders": open_for_upload(own_workorders(request.user)).filter(is_archived=False)[
            :WORKORDERS_TO_CHOOSE_FROM
        ],
        "into": request.GET.get("workorder") or str(kept.get("workorder", "")),
    }
    return render(request, "ingestion/upload.html", context)


def options_of(record: IngestionRecord) -> dict[str, Any]:
    """The options of the record's upload, as the form's fields have them; nothing for those that were not set."""
    given = record.parameters
    defaults = parse_defaults(given.get("default_scm_data", {}))
    reason = {"blacklist_reason": str(defaults.blacklist_reason)} if defaults.blacklist_reason else {}
    kept = {
        "product": defaults.product,
        "activation_status": defaults.activation_status,
        "scm": _json([*(reason | defaults.scm).items()]),
        "columns": _json(given.get("columns", {})),
    }
    names = ("url_prefix", "allow_posted_duplicates", "delimiter", "id_format", "workorder")
    kept |= {name: given.get(name) for name in names}
    return {name: value for name, value in kept.items() if value}


def _json(values: dict[str, str] | list[Any]) -> str:
    """`values` for the page's script; nothing when there are none."""
    return json.dumps(values) if values else ""


@page("ingestion_code_create")
def upload_symbol(request: PersonRequest) -> HttpResponse:
    """The QR symbol of the first code as it will be, and how long an id may get behind the prefix."""
    if not may_upload(request.user) or request.user.company is None:
        raise PermissionDenied("Codes belong to a brand owner; only its people can upload them.")
    ids = RULES.get(request.GET.get("id_format", ""), RULES[IdFormat.DEFAULT])
    typed = request.GET.get("identifier", "") or ids.example
    identifier, into = ids.kept(typed) or typed, request.GET.get("workorder", "")
    if re.fullmatch("[0-9]{1,18}", into):
        workorder = get_object_or_404(own_workorders(request.user), pk=into, type=Workorder.Type.SSC)
        context = _secure_symbol(workorder, identifier)
    else:
        prefix = request.GET.get("url_prefix", "").strip() or request.user.company.url_prefix
        context = _symbol(prefix, identifier, min(ids.longest, longest_id(prefix))) | {"doubt": warn_of_prefix(prefix)}
    return render(request, "ingestion/_symbol.html", context)


def _symbol(prefix: str, identifier: str, longest: int) -> dict[str, Any]:
    """What the page says of the plain symbol of an id; no drawing where it would be too large."""
    url = prefix + identifier
    context: dict[str, Any] = {"url": url, "length": len(url), "longest_id": max(0, longest)}
    if url.isascii() and url.isprintable() and len(url) <= qr_single.CAPACITY:
        context["version"] = smallest_version(len(url), "M")
        context["drawing"] = b64encode(qr_single.draw_svg(url)).decode()
    return context


def _secure_symbol(workorder: Workorder, identifier: str) -> dict[str, Any]:
    """The same of a secure code, in the layout of its workorder."""
    url = workorder.url_prefix + identifier
    context: dict[str, Any] = {"url": url, "length": len(url), "longest_id": workorder.longest_id}
    if url.isascii() and url.isprintable() and len(identifier) <= workorder.longest_id:
        context["version"] = LAYOUTS[workorder.layout].version
        context["drawing"] = b64encode(picture.render_svg(workorder, url)).decode()
    return context
