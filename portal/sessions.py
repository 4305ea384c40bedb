"""Sessions in the database, encrypted: a half-made second step, or a request that waits, may stand in them."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib.sessions.backends import db

from portal.at_rest import SEALED, box

PURPOSE = b"codeport session 1"


class SessionStore(db.SessionStore):
    """Django's own, whose data is signed alone."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        return box(PURPOSE).encrypt(super().encode(session_dict).encode()).decode()

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """What `encode` was given, or Django's own; nothing when no key opens it."""
        if str(session_data).startswith(SEALED):
            try:
                session_data = box(PURPOSE).decrypt(session_data).decode()
            except InvalidToken:
                return {}
        return super().decode(session_data)
