"""Invitations: how people come into a company, by a link that is mailed to them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import DataError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.http import base36_to_int, int_to_base36

from portal.accounts import letters
from portal.accounts.people import WrongRole, set_role, wrong_roles
from portal.accounts.security_log import tell
from portal.database.constraints import Violation, savepoint
from portal.models import Company, Invitation, Letter, User

EMAIL_TAKEN = ("portal_user_email_key", "user_email_any_case")  # the constraints of an address that somebody has


class Invitations(PasswordResetTokenGenerator):
    """Signed keys that hold for PASSWORD_RESET_TIMEOUT seconds and until a password is set."""

    key_salt = "portal.people.Invitations"


invitations = Invitations()


class CompanyInvitations(PasswordResetTokenGenerator):
    """Signed keys that hold for PASSWORD_RESET_TIMEOUT seconds and until the invitation is sent again or followed."""

    key_salt = "portal.people.CompanyInvitations"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        """Return the text that a key is made of. The argument `user` is the invitation."""
        return f"{user.pk} {user.company_id} {user.email} {user.sent_at.isoformat()} {timestamp}"


company_invitations = CompanyInvitations()
OF_COMPANY = "i-"  # how the first part of a company's link begins; what follows is in base 36


def invite(company: Company, email: str, role: str, by: User) -> None:
    """Mail a link to join by, which replaces an earlier one. Raise WrongRole.

    Whether the address has an account in another company is not asked here: only its owner shall learn that.
    """
    if wrong := wrong_roles(company.kind, [role]):
        raise WrongRole(wrong)
    changes = {"email": email, "role": role, "by": by, "sent_at": timezone.now()}
    with transaction.atomic():
        invitation, _ = Invitation.objects.update_or_create(
            company=company, email__iexact=email, defaults=changes, create_defaults=changes
        )
        tell("invited", of=company, email=email, role=role)
        letters.write(Letter.Kind.INVITATION, email, invitation=invitation.pk)


def withdraw(invitation: Invitation) -> None:
    """Withdraw the invitation, so that its link is no longer valid."""
    with transaction.atomic():
        if invitation.delete()[0]:
            tell("invitation_withdrawn", of=invitation.company, email=invitation.email)


def link_of(invitation: Invitation) -> str:
    """Return the URL at which the invited person joins."""
    return _link(f"{OF_COMPANY}{int_to_base36(invitation.pk)}", _key_of(invitation))


def _key_of(invitation: Any) -> str:
    return company_invitations.make_token(invitation)


def welcome(user: User, by: User) -> None:
    """Mail a link to join by, which replaces an earlier one, to a person whom the back office has made."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    tell("invited", of=user, email=user.email)
    letters.write(Letter.Kind.WELCOME, user.email, user=user.pk, by=by.pk)


def link_of_person(user: User) -> str:
    """Return the URL at which a person whom the back office has made joins."""
    return _link(int_to_base36(user.pk), invitations.make_token(user))


def _link(uid: str, key: str) -> str:
    return settings.PUBLIC_URL + reverse("person-join", args=[uid, key])


def invited_by(uid: str, key: str) -> User | None:
    """Return the person whom a link invites, or None when the link is used, too old or made up.

    The person may not be stored yet.
    """
    try:
        number = base36_to_int(uid.removeprefix(OF_COMPANY))
        if uid.startswith(OF_COMPANY):
            return _by_company(number, key)
        user = User.objects.select_related("company").filter(pk=number, is_active=True).first()
    except (ValueError, OverflowError, DataError):
        return None
    follows = user is not None and not user.has_usable_password() and invitations.check_token(user, key)
    return user if follows else None


def _by_company(number: int, key: str) -> User | None:
    invitation: Any = Invitation.objects.select_related("company").filter(pk=number).first()
    if invitation is None or not company_invitations.check_token(invitation, key):
        return None
    if User.objects.filter(email__iexact=invitation.email).exists():
        return None
    return User(email=invitation.email, company=invitation.company)


def join(user: User, name: str, password: str) -> bool:
    """Let the invited person in. Return False when the invitation, or the address, was taken in this moment."""
    user.name = name
    user.set_password(password)
    try:
        with savepoint(*EMAIL_TAKEN):
            if user.pk is None and not _came(user):
                return False
            user.save()
            tell("joined", of=user, by=user)
    except Violation:
        return False
    return True


def _came(user: User) -> bool:
    """Add the invited person to the company, with the promised role. Return False if there is no invitation."""
    found = Invitation.objects.select_for_update().filter(company=user.company, email=user.email).first()
    if found is None:
        return False
    user.save()
    set_role(user, found.role)
    found.delete()
    return True
