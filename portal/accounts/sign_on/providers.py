"""Which identity provider somebody signs in at, and its secret as it lies in the database."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken

from portal.database.encryption import SecretLost, box
from portal.models import IdentityProvider, User

PURPOSE = b"codeport identity provider 1"
ROLE_SIGN = "="  # between a value of the claim and the role that it stands for


def domain_of(email: str) -> str:
    """Return what stands behind the @, as domains are stored."""
    return email.rpartition("@")[2].strip().lower()


def provider_for(email: str) -> IdentityProvider | None:
    """Return where people with such an address sign in, if anywhere."""
    found = IdentityProvider.objects.select_related("company")
    return found.filter(is_active=True, domains__domain=domain_of(email)).first()


def required_of(user: User) -> IdentityProvider | None:
    """Return the provider at which alone the person may sign in, if there is one.

    Superusers may always come by password: they are who mends a provider that is down or set up wrong.
    """
    provider = provider_for(user.email)
    binds = provider is not None and provider.is_required and provider.company_id == user.company_id
    return provider if binds and not user.is_superuser else None


def role_lines(text: str) -> dict[str, str]:
    """Return the roles by the values that stand for them. Raise ValueError, with the line that says neither."""
    roles: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        value, sign, role = (part.strip() for part in line.rpartition(ROLE_SIGN))
        if not (value and sign and role):
            raise ValueError(line)
        roles[value] = role
    return roles


def seal(secret: str) -> str:
    """Return a client's secret as it is stored."""
    return box(PURPOSE).encrypt(secret.encode()).decode() if secret else ""


def secret_of(provider: IdentityProvider) -> str:
    """Return the client's secret. Raise SecretLost where no key opens it."""
    if not provider.client_secret:
        return ""
    try:
        return box(PURPOSE).decrypt(provider.client_secret).decode()
    except InvalidToken:
        raise SecretLost(
            f"Identity provider {provider.slug}: its secret opens with none of the keys; type it again."
        ) from None


def renew() -> int:
    """Encrypt all secrets with the newest key, and count them. Raise SecretLost when one cannot be opened."""
    kept: Any = IdentityProvider.objects.exclude(client_secret="").select_for_update()
    return sum(
        IdentityProvider.objects.filter(pk=provider.pk).update(client_secret=seal(secret_of(provider)))
        for provider in kept
    )
