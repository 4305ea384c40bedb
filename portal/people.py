"""The people of a company: how they come in, what their role is, and how they go.

People come by invitation of their company's admin, never by signing up. A company keeps an admin who can sign in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from portal.models import Company, User
from portal.security_log import tell

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

UNUSABLE = "!"  # what Django begins the password with of someone who has none


class LastAdmin(Exception):  # noqa: N818  # a rule, not a fault
    """The company would be left without an admin who can sign in."""


class Invitations(PasswordResetTokenGenerator):
    """Signed keys that hold for PASSWORD_RESET_TIMEOUT seconds and until a password is set."""

    key_salt = "portal.people.Invitations"


invitations = Invitations()


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


def invite(company: Company, email: str, role: str) -> User:
    """A new person of the company, who has no password until the invitation is followed."""
    with transaction.atomic():
        user = User.objects.create_user(email, company=company)
        user.groups.set([Group.objects.get(name=role)])
    tell("invited", of=user, email=email, role=role)
    return user


def send_invitation(user: User, by: User) -> None:
    """Mail the person a link that holds once; an earlier one holds no more. OSError when the mail cannot be sent."""
    user.set_unusable_password()
    user.save(update_fields=["password"])
    path = reverse("person-join", args=[int_to_base36(user.pk), invitations.make_token(user)])
    days = settings.PASSWORD_RESET_TIMEOUT // 86400
    context = {"company": user.company, "by": by, "url": settings.PUBLIC_URL + path, "days": days}
    subject = f"{user.company} invites you to Codeport"
    send_mail(subject, render_to_string("people/invitation.txt", context), None, [user.email])


def invited_by(uid: str, key: str) -> User | None:
    """Whom a link invites; None when it is used, too old or made up."""
    try:
        user = User.objects.select_related("company").filter(pk=base36_to_int(uid), is_active=True).first()
    except (ValueError, OverflowError):
        return None
    follows = user is not None and not user.has_usable_password() and invitations.check_token(user, key)
    return user if follows else None


def join(user: User, name: str, password: str) -> None:
    """Let the invited person in."""
    user.name = name
    user.set_password(password)
    user.save(update_fields=["name", "password"])
    tell("joined", of=user, by=user)


def give_role(user: User, role: str) -> None:
    """Make `role` the person's only one; LastAdmin when that leaves the company without an admin."""
    with _with_an_admin(user):
        before = role_of(user)
        user.groups.set([Group.objects.get(name=role)])
    if role != before:
        tell("role_given", of=user, role=role, before=before)


def deactivate(user: User) -> None:
    """Sign the person out everywhere and stop the tokens; LastAdmin when that leaves the company without an admin."""
    with _with_an_admin(user):
        User.objects.filter(pk=user.pk).update(is_active=False)
        for session in UserSession.objects.filter(user=user):
            session.end()
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
