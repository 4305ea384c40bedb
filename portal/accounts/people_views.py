"""Pages of a company's people, for its admins, and the page that an invitation leads to."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import people
from portal.accounts.people import LastAdmin, people_of, role_of, state_of
from portal.accounts.people_forms import RoleForm
from portal.accounts.security_log import tell
from portal.accounts.sessions import end_sessions
from portal.models import Company, User
from portal.pages.access import PersonRequest, page
from portal.pages.lists import page_of, searched
from portal.values.words import gettext_lazy

MOST_INVITED = 500  # shown on one page
LAST_ADMIN = gettext_lazy("Your company would be left without an admin. Make somebody else an admin first.")


def company_of(request: PersonRequest) -> Company:
    if request.user.company is None:
        raise PermissionDenied(gettext("You belong to no company; the back office shows all people."))
    return request.user.company


def person_of(request: PersonRequest, pk: int) -> User:
    return get_object_or_404(people_of(company_of(request)), pk=pk)


@page("company_people")
@require_POST
def second_step(request: PersonRequest) -> HttpResponse:
    """Ask the company's people for a second step, or no longer."""
    needed, company = "needed" in request.POST, company_of(request)
    with transaction.atomic():
        other = Company.objects.filter(pk=company.pk).exclude(needs_second_step=needed)
        if other.update(needs_second_step=needed):
            tell("company_changed", of=company, changed=["needs_second_step"], needs_second_step=needed)
    messages.success(request, gettext("Saved."))
    return redirect("person-list")


@page("company_people")
def person_list(request: PersonRequest) -> HttpResponse:
    """The company's people by e-mail."""
    query = searched(request)
    company = company_of(request)
    shown: QuerySet[User] = people_of(company)
    invited = company.invitations.all()
    if query:
        invited = invited.filter(email__icontains=query)
        shown = shown.filter(Q(email__icontains=query) | Q(name__icontains=query))
    found = page_of(request, shown)
    lines = [(person, role_of(person), state_of(person)) for person in found]
    context = {
        "page": found,
        "lines": lines,
        "query": query,
        "invited": invited[:MOST_INVITED],
        "invited_count": invited.count(),
    }
    return render(request, "people/person_list.html", context)


@page("company_people")
@require_http_methods(["GET", "HEAD", "POST"])
def person_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One person, whose role can be changed."""
    person = person_of(request, pk)
    company = company_of(request)
    form = RoleForm(company, request.POST if request.method == "POST" else None, initial={"role": role_of(person)})
    if form.is_valid():
        role = form.cleaned_data["role"]
        _try(
            request,
            lambda: people.give_role(person, role),
            gettext("{person_email} has the role {role} now.").format(person_email=person.email, role=gettext(role)),
        )
        return redirect("person-list") if person == request.user else redirect("person-detail", pk=pk)
    context = {"person": person, "form": form, "role": role_of(person), "state": state_of(person)}
    return render(request, "people/person_detail.html", context)


def _try(request: PersonRequest, change: Callable[[], None], done: str) -> None:
    try:
        change()
    except LastAdmin:
        messages.error(request, LAST_ADMIN)
    else:
        messages.success(request, done)


@page("company_people")
@require_http_methods(["GET", "HEAD", "POST"])
def person_deactivate(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then shut a person out."""
    person = person_of(request, pk)
    if request.method == "POST":
        done = gettext("{person_email} is deactivated and signed out everywhere.").format(person_email=person.email)
        _try(request, lambda: people.deactivate(person), done)
    elif person.is_active:
        return render(request, "people/person_deactivate.html", {"person": person})
    return redirect("person-detail", pk=pk)


@page("company_people")
@require_POST
def person_sign_out(request: PersonRequest, pk: int) -> HttpResponse:
    """End a person's sessions, all but the one that asks."""
    person = person_of(request, pk)
    number = end_sessions(person)
    messages.success(
        request,
        ngettext(
            "{email} is signed out: {number} session ended.", "{email} is signed out: {number} sessions ended.", number
        ).format(email=person.email, number=number),
    )
    return redirect("person-detail", pk=pk)


@page("company_people")
@require_POST
def person_reactivate(request: PersonRequest, pk: int) -> HttpResponse:
    """Let a person in again."""
    person = person_of(request, pk)
    people.reactivate(person)
    messages.success(request, gettext("{person_email} can sign in again.").format(person_email=person.email))
    return redirect("person-detail", pk=pk)
