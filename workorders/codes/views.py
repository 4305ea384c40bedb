"""Pages of single codes: searching for them, and what is known of one."""

from __future__ import annotations

import io
import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header

from portal.access import PersonRequest, page
from portal.models import Company, User
from portal.pages.lists import asked, chosen, picked, searched, stretch_of
from workorders.codes import preview
from workorders.identifiers import gs1
from workorders.models import ActivationStatus, Code, Workorder
from workorders.rendering import qr_single
from workorders.rendering.batch import Kind
from workorders.rendering.label_pdf import PdfWriter
from workorders.rendering.label_sheet import Label, one_a_page
from workorders.rendering.qr_encoder import encode, smallest_version
from workorders.visibility import workorders_for

PNG_MODULES = (4, 10, 20, 40)  # pixels a module that can be chosen
PAGE = (50, 60)  # millimetres, width and height
KEPT = "private, max-age=86400"  # the picture of a code never changes
AFTER_EVERY_ID = "~"  # sorts behind each character that an id may have
BEFORE_ID = re.compile(  # what stands before it in a URL that a scanner read, or in a GS1 path
    r"^https?://.*/(?=01/[0-9]{14}/)|^https?://.*[^A-Za-z0-9_-]|^/(?=01/)"
)


def id_in(query: str) -> str:
    """The id in what somebody looks for: the end of a URL that a scanner read, or all of it, as ids are kept."""
    return gs1.respelled(BEFORE_ID.sub("", query))


def sees_codes(user: User) -> bool:
    """Whether codes may be looked at one by one: a printing partner works whole workorders."""
    return user.may("workorder_view") and (user.brand is not None or user.is_superuser)


@page("workorder_view")
def code_list(request: PersonRequest) -> HttpResponse:
    """The company's codes whose ids begin with what is looked for, of one workorder or status if the URL names one."""
    if request.user.brand is None:
        raise PermissionDenied("Codes belong to a brand owner; only its people can search them.")
    query = id_in(searched(request))
    codes = beginning_with(request.user.brand, query)
    status = picked(request, "status", [*map(str, ActivationStatus.values)])
    choices: list[Any] = [("status", "Activation status", "All", ActivationStatus.choices, status and int(status))]
    if number := asked(request, "workorder"):
        workorder = get_object_or_404(chosen([number], workorders_for(request.user)))
        codes = codes.filter(workorder=workorder)
        of_it = [(workorder.pk, workorder.reference)]
        choices.append(("workorder", "Workorder", "All workorders", of_it, workorder.pk))
    if status:
        codes = codes.filter(activation_status=status)
    context = {
        "query": query,
        "more_choices": choices,
        "is_filtered": bool(query or status or number),
        "stretch": stretch_of(request, codes, "identifier"),
    }
    return render(request, "workorders/code_list.html", context)


def beginning_with(company: Company, query: str) -> QuerySet[Code]:
    """The company's codes whose ids begin with `query`, an exact match first; a range of the unique index."""
    codes = Code.objects.filter(company=company).select_related("workorder", "product")
    return codes.filter(identifier__gte=query, identifier__lt=query + AFTER_EVERY_ID) if query else codes


@page("workorder_view")
def code_detail(request: PersonRequest, pk: int, identifier: str) -> HttpResponse:
    """One code: its symbol and all that is known of it."""
    code = _code(request.user, pk, identifier)
    context = {"code": code, "modules": PNG_MODULES, "module": qr_single.PNG_MODULE}
    return render(request, "workorders/code_detail.html", context)


@page("workorder_view")
def code_svg(request: PersonRequest, pk: int, identifier: str) -> HttpResponse:
    """The code's symbol as SVG."""
    return picture(_code(request.user, pk, identifier), "svg")


@page("workorder_view")
def code_png(request: PersonRequest, pk: int, identifier: str) -> HttpResponse:
    """The code's symbol as PNG, with the pixels a module that `module` says."""
    code = _code(request.user, pk, identifier)
    module = request.GET.get("module", str(qr_single.PNG_MODULE))
    if module not in map(str, PNG_MODULES):
        sizes = ", ".join(map(str, PNG_MODULES))
        return HttpResponseBadRequest(f"module must be one of {sizes}.", content_type="text/plain")
    return picture(code, "png", int(module))


@page("workorder_view")
def code_pdf(request: PersonRequest, pk: int, identifier: str) -> HttpResponse:
    """The code's symbol with its id below, as a PDF of one page; 404 for a secure code, printed by a partner alone."""
    code = _code(request.user, pk, identifier)
    if code.workorder.type == Workorder.Type.SSC:
        raise Http404
    return picture(code, "pdf")


def picture(code: Code, kind: Kind, module: int = qr_single.PNG_MODULE) -> HttpResponse:
    """The code's symbol as a file that is called after it; secure codes have no PDF."""
    if kind == "svg":
        content, content_type = preview.svg(code.workorder, code.url), "image/svg+xml"
    elif kind == "png":
        content, content_type = preview.png(code.workorder, code.url, module), "image/png"
    else:
        content, content_type = one_page(code.url, code.identifier), "application/pdf"
    response = HttpResponse(content, content_type=content_type)
    filename = f"{gs1.file_name(code.identifier)}.{kind}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=filename) or "attachment"
    response["Cache-Control"] = KEPT
    return response


def one_page(url: str, text: str) -> bytes:
    """A PDF of PAGE, in millimetres, with the symbol of `url` and `text` below."""
    symbols = encode([url], smallest_version(len(url), "M"), "M")
    out = io.BytesIO()
    with PdfWriter(out, Label(one_a_page(*PAGE), symbols.shape[1], text=len(text)), 1) as pdf:
        pdf.add(symbols, [text])
    return out.getvalue()


def _code(user: User, pk: int, identifier: str) -> Code:
    """A code of a workorder that the person may see; 404 for any other."""
    if not sees_codes(user):
        raise PermissionDenied("Codes belong to a brand owner; only its people can see them one by one.")
    workorder = get_object_or_404(workorders_for(user), pk=pk)
    codes = Code.objects.filter(company_id=workorder.company_id, identifier=identifier, workorder=workorder)
    return get_object_or_404(codes.select_related("workorder", "product"))
