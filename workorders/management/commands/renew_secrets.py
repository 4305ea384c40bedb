"""`manage.py renew_secrets`: the secrets of secure graphics under a new SECRET_KEY."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from workorders.models import Workorder
from workorders.secure_graphic import SecretLost, renew_secret


class Command(BaseCommand):
    help = "Encrypts the secrets of all secure workorders with SECRET_KEY, so that SECRET_KEY_FALLBACKS can be emptied."

    def handle(self, *args: Any, **options: Any) -> None:
        renewed = 0
        with transaction.atomic():
            for workorder in Workorder.objects.filter(type=Workorder.Type.SSC).only("secret").order_by("pk").iterator():
                try:
                    secret = renew_secret(bytes(workorder.secret))
                except SecretLost as error:
                    raise CommandError(f"Workorder {workorder.pk}: {error} Nothing was changed.") from None
                renewed += Workorder.objects.filter(pk=workorder.pk).update(secret=secret)
        self.stdout.write(f"Encrypted anew: {renewed} workorder{'' if renewed == 1 else 's'}.")
