"""Tokens, and API clients that carry them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone
from rest_framework.test import APIClient

from portal.models import User, UserAuthorizationToken


def issue(user: User, *codenames: str, **changes: Any) -> str:
    """Issue a token of `user` with the permissions named, or with all that exist when none is named."""
    permissions = Permission.objects.filter(codename__in=codenames) if codenames else Permission.objects.all()
    fields: dict[str, Any] = {"expires_at": timezone.now() + timedelta(days=1), "name": "test"} | changes
    return UserAuthorizationToken.issue(user, permissions=list(permissions), **fields)[1]


def client_of(user: User, *codenames: str) -> APIClient:
    """Return an API client with a new token of `user`."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"UAT {issue(user, *codenames)}")
    return client
