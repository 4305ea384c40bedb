"""Pages of a company's people, for its admins, and the page that an invitation leads to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.utils import perform_login
from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import people
from portal.accounts.people import ROLES_OF, LastAdmin, people_of, role_of, state_of
from portal.accounts.sessions import end_sessions
from portal.models import Company, Invitation, User
from portal.pages.access import PersonRequest, page
from portal.pages.lists import page_of, searched
from portal.values.texts import PRINTABLE

MOST_INVITED = 500  # shown on one page
LAST_ADMIN = "Your company would be left without an admin. Make somebody else an admin first."


class RoleForm(forms.Form):
    """Which role, of those that the company's kind has."""

    role = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, company: Company, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.company = company
        roles = ROLES_OF[company.kind]
        self.fields["role"].choices = list(roles.items())  # type: ignore[attr-defined]  # a choice
        self.fields["role"].initial = self.initial.get("role") or next(iter(roles))


class InvitationForm(RoleForm):
    """Whom to invite."""

    email = forms.EmailField(label="E-mail", max_length=254, widget=forms.EmailInput({"autocomplete": "off"}))

    def clean_email(self) -> str:
        """Only the company's own people are told: who has an account elsewhere is nobody's business."""
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if people_of(self.company).filter(email__iexact=email).exists():
            raise forms.ValidationError("This is one of your people already.")
        return email


class JoinForm(forms.Form):
    """What an invited person says."""

    name = forms.CharField(label="Your name", max_length=100, widget=forms.TextInput({"autocomplete": "name"}))
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(data)
        self.user = user

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        PRINTABLE(name)
        return name

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


def _company(request: PersonRequest) -> Company:
    if request.user.company is None:
        raise PermissionDenied("You belong to no company; the back office shows all people.")
    return request.user.company


def _person(request: PersonRequest, pk: int) -> User:
    return get_object_or_404(people_of(_company(request)), pk=pk)


@page("company_people")
def person_list(request: PersonRequest) -> HttpResponse:
    """The company's people by e-mail."""
    query = searched(request)
    company = _company(request)
    shown: QuerySet[User] = people_of(company)
    invited = company.invitations.all()
    if query:
        invited = invited.filter(email__icontains=query)
        shown = shown.filter(Q(email__icontains=query) | Q(name__icontains=query))
    found = page_of(request, shown)
    lines = [(person, role_of(person), state_of(person)) for person in found]
    context = {"page": found, "lines": lines, "query": query, "invited": invited[:MOST_INVITED]}
    return render(request, "people/person_list.html", context)


@page("company_people")
@require_http_methods(["GET", "HEAD", "POST"])
def person_invite(request: PersonRequest) -> HttpResponse:
    """Invite somebody by mail."""
    company = _company(request)
    form = InvitationForm(company, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "people/person_invite.html", {"form": form, "company": company})
    email = form.cleaned_data["email"]
    people.invite(company, email, form.cleaned_data["role"], request.user)
    messages.success(request, f"{email} is invited.")
    return redirect("person-list")


def _invitation(request: PersonRequest, pk: int) -> Invitation:
    return get_object_or_404(_company(request).invitations.select_related("company"), pk=pk)


@page("company_people")
@require_POST
def invitation_again(request: PersonRequest, pk: int) -> HttpResponse:
    """Send somebody who has not come yet a new link."""
    invitation = _invitation(request, pk)
    people.invite(invitation.company, invitation.email, invitation.role, request.user)
    messages.success(request, f"{invitation.email} is invited again. The old link holds no more.")
    return redirect("person-list")


@page("company_people")
@require_POST
def invitation_withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    """Make a link worthless."""
    invitation = _invitation(request, pk)
    people.withdraw(invitation)
    messages.success(request, f"The invitation of {invitation.email} is withdrawn.")
    return redirect("person-list")


@page("company_people")
@require_http_methods(["GET", "HEAD", "POST"])
def person_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One person, whose role can be changed."""
    person = _person(request, pk)
    company = _company(request)
    form = RoleForm(company, request.POST if request.method == "POST" else None, initial={"role": role_of(person)})
    if form.is_valid():
        role = form.cleaned_data["role"]
        _try(request, lambda: people.give_role(person, role), f"{person.email} has the role {role} now.")
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
    person = _person(request, pk)
    if request.method == "POST":
        done = f"{person.email} is deactivated and signed out everywhere."
        _try(request, lambda: people.deactivate(person), done)
    elif person.is_active:
        return render(request, "people/person_deactivate.html", {"person": person})
    return redirect("person-detail", pk=pk)


@page("company_people")
@require_POST
def person_sign_out(request: PersonRequest, pk: int) -> HttpResponse:
    """End a person's sessions, all but the one that asks."""
    person = _person(request, pk)
    number = end_sessions(person)
    messages.success(request, f"{person.email} is signed out: {number} session{'' if number == 1 else 's'} ended.")
    return redirect("person-detail", pk=pk)


@page("company_people")
@require_POST
def person_reactivate(request: PersonRequest, pk: int) -> HttpResponse:
    """Let a person in again."""
    person = _person(request, pk)
    people.reactivate(person)
    messages.success(request, f"{person.email} can sign in again.")
    return redirect("person-detail", pk=pk)


@page("company_people")
@require_POST
def person_invite_again(request: PersonRequest, pk: int) -> HttpResponse:
    """Send a person who has not come yet a new link."""
    person = _person(request, pk)
    if state_of(person) == "invited":
        people.welcome(person, request.user)
        messages.success(request, f"{person.email} is invited.")
    return redirect("person-detail", pk=pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person_join(request: HttpRequest, uid: str, key: str) -> HttpResponseBase:
    """Where an invitation leads: name and password, then straight in."""
    user = people.invited_by(uid, key)
    if user is None:
        return render(request, "people/no_invitation.html", status=404)
    form = JoinForm(user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "people/person_join.html", {"form": form, "person": user})
    if not people.join(user, form.cleaned_data["name"], form.cleaned_data["password"]):
        return render(request, "people/no_invitation.html", status=404)
    signed_in: HttpResponseBase = perform_login(request, user, email_verification="none")
    return signed_in
