"""The letters with a link to join by: `people` has them written, and they ask it for the link."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext

from portal.accounts import invitations, letters, people
from portal.models import Invitation, Letter, User
from portal.pages.languages import written_for


def _invitation(letter: Letter) -> list[EmailMessage]:
    """The link to join by; to whoever has an account already, that one address has one account."""
    invitation = Invitation.objects.select_related("company", "by").filter(pk=letter.detail["invitation"]).first()
    if invitation is None:
        return []  # withdrawn meanwhile
    context = {"company": invitation.company, "by": invitation.by}
    with written_for(None, invitation.company):
        if User.objects.filter(email__iexact=letter.email).exists():
            return [_invited("people/invited_already.txt", letter.email, context)]
        return [_invited("people/invitation.txt", letter.email, context | {"url": invitations.link_of(invitation)})]


def _welcome(letter: Letter) -> list[EmailMessage]:
    """The link to join by, to somebody whom the back office has made."""
    found = User.objects.select_related("company").in_bulk([letter.detail["user"], letter.detail["by"]])
    user, by = found[letter.detail["user"]], found[letter.detail["by"]]
    if people.state_of(user) != "invited":
        return []
    with written_for(user):
        context = {"company": user.company or gettext("the portal"), "by": by, "url": invitations.link_of_person(user)}
        return [_invited("people/invitation.txt", letter.email, context)]


def _invited(template: str, email: str, context: dict[str, Any]) -> EmailMessage:
    days = settings.PASSWORD_RESET_TIMEOUT // 86400
    text = render_to_string(
        template, {"days": days, "sign_in": settings.PUBLIC_URL + reverse("account_login")} | context
    )
    return EmailMessage(
        gettext("{company} invites you to Codeport").format(company=context["company"]), text, None, [email]
    )


letters.MAKERS |= {Letter.Kind.INVITATION: _invitation, Letter.Kind.WELCOME: _welcome}
