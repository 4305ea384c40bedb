"""The page of a company's domains: how each is proven, and what was found when it was checked."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from portal.pages.access import PersonRequest, page
from portal.pages.lists import page_of
from workorders.domains import proofs
from workorders.domains.forms import DomainForm
from workorders.models import DomainProof

LONGEST_CHECK = timedelta(minutes=1)  # after which the message to the worker is taken for lost


class Shown(NamedTuple):
    """A domain, and what proves it."""

    proof: DomainProof
    text: str
    record: str
    file: str
    is_waiting: bool


@page("company_settings")
@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def domain_list(request: PersonRequest) -> HttpResponse:
    """Show the domains of the own company, and have one checked, be it new or not."""
    company = request.user.brand
    if company is None:
        raise PermissionDenied
    form = DomainForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            proofs.ask_for_check(company, form.cleaned_data["host"])
        except proofs.TooOften as reason:
            messages.error(request, str(reason))
        return redirect("domain-list")
    listed = page_of(request, company.domains.all())
    since = timezone.now() - LONGEST_CHECK
    shown = [
        Shown(
            proof,
            proofs.proof_text(company, proof.host),
            proofs.record_name(proof.host),
            proofs.file_url(proof.host),
            proof.asked_at is not None and proof.asked_at > since,
        )
        for proof in listed
    ]
    context = {
        "company": company,
        "form": form,
        "page": listed,
        "shown": shown,
        "is_moving": any(each.is_waiting for each in shown),
    }
    is_poll = request.method != "POST" and "HX-Request" in request.headers
    return render(request, f"workorders/{'_domains' if is_poll else 'domain_list'}.html", context)
