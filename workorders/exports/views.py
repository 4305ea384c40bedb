"""Pages of exports: asking for one, how far each is, cancelling and fetching."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from portal.models import Company
from portal.pages.access import PersonRequest, page
from portal.pages.lists import page_of
from portal.values import words
from portal.values.words import format_lazy, gettext_lazy, number_lazy
from workorders.changes.wording import describe_selection, workorder_of
from workorders.codes.filters import CodeFilter, parse_filter
from workorders.exports.downloads import download_export, file_name
from workorders.exports.limits import MOST_IN_WORKBOOK, Refused
from workorders.exports.services import start_export
from workorders.models import Export

CHOICES = {
    "csv": gettext_lazy("CSV, for spreadsheets"),
    "csv.gz": gettext_lazy("CSV, compressed (.csv.gz)"),
    "xlsx": format_lazy(gettext_lazy("Excel, up to {most} codes"), most=number_lazy(MOST_IN_WORKBOOK)),
    "jsonl": gettext_lazy("JSON lines"),
    "jsonl.gz": gettext_lazy("JSON lines, compressed (.jsonl.gz)"),
    "epcis": gettext_lazy("EPCIS 2.0 events, for repositories (.jsonld)"),
    "epcis.gz": gettext_lazy("EPCIS 2.0 events, compressed (.jsonld.gz)"),
}


class Line(NamedTuple):
    """An export in the list, with its codes in words and the name of its file."""

    export: Export
    said: str
    file_name: str


@page("codes_view")
@require_http_methods(["GET", "HEAD", "POST"])
def code_export(request: PersonRequest) -> HttpResponse:
    """Say which codes the filter in the URL means, and export them in the format that is chosen."""
    company = _brand(request)
    meant = _meant(request, company)
    error, form = "", request.POST.get("format", "csv")
    if request.method == "POST":
        if form not in CHOICES:
            raise BadRequest(gettext("There is no such format."))
        kind, _dot, gzip = form.partition(".")
        try:
            start_export(request.user, company, meant, kind, gzip=bool(gzip), neutralise_formulas=kind == "csv")
        except Refused as refusal:
            error = str(refusal)
        else:
            return redirect("code-export-list")
    count = meant.count(company)
    context = {
        "said": _said(company, meant, count),
        "is_counted": count is not None,
        "is_empty": count == 0,
        "choices": CHOICES.items(),
        "format": form,
        "errors": [error] if error else [],
        "kept": Export.KEPT.days,
    }
    return render(request, "workorders/code_export.html", context)


@page("codes_view")
def code_export_list(request: PersonRequest) -> HttpResponse:
    """One's own exports, newest first."""
    company = _brand(request)
    shown = page_of(request, company.exports.filter(created_by=request.user))
    lines = [
        Line(export, _said(company, CodeFilter.if_known(export.filters), _count(export)), file_name(export))
        for export in shown
    ]
    moving = any(not line.export.has_ended for line in lines)
    context = {"page": shown, "lines": lines, "is_moving": moving, "kept": Export.KEPT.days}
    return render(request, "workorders/code_export_list.html", context)


@page("codes_view")
def code_export_file(request: PersonRequest, pk: int) -> HttpResponseBase:
    """The file of a completed export."""
    export = get_object_or_404(_brand(request).exports, pk=pk)
    if not export.has_file:
        raise Http404
    return download_export(request, export, request.user)


@page("codes_view")
@require_POST
def code_export_cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """End an export that is being made."""
    if get_object_or_404(_brand(request).exports, pk=pk).cancel(request.user):
        messages.success(request, gettext("Cancelled. The codes can be exported again at any time."))
    else:
        messages.error(request, gettext("This export was not being made any more, so there was nothing to cancel."))
    return redirect("code-export-list")


def _brand(request: PersonRequest) -> Company:
    """Return the company whose codes the person exports."""
    if request.user.brand is None:
        raise PermissionDenied(gettext("Codes belong to a brand owner; only its people can export them."))
    return request.user.brand


def _meant(request: PersonRequest, company: Company) -> CodeFilter:
    """Return the filter that the URL spells. Raise Http404 where it names a workorder that is not the company's."""
    try:
        meant = parse_filter(request.GET.dict())
    except ValidationError as error:
        raise BadRequest(" ".join(error.messages)) from None
    if meant.workorder is not None:
        get_object_or_404(company.workorders, pk=meant.workorder)
    return meant


def _count(export: Export) -> int | None:
    """Return how many codes an export has, where that is known."""
    return export.rows_total if export.rows_total is not None else export.expected


def _said(company: Company, meant: CodeFilter | None, count: int | None) -> str:
    """Return the codes in words, such as: 20,000 codes of workorder Roll 3."""
    counted = gettext("Codes") if count is None else words.codes(count)
    if meant is None:
        return gettext("{codes} of a filter that this version does not know").format(codes=counted)
    codes = gettext("All codes") if count is None and meant.is_empty else counted
    return describe_selection(workorder_of(company, meant), meant, codes)
