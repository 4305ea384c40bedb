"""Pages of templates for workorders of secure codes."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from portal.models import Company
from portal.pages.access import PersonRequest, page
from portal.pages.lists import page_of, picked, searched
from portal.values.words import capitalize_lazy, format_lazy, gettext_lazy
from workorders.codes.url_prefixes import warn_of_prefix
from workorders.models import Layout, WorkorderTemplate
from workorders.named_items.form import NamedForm
from workorders.rendering.secure_graphic import LAYOUTS
from workorders.secure.orders import SETTINGS, choose_prefix
from workorders.visibility import HIDDEN, printing_partners, set_hidden

LAYOUT_CHOICES = [
    (
        value,
        format_lazy(
            gettext_lazy("{label}: URLs of up to {capacity} characters"),
            label=capitalize_lazy(label),
            capacity=LAYOUTS[value].capacity,
        ),
    )
    for value, label in Layout.choices
]

DRAWN = [(LAYOUTS[value], label) for value, label in Layout.choices]

FLAGS = {
    "use_serial_number": (
        gettext_lazy("Number the codes"),
        gettext_lazy("The archive then has a serial number for each code, from 1 upwards."),
    ),
    "activate_on_complete": (
        gettext_lazy("Activate the codes on completion"),
        gettext_lazy("Inactive codes become active when you accept what was printed."),
    ),
    "download_once": (
        gettext_lazy("Allow a single download"),
        gettext_lazy("The printing partner can download the secure codes only once."),
    ),
}
"""Label and hint of each setting that is on or off."""


class TemplateForm(NamedForm):
    """A template of one company."""

    layout = forms.ChoiceField(label=gettext_lazy("Secure graphic"), choices=LAYOUT_CHOICES)

    class Meta:
        model = WorkorderTemplate
        fields: ClassVar = ["name", *SETTINGS]
        widgets: ClassVar = {
            "name": forms.TextInput({"autocomplete": "off"}),
            "url_prefix": forms.URLInput({"autocomplete": "off", "spellcheck": "false"}),
        }
        labels: ClassVar = {
            "name": gettext_lazy("Name"),
            "printing_partner": gettext_lazy("Printing partner"),
            "url_prefix": gettext_lazy("URL prefix"),
            **{name: label for name, (label, _hint) in FLAGS.items()},
        }
        help_texts: ClassVar = {
            "url_prefix": gettext_lazy(
                "What stands before the id in every QR code. The shorter it is, the longer an id may be."
            ),
            **{name: hint for name, (_label, hint) in FLAGS.items()},
        }

    def __init__(self, company: Company, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.company = company
        self.fields["printing_partner"].queryset = printing_partners()  # type: ignore[attr-defined]  # a choice of rows
        self.fields["url_prefix"].widget.attrs["placeholder"] = company.default_url_prefix

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if {"layout", "url_prefix"} <= data.keys():
            try:
                choose_prefix(self.instance.company, data["url_prefix"], data["layout"])
            except forms.ValidationError as refused:
                self.add_error("url_prefix", refused)
        return data


def _brand(request: PersonRequest) -> Company:
    if request.user.brand is None:
        raise PermissionDenied(gettext("Codes belong to a brand owner; only its people keep templates."))
    return request.user.brand


@page("workorder_create")
def template_list(request: PersonRequest) -> HttpResponse:
    """List the company's templates by name, or its hidden ones when they are asked for."""
    query, state = searched(request), picked(request, "state", [HIDDEN])
    shown = WorkorderTemplate.objects.filter(company=_brand(request), is_archived=state == HIDDEN)
    if query:
        shown = shown.filter(name__icontains=query)
    context = {
        "page": page_of(request, shown.select_related("printing_partner")),
        "query": query,
        "state": state,
        "states": [(HIDDEN, gettext("hidden"))],
        "is_filtered": bool(query or state),
    }
    return render(request, "workorders/template_list.html", context)


@page("workorder_create")
@require_http_methods(["GET", "HEAD", "POST"])
def template_create(request: PersonRequest) -> HttpResponse:
    """Create a template."""
    return _edited(request, None)


@page("workorder_create")
@require_http_methods(["GET", "HEAD", "POST"])
def template_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """Change a template; workorders that were made from it stay as they are."""
    return _edited(request, get_object_or_404(WorkorderTemplate, company=_brand(request), pk=pk))


def _edited(request: PersonRequest, template: WorkorderTemplate | None) -> HttpResponse:
    name = template.name if template else ""  # a refused form leaves its own on the template
    company, posted = _brand(request), request.POST if request.method == "POST" else None
    form = TemplateForm(company, posted, instance=template)
    if form.is_valid() and form.store(company):
        messages.success(
            request,
            gettext("{name} is saved. {warning}")
            .format(name=form.instance, warning=warn_of_prefix(form.instance.url_prefix))
            .rstrip(),
        )
        return redirect("workorder-template-list")
    return render(
        request, "workorders/template_form.html", {"form": form, "template": template, "name": name, "drawn": DRAWN}
    )


@page("workorder_archive")
@require_POST
def template_archive(request: PersonRequest, pk: int) -> HttpResponse:
    """Hide a template, or show it again."""
    rows = WorkorderTemplate.objects.filter(company=_brand(request), pk=pk)
    template, hidden = get_object_or_404(rows), request.POST.get("archive") == "yes"
    set_hidden(rows, hidden)
    messages.success(
        request, (gettext("{name} is hidden.") if hidden else gettext("{name} is back in use.")).format(name=template)
    )
    return redirect("workorder-template-list")
