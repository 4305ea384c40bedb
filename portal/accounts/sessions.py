"""Sessions in the database: encrypted, since a half-made second step may stand in them, and ended in time.

A session ends when nobody has used it for SESSION_IDLE_SECONDS, and SESSION_COOKIE_AGE after the sign-in however much
it is used. It is read here alone, so nothing that asks who is signed in can miss that.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.core import context
from allauth.mfa.signals import authenticator_used
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import db
from django.dispatch import receiver
from django.http import HttpRequest

from portal.accounts.security_log import tell
from portal.database.encryption import SEALED, box
from portal.models import User

PURPOSE = b"codeport session 1"
BEGAN, SEEN = "began", "seen"
STEP = 300  # seconds; the last use is written no more often


class SessionStore(db.SessionStore):
    """Django's own, whose data is signed alone, and lives for as long as it is used."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        return box(PURPOSE).encrypt(super().encode(session_dict).encode()).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """Return the data that `encode` or Django's own encoding was given, or nothing when no key opens it."""
        if str(session_data).startswith(SEALED):
            try:
                session_data = box(PURPOSE).decrypt(session_data).decode()
            except InvalidToken:
                return {}
        return super().decode(session_data)

    def load(self) -> dict[str, Any]:
        """Return the data of the session. When its time is over, delete it and return nothing."""
        data: dict[str, Any] = super().load()
        if SESSION_KEY not in data:
            return data
        now = int(time.time())
        began, seen = data.setdefault(BEGAN, now), data.get(SEEN, 0)
        if why := _over(now - began, now - (seen or now)):
            self.delete(self.session_key)
            self._session_key = None
            tell("session_ended", by=User.objects.filter(pk=data[SESSION_KEY]).first(), reason=why)
            return {}
        if now - seen > STEP:
            data[SEEN] = now
            self.modified = True
        return data


def _over(age: int, idle: int) -> str:
    """Say why a session is over, or return an empty text when it is not."""
    if age > settings.SESSION_COOKIE_AGE:
        return "age"
    return "idle" if idle > settings.SESSION_IDLE_SECONDS else ""


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_: Any) -> None:
    """A new sign-in in an old session begins anew."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


def renew_key(request: HttpRequest) -> None:
    """Give the session another key, since whoever is signed in has shown again who they are."""
    old = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=old).update(session_key=request.session.session_key)


@receiver(authenticator_used)
def _shown_again(request: HttpRequest, **told: Any) -> None:
    if told.get("reauthenticated"):
        renew_key(request)


class UserSessionsAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]  # allauth carries no types
    """Tells that somebody has signed out other browsers."""

    def end_sessions(self, sessions: list[UserSession]) -> None:
        super().end_sessions(sessions)
        if sessions:
            tell("sessions_ended", of=sessions[0].user, number=len(sessions))


def end_sessions(user: User, *, but_of: str = "") -> int:
    """Sign the person out everywhere but in the browser that asks for it, and count the sessions.

    Those that began at the identity provider `but_of` go on.
    """
    request = context.request
    mine = request.session.session_key if request is not None and hasattr(request, "session") else None
    others = [kept for kept in UserSession.objects.filter(user=user) if kept.session_key != mine]
    sessions = [kept for kept in others if not (but_of and _began_at(kept.session_key, but_of))]
    UserSessionsAdapter().end_sessions(sessions)
    return len(sessions)


def _began_at(session_key: str, provider: str) -> bool:
    methods = SessionStore(session_key).load().get(AUTHENTICATION_METHODS_SESSION_KEY, ())
    return any(method.get("provider") == provider for method in methods)
