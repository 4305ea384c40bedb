"""Who is let in on the word of an identity provider: the rules that hold for OpenID Connect and SAML alike.

A provider speaks for the addresses of its own domains, and for people of its own company, alone. Whom it names for the
first time is added to that company; somebody who is there already is linked by a verified address, once.
"""

from __future__ import annotations

from typing import NamedTuple

from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from portal.accounts.invitations import EMAIL_TAKEN
from portal.accounts.people import role_of, set_role, wrong_roles
from portal.accounts.security_log import tell
from portal.accounts.sessions import end_sessions
from portal.accounts.sign_on.providers import domain_of, role_lines
from portal.database.constraints import Violation, savepoint
from portal.models import IdentityProvider, Invitation, User
from portal.roles import ROLES_OF_KIND
from portal.values.texts import unseen

LONGEST_SUBJECT = 191  # characters, the library's column
LONGEST_NAME = 100


class Identity(NamedTuple):
    """What a provider says about who came: all of it is its word, none is checked yet."""

    subject: str
    email: str
    is_verified: bool | None  # None where it says nothing about it
    name: str
    roles: frozenset[str]  # the values of the claim
    second_step: bool


class Refused(Exception):  # noqa: N818  # a rule, not a fault
    """The person is not let in. The reason is a word for the security log."""

    def __init__(self, reason: str, person: User | None = None) -> None:
        super().__init__(reason)
        self.reason, self.person = reason, person


def admit(provider: IdentityProvider, identity: Identity) -> User:
    """Return the person, added or linked if need be, with the role that the provider says. Raise Refused."""
    with transaction.atomic():
        locked = IdentityProvider.objects.select_for_update(of=("self",)).select_related("company")
        provider = locked.get(pk=provider.pk)
        _check(provider, identity)
        person, role = _known(provider, identity), _role(provider, identity)
        if person is None:
            return _added(provider, identity, role)
        if not provider.role_claim:
            return person
        if role:
            _give(person, role)
            return person
        _take_role(person)
    raise Refused("no_role", person)


def _check(provider: IdentityProvider, identity: Identity) -> None:
    """Refuse what the provider may not say. Raise Refused."""
    if not provider.is_active:
        raise Refused("inactive_provider")
    if not 0 < len(identity.subject) <= LONGEST_SUBJECT or "\0" in identity.subject:
        raise Refused("no_subject")
    try:
        validate_email(identity.email)
    except ValidationError:
        raise Refused("no_address") from None
    if unseen(identity.email) or not identity.email.isascii():
        raise Refused("no_address")
    if not provider.domains.filter(domain=domain_of(identity.email)).exists():
        raise Refused("foreign_domain")
    if not (identity.is_verified or (identity.is_verified is None and provider.vouches)):
        raise Refused("unverified")


def _known(provider: IdentityProvider, identity: Identity) -> User | None:
    """Return the person whom the provider names, linked now if need be, or None for a new one. Raise Refused."""
    links = SocialAccount.objects.select_related("user__company").filter(provider=provider.slug)
    link = links.filter(uid=identity.subject).first()
    people = User.objects.select_related("company")
    person = link.user if link else people.filter(email__iexact=identity.email).first()
    if person is None:
        return None
    if person.company_id != provider.company_id:
        raise Refused("other_company", person)
    if person.is_superuser or person.is_staff:
        raise Refused("operator", person)
    if not person.is_active:
        raise Refused("deactivated", person)
    if not provider.domains.filter(domain=domain_of(person.email)).exists():
        raise Refused("foreign_domain", person)
    if link is None:
        if links.filter(user=person).exists():
            raise Refused("other_subject", person)
        _link(provider, identity, person)
    return person


def _link(provider: IdentityProvider, identity: Identity, person: User) -> None:
    SocialAccount.objects.create(provider=provider.slug, uid=identity.subject, user=person)
    tell("sign_on_linked", of=person, by=person, provider=provider.slug)


def _added(provider: IdentityProvider, identity: Identity, role: str) -> User:
    """Add the person to the provider's company. Raise Refused without a role, or an address that was free before."""
    if not role:
        raise Refused("no_role")
    person = User(email=User.objects.normalize_email(identity.email), company=provider.company)
    person.name = "" if unseen(identity.name) else identity.name.strip()[:LONGEST_NAME]
    person.set_unusable_password()
    try:
        with savepoint(*EMAIL_TAKEN):
            person.save()
    except Violation:
        raise Refused("other_company") from None
    set_role(person, role)
    Invitation.objects.filter(company=provider.company, email__iexact=person.email).delete()
    tell("joined", of=person, by=person, provider=provider.slug, role=role)
    _link(provider, identity, person)
    return person


def _role(provider: IdentityProvider, identity: Identity) -> str:
    """Return the widest role that the provider says for the person, or else the usual one, or an empty text.

    What people of such a company cannot be counts for nothing, whatever the lines say.
    """
    fitting = ROLES_OF_KIND[provider.company.kind]
    said = {role for value, role in role_lines(provider.roles).items() if value in identity.roles}
    usual = provider.default_role if provider.default_role in fitting else ""
    return next((role for role in reversed(fitting) if role in said), usual)


def _give(person: User, role: str) -> None:
    """Make `role` the person's only one, even of a company's last admin: the company says so at its provider."""
    before = role_of(person)
    if role == before and not wrong_roles(person.company_kind, [group.name for group in person.groups.all()]):
        return
    set_role(person, role)
    tell("role_given", of=person, by=person, role=role, before=before, claimed=True)
    end_sessions(person)


def _take_role(person: User) -> None:
    """Leave the person without a role and signed out everywhere; tokens of the person open nothing then."""
    if before := role_of(person):
        person.groups.clear()
        tell("role_taken", of=person, by=person, before=before, claimed=True)
    end_sessions(person)
