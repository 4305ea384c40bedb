"""The page of the upload form."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext

from ingestion.options.templates import faults_of, templates_of
from ingestion.pages.earlier_options import earlier_record, options_of
from ingestion.pages.lines import IdFormat, may_change, may_upload
from ingestion.pages.templates import template_of
from ingestion.readers.csv_reader import DELIMITER_NAMES
from ingestion.rules.identifiers import RULES
from portal.pages.access import PersonRequest, page
from portal.pages.lists import chosen
from portal.values.problems import in_language
from portal.values.words import gettext_lazy
from workorders.models import LONGEST_REFERENCE, ActivationStatus, Workorder
from workorders.products.services import products_for
from workorders.secure.uploads import open_for_upload, upload_refusal
from workorders.visibility import own_workorders

PRODUCTS_TO_CHOOSE_FROM = 300  # with more, the SKU is typed
WORKORDERS_TO_CHOOSE_FROM = 200  # the newest


KINDS_OF_UPLOAD = {  # by the part of the page that they show: label, title, address, who may
    "new": (gettext_lazy("New codes"), gettext_lazy("Upload codes"), "upload", may_upload),
    "changes": (gettext_lazy("Change codes"), gettext_lazy("Change codes by a file"), "upload-changes", may_change),
}


@page("ingestion_code_create")
def upload(request: PersonRequest) -> HttpResponse:
    """Show the form whose script sends a file of new codes, with the options of the upload that `again` names."""
    return _show(request, "new")


@page("scm_bulk_edit")
def upload_changes(request: PersonRequest) -> HttpResponse:
    """Show the same form for a file that changes codes; its script turns from one kind to the other."""
    return _show(request, "changes")


def _show(request: PersonRequest, kind: str) -> HttpResponse:
    _label, title, _address, may = KINDS_OF_UPLOAD[kind]
    if not may(request.user):
        raise PermissionDenied(gettext("Codes belong to a brand owner; only its people can upload them."))
    earlier = earlier_record(request)
    products = products_for(request.user).filter(is_archived=False)[: PRODUCTS_TO_CHOOSE_FROM + 1]
    template = template_of(request) if kind == "new" else None
    kept = (options_of(earlier.parameters) if earlier else {}) | (options_of(template.parameters) if template else {})
    into = request.GET.get("workorder") or str(kept.get("workorder", ""))
    context = {
        "kind": kind,
        "title": title,
        "tabs": [
            (each, label, its_title, reverse(address))
            for each, (label, its_title, address, its_may) in KINDS_OF_UPLOAD.items()
            if its_may(request.user)
        ],
        "company": request.user.company,
        "id_formats": [(value, label, RULES[value].example) for value, label in IdFormat.choices],
        "delimiters": DELIMITER_NAMES.items(),
        "products": products,
        "choose_product": len(products) <= PRODUCTS_TO_CHOOSE_FROM,
        "activation_statuses": ActivationStatus.choices,
        "longest_reference": LONGEST_REFERENCE,
        "max_bytes": settings.MAX_UPLOAD_BYTES,
        "max_plain": settings.MAX_FORM_BYTES,
        "earlier": earlier,
        "kept": kept,
        "template": template,
        "faults": faults_of(template) if template else (),
        "templates": templates_of(request.user.company) if request.user.company else (),
        "workorders": _workorders_to_choose(request, into),
        "into": into,
    }
    return render(request, "ingestion/upload.html", context)


def _workorders_to_choose(request: PersonRequest, into: str) -> list[Workorder]:
    """Return the newest workorders that take codes, and the one that is asked for, however old it is.

    Where that takes none, the person is told why: the codes would become plain ones.
    """
    own = own_workorders(request.user)
    found = list(open_for_upload(own).filter(is_archived=False)[:WORKORDERS_TO_CHOOSE_FROM])
    if not into or any(str(each.pk) == into for each in found):
        return found
    asked = get_object_or_404(chosen([into], own))
    if refusal := upload_refusal(asked):
        messages.error(request, in_language(refusal))
        return found
    return [asked, *found]
