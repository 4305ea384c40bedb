"""The page of the upload form."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render

from ingestion.errors.kinds import GS1_ID, KINDS, OF_CHANGES
from ingestion.pages.earlier_options import earlier_record, options_of
from ingestion.pages.lines import IdFormat, may_upload
from ingestion.readers.csv_reader import DELIMITER_NAMES
from ingestion.rules.identifiers import RULES
from portal.pages.access import PersonRequest, page
from workorders.models import ActivationStatus
from workorders.products.services import products_for
from workorders.secure.uploads import open_for_upload
from workorders.visibility import own_workorders

PRODUCTS_TO_CHOOSE_FROM = 300  # with more, the SKU is typed
WORKORDERS_TO_CHOOSE_FROM = 200  # the newest


@page("ingestion_code_create")
def upload(request: PersonRequest) -> HttpResponse:
    """Show the form whose script sends the file, with the options of the upload that `again` names."""
    if not may_upload(request.user):
        raise PermissionDenied("Codes belong to a brand owner; only its people can upload them.")
    earlier = earlier_record(request)
    products = products_for(request.user).filter(is_archived=False)[: PRODUCTS_TO_CHOOSE_FROM + 1]
    kept = options_of(earlier) if earlier else {}
    context = {
        "company": request.user.company,
        "kinds": [kind for kind in KINDS.values() if kind.kind not in OF_CHANGES],
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
