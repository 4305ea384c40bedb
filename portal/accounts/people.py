"""The people of a company: how they come in, what their role is, and how they go.

People come by invitation of their company's admin, never by signing up. A company keeps an admin who can sign in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import DataError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import base36_to_int, int_to_base36

from portal.accounts import letters
from portal.accounts.security_log import tell
from portal.accounts.sessions import end_sessions
from portal.database.constraints import Violation, savepoint
from portal.models import Company, Invitation, Letter, User
from portal.roles import ROLES_OF_KIND

ROLES_OF: dict[str, dict[str, str]] = {
    Company.Kind.BRAND_OWNER: {
        "staff": "Uploads, sees records and workorders, downloads, edits products",
        "admin": "Also cancels, archives, and manages people and tokens",
    },
    Company.Kind.PRINTING_PARTNER: {
        "printer": "Prints the workorders assigned to your company, keeps equipment and substrates",
        "admin": "Also manages people and tokens",
    },
}
"""The roles that an admin can give in each kind of company, and what they mean."""

EMAIL_TAKEN = ("portal_user_email_key", "user_email_any_case")  # the constraints of an address that somebody has
UNUSABLE = "!"  # what Django begins the password with of someone who has none


class WrongRole(Exception):  # noqa: N818  # a rule, not a fault
    """The role is none of those that people of such a company have; the message says which are."""


class LastAdmin(Exception):  # noqa: N818  # a rule, not a fault
    """The company would be left without an admin who can sign in."""


class Invitations(PasswordResetTokenGenerator):
    """Signed keys that hold for PASSWORD_RESET_TIMEOUT seconds and until a password is set."""

    key_salt = "portal.people.Invitations"


invitations = Invitations()


class CompanyInvitations(PasswordResetTokenGenerator):
    """Signed keys that hold for PASSWORD_RESET_TIMEOUT seconds and until the invitation is sent again or followed."""

    key_salt = "portal.people.CompanyInvitations"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        """What a key is made of; its `user` is the invitation."""
        return f"{user.pk} {user.company_id} {user.email} {user.sent_at.isoformat()} {timestamp}"


company_invitations = CompanyInvitations()
OF_COMPANY = "i-"  # how the first part of a company's link begins; what follows is in base 36


def people_of(company: Company) -> QuerySet[User]:
    """Whom an admin of the company looks after; not those who run the portal."""
    return User.objects.filter(company=company, is_superuser=False, is_staff=False).prefetch_related("groups")


def role_of(user: User) -> str:
    """The person's role, the widest one first; empty when there is none."""
    held = {group.name for group in user.groups.all()}
    return next((role for role in ("admin", "staff", "printer") if role in held), "")


def state_of(user: User) -> str:
    """Whether the person can sign in: `active`, `invited` or `deactivated`."""
    if not user.is_active:
        return "deactivated"
    return "active" if user.has_usable_password() else "invited"


def wrong_roles(kind: str | None, roles: Collection[str]) -> str:
    """Which of `roles` people of a company of this `kind`, or of none, cannot hold, in a sentence; empty when none."""
    wrong = sorted(set(roles) - set(ROLES_OF_KIND[kind]))
    if not wrong:
        return ""
    whose = f"Somebody of a {Company.Kind(kind).label}" if kind else "Somebody of no company"
    return f"{whose} cannot be {' or '.join(wrong)}, only {' or '.join(ROLES_OF_KIND[kind])}."


def _set_role(user: User, role: str) -> None:
    """Make it the person's only one. WrongRole."""
    if wrong := wrong_roles(user.company_kind, [role]):
        raise WrongRole(wrong)
    user.groups.set([Group.objects.get(name=role)])


def invite(company: Company, email: str, role: str, by: User) -> None:
    """Mail a link to join by; an earlier one holds no more. WrongRole.

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
    """Make the link worthless."""
    if invitation.delete()[0]:
        tell("invitation_withdrawn", of=invitation.company, email=invitation.email)


def link_of(invitation: Invitation) -> str:
    """The address at which the invited person joins."""
    return _link(f"{OF_COMPANY}{int_to_base36(invitation.pk)}", _key_of(invitation))


def _key_of(invitation: Any) -> str:
    return company_invitations.make_token(invitation)


def welcome(user: User, by: User) -> None:
    """Mail a person whom the back office has made a link to join by; an earlier one holds no more."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    tell("invited", of=user, email=user.email)
    letters.write(Letter.Kind.WELCOME, user.email, user=user.pk, by=by.pk)


def link_of_person(user: User) -> str:
    """The address at which somebody joins whom the back office has made."""
    return _link(int_to_base36(user.pk), invitations.make_token(user))


def _link(uid: str, key: str) -> str:
    return settings.PUBLIC_URL + reverse("person-join", args=[uid, key])


def invited_by(uid: str, key: str) -> User | None:
    """Whom a link invites, who may not be stored yet; None when it is used, too old or made up."""
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
    """Let the invited person in; False when the invitation, or the address, was taken in this moment."""
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
    """Make the invited person one of the company's, with the role that was promised; False without an invitation."""
    found = Invitation.objects.select_for_update().filter(company=user.company, email=user.email).first()
    if found is None:
        return False
    user.save()
    _set_role(user, found.role)
    found.delete()
    return True


def give_role(user: User, role: str) -> None:
    """Make `role` the person's only one; LastAdmin when that leaves the company without an admin. WrongRole."""
    with _with_an_admin(user):
        before = role_of(user)
        _set_role(user, role)
    if role != before:
        tell("role_given", of=user, role=role, before=before)
        end_sessions(user)


def deactivate(user: User) -> None:
    """Sign the person out everywhere and stop the tokens; LastAdmin when that leaves the company without an admin."""
    with _with_an_admin(user):
        User.objects.filter(pk=user.pk).update(is_active=False)
        end_sessions(user)
    tell("deactivated", of=user)


def reactivate(user: User) -> None:
    """Let the person sign in again; tokens work again too."""
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        tell("reactivated", of=user)


@contextmanager
def _with_an_admin(user: User) -> Iterator[None]:
    """A change to `user`, undone when it takes the company its last admin; one company's changes come in turn."""
    with transaction.atomic():
        Company.objects.select_for_update().get(people=user)
        had = _admins_of(user.company).exists()
        yield
        if had and not _admins_of(user.company).exists():
            raise LastAdmin


def _admins_of(company: Company | None) -> QuerySet[User]:
    """The admins of the company who can sign in."""
    admins = User.objects.filter(company=company, is_active=True, groups__name="admin")
    return admins.exclude(password__startswith=UNUSABLE)
