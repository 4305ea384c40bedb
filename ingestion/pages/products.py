"""The page that imports products from a file."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from ingestion.products.problems import ProblemLog
from ingestion.products.product_file import MOST_BYTES, read_products
from ingestion.products.product_rows import MOST_PRODUCTS
from portal.models import Company
from portal.pages.access import PersonRequest, page
from portal.values.words import format_lazy, gettext_lazy, number
from workorders.products.services import Stored, store
from workorders.products.views import brand_of

MOST_OF_FORM = MOST_BYTES + 16 * 1024  # bytes; the file and what surrounds it
MOST_AT_ONCE = 2  # files that are read in one process, whose threads also answer everything else
SOON = 5  # seconds after which it is worth trying again
BUSY = gettext_lazy("Other files are being read just now. Choose yours again in a few seconds.")
TOO_LARGE = format_lazy(
    gettext_lazy("The file is larger than {most} MB. Import it in parts."), most=MOST_BYTES // 1024**2
)

_places = BoundedSemaphore(MOST_AT_ONCE)


class ImportForm(forms.Form):
    """The form for a file of products."""

    file = forms.FileField(
        label=gettext_lazy("File of products"),
        widget=forms.FileInput({"accept": ".csv,.txt,.json,.xlsx,text/csv,application/json"}),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        return file


@csrf_exempt  # checked by what it calls: that reads the whole body, which has to be small before
@page("product_edit")
@require_http_methods(["GET", "HEAD", "POST"])
def product_import(request: PersonRequest) -> HttpResponseBase:
    """Show the form for a file and store all its products, or none and show everything wrong in it."""
    company = brand_of(request.user)
    length = request.META.get("CONTENT_LENGTH") or ""
    if request.method == "POST" and length.isdecimal() and int(length) > MOST_OF_FORM:
        return _shown(request, _refused(TOO_LARGE), status=413)
    return _import(request, company)


@csrf_protect
def _import(request: PersonRequest, company: Company) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if not form.is_valid():
        return _shown(request, form)
    if not _places.acquire(blocking=False):
        response = _shown(request, _refused(BUSY), status=429)
        response["Retry-After"] = str(SOON)
        return response
    try:
        return _read(request, company, form.cleaned_data["file"])
    finally:
        _places.release()


def _read(request: PersonRequest, company: Company, file: Any) -> HttpResponse:
    """Store the products of `file`, or show what is wrong with it."""
    log = ProblemLog()
    names = read_products(file, log)
    if log.count:
        return _shown(request, ImportForm(), log, file.name)
    messages.success(request, " ".join([_describe(file.name, store(company, names)), *log.remarks]))
    return redirect("product-list")


def _refused(reason: str) -> ImportForm:
    """The form, with why the file was not read."""
    form = ImportForm({})
    form.errors["file"] = form.error_class([reason])
    return form


def _shown(
    request: PersonRequest, form: ImportForm, log: ProblemLog | None = None, file_name: str = "", status: int = 200
) -> HttpResponse:
    problems = sorted(log.problems, key=lambda problem: problem.row or 0) if log else []
    context = {
        "form": form,
        "log": log,
        "errors": [(problem, problem.message) for problem in problems],
        "file_name": file_name,
        "most": MOST_PRODUCTS,
        "most_bytes": MOST_BYTES,
    }
    return render(request, "ingestion/product_import.html", context, status=status)


def _describe(file_name: str, stored: Stored) -> str:
    """Say what became of a file's products."""
    told = gettext("{file_name}: {created} created, {renamed} renamed, {unchanged} unchanged.").format(
        file_name=file_name,
        created=number(stored.created),
        renamed=number(stored.renamed),
        unchanged=number(stored.unchanged),
    )
    return (
        gettext("{told} Hidden ones stay hidden: {archived}.").format(told=told, archived=number(stored.archived))
        if stored.archived
        else told
    )
