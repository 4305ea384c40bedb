"""Pages of invitations: those of a company's admins, and the page that a link leads to."""

from __future__ import annotations

from allauth.account.utils import perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import invitations
from portal.accounts.people import state_of
from portal.accounts.people_forms import InvitationForm, JoinForm
from portal.accounts.people_views import company_of, person_of
from portal.accounts.sign_on.providers import required_of
from portal.accounts.sign_on.views import lead_on
from portal.models import Invitation
from portal.pages.access import PersonRequest, page


@page("company_people")
@require_http_methods(["GET", "HEAD", "POST"])
def person_invite(request: PersonRequest) -> HttpResponse:
    """Invite somebody by mail."""
    company = company_of(request)
    form = InvitationForm(company, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "people/person_invite.html", {"form": form, "company": company})
    email = form.cleaned_data["email"]
    invitations.invite(company, email, form.cleaned_data["role"], request.user)
    messages.success(request, gettext("{email} is invited.").format(email=email))
    return redirect("person-list")


def _invitation(request: PersonRequest, pk: int) -> Invitation:
    return get_object_or_404(company_of(request).invitations.select_related("company"), pk=pk)


@page("company_people")
@require_POST
def invitation_again(request: PersonRequest, pk: int) -> HttpResponse:
    """Send somebody who has not come yet a new link."""
    invitation = _invitation(request, pk)
    invitations.invite(invitation.company, invitation.email, invitation.role, request.user)
    messages.success(
        request,
        gettext("{invitation_email} is invited again. The old link is no longer valid.").format(
            invitation_email=invitation.email
        ),
    )
    return redirect("person-list")


@page("company_people")
@require_POST
def invitation_withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    """Withdraw an invitation, so that its link is no longer valid."""
    invitation = _invitation(request, pk)
    invitations.withdraw(invitation)
    messages.success(
        request, gettext("The invitation of {invitation_email} is withdrawn.").format(invitation_email=invitation.email)
    )
    return redirect("person-list")


@page("company_people")
@require_POST
def person_invite_again(request: PersonRequest, pk: int) -> HttpResponse:
    """Send a person who has not come yet a new link."""
    person = person_of(request, pk)
    if state_of(person) == "invited":
        invitations.welcome(person, request.user)
        messages.success(request, gettext("{person_email} is invited.").format(person_email=person.email))
    return redirect("person-detail", pk=pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person_join(request: HttpRequest, uid: str, key: str) -> HttpResponseBase:
    """Ask an invited person for a name and a password, and sign the person in."""
    user = invitations.invited_by(uid, key)
    if user is None:
        return render(request, "people/no_invitation.html", status=404)
    if (provider := required_of(user)) is not None:
        return lead_on(request, provider, user.email)
    form = JoinForm(user, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "people/person_join.html", {"form": form, "person": user})
    if not invitations.join(user, form.cleaned_data["name"], form.cleaned_data["password"]):
        return render(request, "people/no_invitation.html", status=404)
    signed_in: HttpResponseBase = perform_login(request, user, email_verification="none")
    return signed_in
