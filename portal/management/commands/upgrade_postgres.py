"""`manage.py upgrade_postgres`: the embedded database of an earlier PostgreSQL, brought into this one."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from portal.embedded.major_upgrade import upgrade
from portal.embedded.start_checks import alone
from portal.management.own_command import OwnCommand


class Command(OwnCommand):
    help = "Brings the embedded database of an earlier PostgreSQL into the one that runs here, and keeps the old one."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED_DATABASE:
            raise CommandError("DATABASE_URL names a server of your own: bring it to a newer version by pg_upgrade.")
        with alone(settings.CODEPORT_HOME):
            self.stdout.write(upgrade(settings.CODEPORT_HOME))
