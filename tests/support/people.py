"""People who join, sign in, and have a second step."""

from __future__ import annotations

import re
import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client

from portal.models import User
from tests.support.demo import PASSWORD

LOGIN, SECOND = "/accounts/login/", "/accounts/2fa/authenticate/"


def an_operator(email: str = "operator@codeport.example") -> User:
    """Somebody who runs the portal, below superusers."""
    user = User.objects.create_user(email, PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="operator"))
    return user


NEW = {"name": "Nora New", "password": "a long enough phrase"}


def signed_in(user: User, password: str = PASSWORD) -> Client:
    """A browser in which the person signed in by the form."""
    client = Client()
    response = client.post("/accounts/login/", {"login": user.email, "password": password})
    assert response.status_code == 302
    return client


def link() -> str:
    """The path in the newest mail."""
    (found,) = re.findall(rf"{settings.PUBLIC_URL}(/people/join/\S+)", str(mail.outbox[-1].body))
    return str(found)


def code(secret: str, later: int = 0) -> str:
    """What an authenticator app shows now, or so many times 30 seconds later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later)))


def confirmed(user: User) -> Client:
    """A browser in which the person has just shown the password again."""
    client = signed_in(user)
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return client


def with_app(user: User) -> tuple[Client, str]:
    """The person's browser after adding an authenticator app, and the app's secret."""
    client = confirmed(user)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    (secret,) = re.findall(r'id="authenticator_secret" value="(\w+)"', page)
    assert client.post("/accounts/2fa/totp/activate/", {"code": code(secret)}).status_code == 302
    return client, secret


def half_way(user: User) -> Client:
    """A browser where the password was right and the second step is asked for."""
    client = Client()
    response = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert response.headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/products/").status_code == 302
    return client


def tried(email: str, password: str, address: str = "192.0.2.1", browser: Client | None = None) -> str:
    """What becomes of an attempt: `in`, `wrong` or `limited`."""
    response = (browser or Client()).post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=address)
    if response.status_code == 302:
        return "in"
    return "limited" if "Too many failed login attempts" in response.content.decode() else "wrong"


def fields(*codenames: str, **changes: Any) -> dict[str, Any]:
    """What the form for a new token posts."""
    chosen = Permission.objects.filter(codename__in=codenames)
    return {"name": "Line 4", "permissions": [entry.pk for entry in chosen], "valid": "30", "date": ""} | changes
