"""Pages of codes: searching for them, and the symbol of one."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext

from portal.models import Company, User
from portal.pages.access import PersonRequest, page
from portal.pages.lists import ROWS_A_PAGE, Filter, asked, one_of, say_what_is_left_out, searched
from workorders.codes.first_download import note_download
from workorders.codes.listing import list_codes
from workorders.codes.lookup import AFTER_EVERY_ID, codes_of_company, may_have_symbols, may_see_codes
from workorders.codes.page_filter import PageFilter
from workorders.codes.picture import image_response
from workorders.models import Code, Workorder
from workorders.rendering import qr_single
from workorders.rendering.batch import ImageFormat
from workorders.visibility import visible_workorders

PNG_MODULES = (4, 10, 20, 40)  # pixels a module that can be chosen


@page("workorder_view")
def code_list(request: PersonRequest) -> HttpResponse:
    """The codes of one company that the URL asks for, in the order of their ids."""
    company, companies = _company_of(request)
    if company is None:
        query = searched(request)
        say_what_is_left_out(request)
        return render(request, "workorders/code_list.html", {"query": query, "more_choices": companies})
    filters = PageFilter(request, company)
    after, before = (asked(request, name) for name in ("after", "before"))
    say_what_is_left_out(request)
    codes, conditions = codes_of_company(company), filters.asked.conditions(company)
    listed = list_codes(codes, conditions, ROWS_A_PAGE, after=after, before=before)
    if before and not listed.codes and not listed.before:
        listed = list_codes(codes, conditions, ROWS_A_PAGE)
    elif after and not listed.codes and not listed.after:
        before = AFTER_EVERY_ID
        listed = list_codes(codes, conditions, ROWS_A_PAGE, before=before)
    context = {
        "more_choices": [*companies, *filters.choices],
        "whose": company if companies else None,
        "filters": filters,
        "query": filters.query,
        "export_all": reverse("code-export", query=filters.asked.as_json()),
        "may_change": request.user.may("scm_bulk_edit"),
        "change_all": reverse("code-change", query=filters.asked.as_json()),
        "is_filtered": not filters.asked.is_empty,
        "stretch": listed,
        "total": len(listed.codes) if listed.is_all else filters.asked.count(company, listed.found),
        "is_cut": len(listed.codes) < ROWS_A_PAGE and bool(listed.before if before else listed.after),
    }
    return render(request, "workorders/code_list.html", context)


def _company_of(request: PersonRequest) -> tuple[Company | None, list[Filter]]:
    """Return whose codes are listed, and the choice of it, which those have who see every company."""
    user = request.user
    if user.brand is not None:
        return user.brand, []
    if not user.looks_only:
        raise PermissionDenied(gettext("Codes belong to a brand owner; only its people can search them."))
    words = {"none": gettext("Choose a company"), "said": "name", "typed": "slug", "hint": gettext("Slug of a company")}
    owners = Company.objects.filter(kind=Company.Kind.BRAND_OWNER)
    choice, key = one_of(request, "company", gettext("Company"), owners, **words)
    return owners.filter(pk=key).first() if key else None, [choice]


@page("workorder_view")
def code_svg(request: PersonRequest, pk: int, identifier: str) -> HttpResponse:
    """The code's symbol as SVG: as a file where `download` is asked for, otherwise as the page shows it."""
    return _image(request, _printable(request.user, pk, identifier), "svg")


@page("workorder_view")
def code_png(request: PersonRequest, pk: int, identifier: str) -> HttpResponse:
    """The code's symbol as PNG, with the pixels a module that `module` says, else as `code_svg`."""
    code = _printable(request.user, pk, identifier)
    module = request.GET.get("module", str(qr_single.PNG_MODULE))
    if module not in map(str, PNG_MODULES):
        sizes = ", ".join(map(str, PNG_MODULES))
        return HttpResponseBadRequest(
            gettext("module must be one of {sizes}.").format(sizes=sizes), content_type="text/plain"
        )
    return _image(request, code, "png", int(module))


@page("workorder_view")
def code_pdf(request: PersonRequest, pk: int, identifier: str) -> HttpResponse:
    """Answer with the code's symbol and id as a PDF of one page, or 404 for a secure code, which a partner prints."""
    code = _printable(request.user, pk, identifier)
    if code.workorder.type == Workorder.Type.SSC:
        raise Http404
    note_download(code.workorder)
    return image_response(code, "pdf")


def _image(request: PersonRequest, code: Code, kind: ImageFormat, module: int = qr_single.PNG_MODULE) -> HttpResponse:
    """Answer with the picture of a code; where it is taken as a file, its workorder's codes are in the world."""
    if "download" in request.GET:
        note_download(code.workorder)
    return image_response(code, kind, module)


def _printable(user: User, pk: int, identifier: str) -> Code:
    """Return the code whose symbol is asked for. Raise PermissionDenied for people who may only look at codes."""
    code = code_for(user, pk, identifier)
    if not may_have_symbols(user):
        raise PermissionDenied(gettext("Only people of its brand owner have the symbol of a code."))
    return code


def code_for(user: User, pk: int, identifier: str) -> Code:
    """Return a code of a workorder that the person may see. Raise Http404 for any other."""
    if not may_see_codes(user):
        raise PermissionDenied(gettext("Codes belong to a brand owner; only its people can see them one by one."))
    workorder = get_object_or_404(visible_workorders(user), pk=pk)
    codes = Code.objects.filter(company_id=workorder.company_id, identifier=identifier, workorder=workorder)
    return get_object_or_404(codes.select_related("workorder", "product"))
