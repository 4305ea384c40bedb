"""Tokens and permissions of the API, and refusals of callers of another kind of company."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from portal.accounts import security_log
from portal.models import User, UserAuthorizationToken

if TYPE_CHECKING:  # the framework's views load this module to find their defaults
    from rest_framework.views import APIView

LAST_USED_PRECISION = timedelta(minutes=1)  # a token's last use is written at most this often


class UserAuthorizationTokenAuthentication(BaseAuthentication):
    """`Authorization: UAT <token>`."""

    keyword = "UAT"

    def authenticate(self, request: Request) -> tuple[User, UserAuthorizationToken] | None:
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != self.keyword.lower():
            return None
        token = UserAuthorizationToken.find(secret.strip())
        if token is None or not token.is_valid:
            security_log.token_refused(token, secret)
            raise exceptions.AuthenticationFailed("Invalid token: unknown, expired or revoked.")
        now, same = timezone.now(), UserAuthorizationToken.objects.filter(pk=token.pk)
        if token.last_used_at is None and same.filter(last_used_at=None).update(last_used_at=now):
            security_log.tell("token_first_used", of=token, by=token.user)
        elif token.last_used_at is not None and now - token.last_used_at > LAST_USED_PRECISION:
            same.update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class HasPermission(BasePermission):
    """A view names what it needs as `permission`; both the person and, if there is one, the token must hold it.

    Of several that it names in a tuple, one is enough.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        if not isinstance(user, User) or not user.is_active:
            return False
        needed = permissions_of(view)
        return not needed or any(may(request, codename) for codename in needed)


def permissions_of(view: APIView) -> tuple[str, ...]:
    """Return the permissions of which the view needs one; none where any token will do."""
    named: str | tuple[str, ...] | None = view.permission  # type: ignore[attr-defined]  # a view without it is a bug
    return (named,) if isinstance(named, str) else named or ()


def person(request: Request) -> User:
    """Return the person who calls. `HasPermission` lets no one else through."""
    assert isinstance(request.user, User)  # noqa: S101  # tells the type checker
    return request.user


def not_a_brands(request: Request, what: str) -> exceptions.PermissionDenied:
    """403: people of a brand owner do `what`, and the caller is none."""
    return _not_of("a brand owner", request, what)


def not_a_partners(request: Request, what: str) -> exceptions.PermissionDenied:
    """403: people of a printing partner do `what`, and the caller is none."""
    return _not_of("a printing partner", request, what)


def _not_of(company: str, request: Request, what: str) -> exceptions.PermissionDenied:
    lone = person(request).is_superuser and person(request).company is None
    reason = " A superuser belongs to no company: call with a token of one of its people." if lone else ""
    return exceptions.PermissionDenied(f"Only people of {company} {what}.{reason}")


def may(request: Request, codename: str) -> bool:
    """Say whether both the person and, if there is one, the token hold the permission."""
    token = request.auth
    if isinstance(token, UserAuthorizationToken) and codename not in token.allowed:
        return False
    return person(request).may(codename)


def caller(request: Request) -> str:
    """Return a name that tells callers apart: of the token, or of the person where there is none."""
    token = request.auth
    return f"token-{token.pk}" if isinstance(token, UserAuthorizationToken) else f"person-{person(request).pk}"
