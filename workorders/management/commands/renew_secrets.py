"""`manage.py renew_secrets`: all secrets in the database under a new SECRET_KEY."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from portal.accounts import second_step
from portal.accounts.security_log import tell
from portal.accounts.sign_on import providers
from portal.database.encryption import SecretLost
from portal.management.own_command import OwnCommand
from workorders.models import Workorder
from workorders.rendering.secure_graphic import renew_secret
from workorders.webhooks import signing


class Command(OwnCommand):
    help = "Encrypts all secrets in the database with SECRET_KEY, so that SECRET_KEY_FALLBACKS can be emptied."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                graphics, second_steps, webhooks = _graphics(), second_step.renew(), signing.renew()
                identity_providers = providers.renew()
        except SecretLost as error:
            raise CommandError(f"{error} Nothing was changed.") from None
        tell(
            "secrets_renewed",
            graphics=graphics,
            second_steps=second_steps,
            webhooks=webhooks,
            providers=identity_providers,
        )
        others = ((second_steps, "second step"), (webhooks, "webhook"), (identity_providers, "identity provider"))
        more = [_counted(number, what) for number, what in others if number]
        self.stdout.write(f"Encrypted anew: {', '.join([_counted(graphics, 'workorder'), *more])}.")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _graphics() -> int:
    """Encrypt the secrets of all workorders anew, and return how many there were."""
    renewed = 0
    for workorder in Workorder.objects.filter(type=Workorder.Type.SSC).only("secret").order_by("pk").iterator():
        try:
            secret = renew_secret(bytes(workorder.secret))
        except SecretLost as error:
            raise SecretLost(f"Workorder {workorder.pk}: {error}") from None
        renewed += Workorder.objects.filter(pk=workorder.pk).update(secret=secret)
    return renewed
