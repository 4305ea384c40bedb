"""Secrets of endpoints: made, encrypted at rest, and used to sign as the Standard Webhooks specification says."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from django.utils import timezone
from standardwebhooks import Webhook as Signer

from portal.database.encryption import SecretLost, box
from workorders.models import Webhook

PREFIX = "whsec_"
LENGTH = 32  # bytes
OVERLAP = timedelta(hours=24)  # for which an old secret goes on to sign
_PURPOSE = b"webhooks"


def new_secret() -> str:
    """Return a new secret as it is shown."""
    return PREFIX + base64.b64encode(secrets.token_bytes(LENGTH)).decode()


def seal(secret: str) -> bytes:
    """Encrypt a secret for its column."""
    return box(_PURPOSE).encrypt(secret.encode())


def signatures(webhook: Webhook, message_id: str, at: datetime, body: str) -> str:
    """Sign a message with the endpoint's secret, and with the old one while that is valid. Raise SecretLost."""
    sealed = [webhook.secret]
    if webhook.old_secret_until and webhook.old_secret_until > timezone.now():
        sealed.append(webhook.old_secret)
    return " ".join(Signer(_open(webhook, each)).sign(message_id, at, body) for each in sealed)


def renew() -> int:
    """Encrypt all secrets with the newest key, and count the endpoints. Raise SecretLost when one cannot be opened."""
    renewed = 0
    for webhook in Webhook.objects.filter(is_deleted=False).order_by("pk").select_for_update():
        anew = {"secret": seal(_open(webhook, webhook.secret))}
        if webhook.old_secret:
            anew["old_secret"] = seal(_open(webhook, webhook.old_secret))
        renewed += Webhook.objects.filter(pk=webhook.pk).update(**anew)
    return renewed


def forget_old() -> None:
    """Forget old secrets that do not sign any more."""
    Webhook.objects.filter(old_secret_until__lte=timezone.now()).update(old_secret=b"", old_secret_until=None)


def _open(webhook: Webhook, sealed: bytes | memoryview) -> str:
    try:
        return box(_PURPOSE).decrypt(bytes(sealed)).decode()
    except InvalidToken:
        raise SecretLost(f"Webhook {webhook.pk}: its secret opens with none of the keys; give it a new one.") from None
