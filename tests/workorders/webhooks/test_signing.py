"""Secrets of endpoints at rest."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.conf import settings as ours
from django.core.management import CommandError, call_command
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from portal.database.encryption import SecretLost
from tests.support.demo import Demo
from tests.support.webhooks import a_webhook
from workorders.models import Webhook
from workorders.webhooks import endpoints
from workorders.webhooks.signing import signatures


def signed_by(webhook: Webhook, secret: str) -> bool:
    at = timezone.now()
    found = signatures(webhook, "msg_1", at, "{}").split(" ")
    return Verifier(secret).sign("msg_1", at, "{}") in found


def test_a_secret_has_32_bytes_and_is_not_stored_as_it_is(demo: Demo) -> None:
    webhook, secret = a_webhook(demo)
    assert (secret[:6], len(secret)) == ("whsec_", 50)
    webhook.refresh_from_db()
    assert secret.encode() not in bytes(webhook.secret)
    assert signed_by(webhook, secret)


def test_a_new_key_opens_nothing_until_the_old_one_stands_beside_it_and_then_renews_all(
    demo: Demo, settings: Any
) -> None:
    webhook, old = a_webhook(demo)
    new = endpoints.renew_secret(webhook)
    endpoints.remove(a_webhook(demo)[0])
    before, settings.SECRET_KEY = ours.SECRET_KEY, "another key, of more than 32 characters"
    with pytest.raises(SecretLost, match=rf"^Webhook {webhook.pk}: its secret opens with none of the keys"):
        signed_by(webhook, new)
    with pytest.raises(CommandError, match=rf"^Webhook {webhook.pk}: .* Nothing was changed\.$"):
        call_command("renew_secrets")
    settings.SECRET_KEY_FALLBACKS = [before]
    said = StringIO()
    call_command("renew_secrets", stdout=said)
    assert said.getvalue() == "Encrypted anew: 0 workorders, 1 webhook.\n"
    settings.SECRET_KEY_FALLBACKS = []
    webhook.refresh_from_db()
    assert signed_by(webhook, old)
    assert signed_by(webhook, new)
