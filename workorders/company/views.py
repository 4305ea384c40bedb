"""Pages of a company's settings, for its admins, and of the SCM fields that it declares."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from portal.models import Company
from portal.pages.access import PersonRequest, page
from portal.pages.lists import asked, page_of, say_what_is_left_out, searched
from portal.values.words import gettext_lazy
from workorders.codes.texts import label_of
from workorders.codes.url_prefixes import warn_of_prefix
from workorders.company.forms import FieldForm, NewFieldForm, SettingsForm
from workorders.company.services import (
    FieldTaken,
    TooManyFields,
    change_field,
    change_settings,
    declare_field,
    remove_field,
)
from workorders.models import DeclaredField

NO_BRAND = gettext_lazy("Codes belong to a brand owner; only its people have such settings.")


def own_company(request: PersonRequest) -> Company:
    """Return the brand owner whose settings the person changes. Raise PermissionDenied where there is none."""
    if request.user.brand is None:
        raise PermissionDenied(NO_BRAND)
    return request.user.brand


def _seen(request: PersonRequest, permission: str) -> Company:
    """Return the brand owner whose settings the person sees: the own one, or any for those who see every company's."""
    slug = asked(request, "company")
    if slug and request.user.may("company_view_all"):
        return get_object_or_404(Company, slug=slug, kind=Company.Kind.BRAND_OWNER)
    if not request.user.may(permission):
        raise PermissionDenied
    return own_company(request)


def _may_change(request: PersonRequest) -> bool:
    return request.user.brand is not None and request.user.may("company_settings")


@page()
@require_http_methods(["GET", "HEAD", "POST"])
def company_settings(request: PersonRequest) -> HttpResponse:
    """Show the settings, and change those of the own company."""
    company = _seen(request, "company_settings")
    may_change = _may_change(request) and company == request.user.brand
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = SettingsForm(company, request.POST if request.method == "POST" else None)
    if form.is_valid():
        change_settings(company, form.cleaned_data)
        messages.success(
            request, gettext("Saved. {warning}").format(warning=warn_of_prefix(company.custom_url_prefix)).rstrip()
        )
        return redirect("company-settings")
    say_what_is_left_out(request)
    context = {
        "company": company,
        "form": form,
        "may_change": may_change,
        "fields": company.declared_fields.count(),
        "proves_domains": settings.PROVE_DOMAINS,
        "text": label_of(company.label_text),
        "language": dict(settings.LANGUAGES).get(company.language, ""),
        "sheet": dict(form.fields["label_sheet"].choices).get(company.label_sheet, ""),  # type: ignore[attr-defined]  # a choice
    }
    return render(request, "workorders/company_settings.html", context)


@page()
def field_list(request: PersonRequest) -> HttpResponse:
    """Show the declared SCM fields by name."""
    company = _seen(request, "ingestion_code_create")
    query = searched(request)
    shown = company.declared_fields.all()
    if query:
        shown = shown.filter(Q(key__icontains=query) | Q(label__icontains=query))
    context = {
        "company": company,
        "page": page_of(request, shown),
        "query": query,
        "may_change": _may_change(request) and company == request.user.brand,
    }
    return render(request, "workorders/declared_field_list.html", context)


@page("company_settings")
@require_http_methods(["GET", "HEAD", "POST"])
def field_create(request: PersonRequest) -> HttpResponse:
    """Declare an SCM field. Show a refused one again as it was typed."""
    company = own_company(request)
    form = NewFieldForm(request.POST if request.method == "POST" else None, initial={"key": asked(request, "key")})
    if form.is_valid():
        try:
            declare_field(company, form.instance)
        except FieldTaken as taken:
            form.add_error("key", str(taken))
        except TooManyFields as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(
                request, gettext("{name} is declared. Files are checked for it from now on.").format(name=form.instance)
            )
            return redirect("declared-field-list")
    return render(request, "workorders/declared_field_form.html", {"form": form})


@page("company_settings")
@require_http_methods(["GET", "HEAD", "POST"])
def field_detail(request: PersonRequest, key: str) -> HttpResponse:
    """Change what a declared field takes."""
    field = get_object_or_404(DeclaredField, company=own_company(request), key=key)
    form = FieldForm(request.POST if request.method == "POST" else None, instance=field)
    if form.is_valid():
        change_field(form.instance)
        messages.success(request, gettext("{key} is saved. Files are checked for it so from now on.").format(key=key))
        return redirect("declared-field-list")
    return render(request, "workorders/declared_field_form.html", {"form": form, "key": key})


@page("company_settings")
@require_http_methods(["GET", "HEAD", "POST"])
def field_remove(request: PersonRequest, key: str) -> HttpResponse:
    """Ask, then declare a field no more."""
    field = get_object_or_404(DeclaredField, company=own_company(request), key=key)
    if request.method == "POST":
        remove_field(field)
        messages.success(request, gettext("{key} is declared no more. The codes that have it keep it.").format(key=key))
        return redirect("declared-field-list")
    is_last = field.company.declared_fields.count() == 1
    return render(request, "workorders/declared_field_remove.html", {"field": field, "is_last": is_last})
