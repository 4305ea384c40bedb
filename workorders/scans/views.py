"""Pages of scans: a company's curve by day, and the limit after which its codes are blacklisted."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from portal.models import MOST_SCANS, Company
from portal.pages.access import PersonRequest, page
from portal.pages.day_chart import draw_days
from portal.pages.lists import asked, picked, say_what_is_left_out
from portal.values.whole_numbers import WholeNumberFormField
from portal.values.words import gettext_lazy, number
from workorders.scans.lookup import DAYS, count_days, today
from workorders.scans.services import set_limit

PERIODS = (DAYS, 90, 365)  # days that can be chosen


class LimitForm(forms.Form):
    """The form of the limit."""

    scan_limit = WholeNumberFormField(
        label=gettext_lazy("Scans after which a code is blacklisted"),
        required=False,
        min_value=1,
        max_value=MOST_SCANS,
        help_text=gettext_lazy("Leave it empty to blacklist none."),
    )


def brand_of(request: PersonRequest) -> Company:
    """Return the person's brand owner. Raise PermissionDenied where there is none."""
    if request.user.brand is None:
        raise PermissionDenied(gettext("Codes belong to a brand owner; only its people can see their scans."))
    return request.user.brand


def _seen(request: PersonRequest) -> Company:
    """Return the brand owner whose scans are shown: the own one, or that of the URL for who sees every company."""
    if not request.user.looks_only:
        return brand_of(request)
    named = asked(request, "company")
    owners = Company.objects.filter(kind=Company.Kind.BRAND_OWNER)
    return get_object_or_404(owners, pk=named if named.isdecimal() else None)


@page("codes_view")
def scan_days(request: PersonRequest) -> HttpResponse:
    """A company's scans of the last days, as many as the URL says."""
    company = _seen(request)
    asked = picked(request, "days", [*map(str, PERIODS)])
    say_what_is_left_out(request)
    number = int(asked) if asked else DAYS
    days = count_days(company, today() - timedelta(number - 1), today())
    context = {
        "company": company,
        "chart": draw_days(days),
        "periods": PERIODS,
        "period": number,
    }
    return render(request, "workorders/scan_days.html", context)


@page("company_scan_limit")
@require_http_methods(["GET", "HEAD", "POST"])
def scan_limit(request: PersonRequest) -> HttpResponse:
    """Set the limit."""
    company = brand_of(request)
    given = request.POST if request.method == "POST" else None
    form = LimitForm(given, initial={"scan_limit": company.scan_limit})
    if not form.is_valid():
        return render(request, "workorders/scan_limit.html", {"form": form})
    limit: int | None = form.cleaned_data["scan_limit"]
    if limit != company.scan_limit:
        set_limit(company, limit)
    messages.success(
        request,
        gettext("Codes are blacklisted after {limit} scans now.").format(limit=number(limit))
        if limit
        else gettext("Scans blacklist no code now."),
    )
    return redirect("code-scans")
