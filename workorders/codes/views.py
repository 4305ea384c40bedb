"""Pages of codes: searching for them, and the symbol of one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from portal.models import User
from portal.pages.access import PersonRequest, page
from portal.pages.lists import asked, chosen, picked, searched, stretch_of
from workorders.codes.first_download import note_download
from workorders.codes.lookup import may_see_codes, parse_id, search_codes
from workorders.codes.picture import image_response
from workorders.models import ActivationStatus, Code, Workorder
from workorders.rendering import qr_single
from workorders.visibility import workorders_for

PNG_MODULES = (4, 10, 20, 40)  # pixels a module that can be chosen


@page("workorder_view")
def code_list(request: PersonRequest) -> HttpResponse:
    """The company's codes whose ids begin with what is looked for, of one workorder or status if the URL names one."""
    if request.user.brand is None:
        raise PermissionDenied("Codes belong to a brand owner; only its people can search them.")
    query = parse_id(searched(request))
    codes = search_codes(request.user.brand, query)
    status = picked(request, "status", [*map(str, ActivationStatus.values)])
    choices: list[Any] = [("status", "Activation status", "All", ActivationStatus.choices, status and int(status))]
    if number := asked(request, "workorder"):
        workorder = get_object_or_404(chosen([number], workorders_for(request.user)))
        codes = codes.filter(workorder=workorder)
        of_it = [(workorder.pk, workorder.reference)]
        choices.append(("workorder", "Workorder", "All workorders", of_it, workorder.pk))
    if status:
        codes = codes.filter(activation_status=status)
    meant = {"search": query, "activation_status": status, "workorder": number}
    asked_for = {name: value for name, value in meant.items() if value}
    context = {
        "query": query,
        "export_all": reverse("code-export", query=asked_for),
        "more_choices": choices,
        "is_filtered": bool(query or status or number),
        "may_change": request.user.may("scm_bulk_edit"),
        "change_all": reverse("code-change", query=asked_for),
        "stretch": stretch_of(request, codes, "identifier"),
    }
    return render(request, "workorders/code_list.html", context)


@page("workorder_view")
def code_svg(request: PersonRequest, pk: int, identifier: str) -> HttpResponse:
    """The code's symbol as SVG: as a file where `download` is asked for, otherwise as the page shows it."""
    code = code_for(request.user, pk, identifier)
    if "download" in request.GET:
        note_download(code.workorder)
    return image_response(code, "svg")


@page("workorder_view")
def code_png(request: PersonRequest, pk: int, identifier: str) -> HttpResponse:
    """The code's symbol as PNG, with the pixels a module that `module` says."""
    code = code_for(request.user, pk, identifier)
    module = request.GET.get("module", str(qr_single.PNG_MODULE))
    if module not in map(str, PNG_MODULES):
        sizes = ", ".join(map(str, PNG_MODULES))
        return HttpResponseBadRequest(f"module must be one of {sizes}.", content_type="text/plain")
    note_download(code.workorder)
    return image_response(code, "png", int(module))


@page("workorder_view")
def code_pdf(request: PersonRequest, pk: int, identifier: str) -> HttpResponse:
    """Answer with the code's symbol and id as a PDF of one page, or 404 for a secure code, which a partner prints."""
    code = code_for(request.user, pk, identifier)
    if code.workorder.type == Workorder.Type.SSC:
        raise Http404
    note_download(code.workorder)
    return image_response(code, "pdf")


def code_for(user: User, pk: int, identifier: str) -> Code:
    """Return a code of a workorder that the person may see. Raise Http404 for any other."""
    if not may_see_codes(user):
        raise PermissionDenied("Codes belong to a brand owner; only its people can see them one by one.")
    workorder = get_object_or_404(workorders_for(user), pk=pk)
    codes = Code.objects.filter(company_id=workorder.company_id, identifier=identifier, workorder=workorder)
    return get_object_or_404(codes.select_related("workorder", "product"))
