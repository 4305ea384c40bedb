"""Pages of ingestion templates: listing, keeping, renaming and deleting them, and their options for the upload page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from ingestion.drops.watching import unwatch, watch
from ingestion.models import Drop, IngestionRecord, IngestionTemplate
from ingestion.options.templates import (
    OPTIONS,
    IngestionTemplateSerializer,
    NotKept,
    faults_of,
    keep_template,
    rename_template,
    templates_of,
)
from ingestion.pages.earlier_options import options_of
from ingestion.pages.lines import IdFormat
from ingestion.readers.csv_reader import DELIMITER_NAMES
from ingestion.readers.encoding import ENCODINGS
from portal.models import Company
from portal.pages.access import PersonRequest, page
from portal.pages.lists import page_of, searched
from portal.values.texts import PRINTABLE
from portal.values.words import gettext_lazy

MOST_DROPPED = 20  # files that a page shows
NO_BRAND = gettext_lazy("Codes belong to a brand owner; only its people keep templates of uploads.")


class NameForm(forms.Form):
    """The name of a template."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        validators=[PRINTABLE],
        widget=forms.TextInput({"autocomplete": "off"}),
    )


@page("ingestion_code_create")
def template_list(request: PersonRequest) -> HttpResponse:
    """List the company's templates by name, each with the options that it sets."""
    query = searched(request)
    shown = templates_of(_own(request)).select_related("created_by")
    found = page_of(request, shown.filter(name__icontains=query) if query else shown)
    context = {
        "page": found,
        "lines": [(template, [*describe(template.parameters)]) for template in found],
        "query": query,
    }
    return render(request, "ingestion/template_list.html", context)


@page("ingestion_code_create")
@require_http_methods(["GET", "HEAD", "POST"])
def template_create(request: PersonRequest) -> HttpResponse:
    """Keep the options of the upload that `record` names as a template."""
    company = _own(request)
    record = get_object_or_404(company.ingestions, type=IngestionRecord.Type.CODE, key=request.GET.get("record", ""))
    parameters = {name: record.parameters[name] for name in OPTIONS if record.parameters.get(name)}
    form = NameForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _keep(form, company, parameters, request):
        return redirect("ingestion-template-list")
    context = {"form": form, "record": record, "facts": [*describe(parameters)]}
    return render(request, "ingestion/template_form.html", context)


@page("ingestion_code_create")
@require_http_methods(["GET", "HEAD", "POST"])
def template_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """Show what a template sets, and whether that can still be used; give it another name."""
    template = get_object_or_404(templates_of(_own(request)), pk=pk)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": template.name})
    name, drop = template.name, Drop.objects.filter(template=template).select_related("company", "owner").first()
    if form.is_valid():
        try:
            rename_template(template, form.cleaned_data["name"])
        except NotKept as reason:
            form.add_error("name", str(reason))
        else:
            messages.success(request, gettext("The template is named {name} now.").format(name=template))
            return redirect("ingestion-template-list")
    context = {
        "form": form,
        "template": template,
        "name": name,
        "facts": [*describe(template.parameters)],
        "faults": faults_of(template),
        "drop": drop,
        "dropped": drop.files.select_related("record")[:MOST_DROPPED] if drop else [],
    }
    return render(request, "ingestion/template_form.html", context)


@page("ingestion_code_create")
@require_POST
def template_drop(request: PersonRequest, pk: int) -> HttpResponse:
    """Watch the folder of a template in the name of who asks, or watch it no more."""
    template = get_object_or_404(templates_of(_own(request)), pk=pk)
    if request.POST.get("to") == "watched":
        try:
            watch(template, request.user)
        except OSError:
            said = gettext("The folder could not be made. Ask those who run this portal to make it, and try again.")
            messages.error(request, said)
    else:
        unwatch(template)
    return redirect("ingestion-template-detail", pk=pk)


@page("ingestion_code_create")
@require_http_methods(["GET", "HEAD", "POST"])
def template_delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then delete a template. What was uploaded by it stays as it is."""
    template = get_object_or_404(templates_of(_own(request)), pk=pk)
    if request.method == "POST":
        template.delete()
        messages.success(request, gettext("The template {name} is deleted.").format(name=template))
        return redirect("ingestion-template-list")
    return render(request, "ingestion/template_delete.html", {"template": template})


@page("ingestion_code_create")
def upload_options(request: PersonRequest) -> HttpResponse:
    """Answer the script of the upload page with the fields that a template fills, and what is wrong with them."""
    template = template_of(request)
    if template is None:
        raise Http404
    return JsonResponse({"fields": options_of(template.parameters), "faults": faults_of(template)})


def template_of(request: PersonRequest) -> IngestionTemplate | None:
    """Return the company's template that the URL names with `template`; None where it names none."""
    said = request.GET.get("template", "")
    if not said:
        return None
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0  # a bigint
    return get_object_or_404(templates_of(_own(request)), pk=number)


def describe(parameters: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name and the value of each option, as people read them."""
    yield from (
        (gettext("Default {name}").format(name=name), str(value))
        for name, value in parameters.get("default_scm_data", {}).items()
    )
    for old, new in parameters.get("columns", {}).items():
        taken = gettext("taken as {name}").format(name=new) if new else gettext("left out")
        yield gettext("Column {name}").format(name=old), taken
    said = {
        gettext("URL prefix"): parameters.get("url_prefix"),
        gettext("Format of the ids"): dict(IdFormat.choices).get(parameters.get("id_format", "")),
        gettext("Repeated ids"): gettext("the first one counts") if parameters.get("allow_posted_duplicates") else "",
        gettext("Encoding"): ENCODINGS[parameters["encoding"]].label if parameters.get("encoding") else "",
        gettext("Separated by"): DELIMITER_NAMES.get(parameters.get("delimiter", "")),
        gettext("Header in row"): parameters.get("header_row"),
        gettext("Sheet"): parameters.get("sheet"),
        gettext("Numbers in ids"): gettext("the digits shown") if parameters.get("shown_digits") else "",
    }
    yield from ((name, str(value)) for name, value in said.items() if value)


def _own(request: PersonRequest) -> Company:
    """Return the brand owner whose templates the person keeps. Raise PermissionDenied where there is none."""
    if request.user.brand is None:
        raise PermissionDenied(NO_BRAND)
    return request.user.brand


def _keep(form: NameForm, company: Company, parameters: dict[str, Any], request: PersonRequest) -> bool:
    """Keep checked options under the form's name; False, with the reasons in the form, where that cannot be."""
    name = form.cleaned_data["name"]
    checked = IngestionTemplateSerializer(data={**parameters, "name": name}, context={"company": company})
    if not checked.is_valid():
        for option, reasons in checked.errors.items():
            form.add_error(None, [f"{option}: {reason}" for reason in reasons])
        return False
    try:
        template = keep_template(company, name, checked.parameters(), request.user)
    except NotKept as reason:
        form.add_error("name", str(reason))
        return False
    messages.success(request, gettext("{name} is kept. Choose it where you upload.").format(name=template))
    return True
