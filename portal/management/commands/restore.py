"""`manage.py restore FILE`: a backup into an empty installation."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from portal.backups.archive import BackupError
from portal.backups.restoring import restore
from portal.backups.targets import fetched
from portal.embedded.start_checks import alone
from portal.management.own_command import OwnCommand


class Command(OwnCommand):
    help = "Restores a file of `manage.py backup` into an installation in which there is nothing yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE|s3://BUCKET/NAME", help="the backup")

    def handle(self, *args: Any, **options: Any) -> None:
        held = alone(settings.CODEPORT_HOME) if settings.EMBEDDED_DATABASE else nullcontext()
        try:
            with held, fetched(options["file"]) as path:
                files = restore(path)
        except BackupError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Restored the database and {files:,} files; go on with `manage.py up`, or `migrate`.")
