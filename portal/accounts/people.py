"""The people of a company: how they come in, what their role is, and how they go.

People come by invitation of their company's admin, never by signing up. A company keeps an admin who can sign in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.signals import m2m_changed
from django.dispatch import receiver
from django.utils.translation import gettext_noop

from portal.accounts.security_log import tell
from portal.accounts.sessions import end_sessions
from portal.models import Company, User
from portal.roles import ROLES_OF_KIND
from portal.values.words import gettext_lazy

ROLES_OF: dict[str, dict[str, str]] = {
    Company.Kind.BRAND_OWNER: {
        "staff": gettext_lazy("Uploads, sees records and workorders, downloads, edits products"),
        "admin": gettext_lazy("Also cancels, archives, and manages people, tokens and company settings"),
    },
    Company.Kind.PRINTING_PARTNER: {
        "printer": gettext_lazy("Prints the workorders assigned to your company, keeps equipment and substrates"),
        "admin": gettext_lazy("Also manages people and tokens"),
    },
}
"""The roles that an admin can give in each kind of company, and what they mean."""

OPERATOR = "operator"  # the role of those who run the portal, below superusers
UNUSABLE = "!"  # what Django begins the password with of someone who has none


class WrongRole(Exception):  # noqa: N818  # a rule, not a fault
    """The role is none that people of such a company can have. The message says which they can."""


@receiver(m2m_changed, sender=User.groups.through)
def refuse_wrong_roles(instance: User | Group, action: str, reverse: bool, pk_set: set[int], **_: Any) -> None:
    """Raise WrongRole where anything gives a person a role that does not fit, or such a person to a role."""
    if action != "pre_add":
        return
    given_to, given = (pk_set, [instance.pk]) if reverse else ([instance.pk], pk_set)
    roles = Group.objects.filter(pk__in=given).values_list("name", flat=True)
    for kind in set(User.objects.filter(pk__in=given_to).values_list("company__kind", flat=True)):
        if wrong := wrong_roles(kind, roles):
            raise WrongRole(wrong)


class LastAdmin(Exception):  # noqa: N818  # a rule, not a fault
    """The company would be left without an admin who can sign in."""


class LastOperator(LastAdmin):
    """Nobody would be left who runs the portal."""


def people_of(company: Company) -> QuerySet[User]:
    """Return the people whom an admin of the company looks after, without those who run the portal."""
    return User.objects.filter(company=company, is_superuser=False, is_staff=False, forgotten_at=None).prefetch_related(
        "groups"
    )


def role_of(user: User) -> str:
    """Return the person's role, the widest one first, or an empty text when there is none."""
    held = {group.name for group in user.groups.all()}
    return next(
        (role for role in (gettext_noop("admin"), gettext_noop("staff"), gettext_noop("printer")) if role in held), ""
    )


def state_of(user: User) -> str:
    """Say whether the person can sign in: `active`, `invited` or `deactivated`.

    Who came by the company's identity provider has no password.
    """
    if not user.is_active:
        return gettext_noop("deactivated")
    came = user.has_usable_password() or user.last_login is not None
    return gettext_noop("active") if came else gettext_noop("invited")


def in_reach(user: User, by: User) -> bool:
    """Say whether `by`, who is in the back office, may do something to the person.

    Superusers may to everybody, operators to nobody who runs the portal, themselves included.
    """
    runs_portal = user.is_superuser or user.is_staff or any(group.name == OPERATOR for group in user.groups.all())
    return by.is_superuser or not runs_portal


def wrong_roles(kind: str | None, roles: Collection[str]) -> str:
    """Say in a sentence which of `roles` people of a company of this `kind` cannot hold, or return an empty text.

    A `kind` of None stands for people of no company.
    """
    wrong = sorted(set(roles) - set(ROLES_OF_KIND[kind]))
    if not wrong:
        return ""
    whose = f"Somebody of a {Company.Kind(kind).label}" if kind else "Somebody of no company"
    return f"{whose} cannot be {' or '.join(wrong)}, only {' or '.join(ROLES_OF_KIND[kind])}."


def set_role(user: User, role: str) -> None:
    """Make `role` the person's only one. Raise WrongRole."""
    if wrong := wrong_roles(user.company_kind, [role]):
        raise WrongRole(wrong)
    user.groups.set([Group.objects.get(name=role)])


def give_role(user: User, role: str) -> None:
    """Make `role` the person's only one. Raise WrongRole, or LastAdmin if the company would have no admin left."""
    with transaction.atomic():
        with with_an_admin(user):
            before = role_of(user)
            set_role(user, role)
        if role != before:
            tell("role_given", of=user, role=role, before=before)
            end_sessions(user)


def deactivate(user: User) -> None:
    """Sign the person out everywhere and stop the tokens. Raise LastAdmin if nobody would be left for the rest."""
    with transaction.atomic():
        with with_an_admin(user):
            User.objects.filter(pk=user.pk).update(is_active=False)
            end_sessions(user)
        tell("deactivated", of=user)


def reactivate(user: User) -> None:
    """Let the person sign in again; tokens work again too."""
    with transaction.atomic():
        if User.objects.filter(pk=user.pk, is_active=False, forgotten_at=None).update(is_active=True):
            tell("reactivated", of=user)


@contextmanager
def with_an_admin(user: User) -> Iterator[None]:
    """Roll back a change to `user` that takes the company its last admin, or the portal its last superuser.

    Changes in one company come in turn, and so do those to superusers.
    """
    with transaction.atomic():
        superusers = User.objects.filter(is_superuser=True, is_active=True)
        if user.company_id is not None:
            Company.objects.select_for_update().get(pk=user.company_id)
        if user.is_superuser:
            list(superusers.order_by("pk").select_for_update())
        had_admin, had_superuser = _admins_of(user.company).exists(), superusers.exists()
        yield
        if had_superuser and not superusers.exists():
            raise LastOperator
        if had_admin and not _admins_of(user.company).exists():
            raise LastAdmin


def _admins_of(company: Company | None) -> QuerySet[User]:
    """Return the admins of the company who can sign in; none where there is no company."""
    admins = User.objects.filter(company=company, is_active=True, groups__name="admin")
    return admins.exclude(password__startswith=UNUSABLE, last_login=None)
