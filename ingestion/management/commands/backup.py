"""`manage.py backup`: database and files in one file, while everything runs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from ingestion.stored_files import stored_names
from portal.backups import daily
from portal.backups.archive import BackupError
from portal.backups.targets import back_up_to
from portal.management.own_command import OwnCommand

NO_FILES = (
    "The backup has the database alone: the storage has none of the files that it names. Is CODEPORT_HOME, or"
    " S3_BUCKET, the one of the portal?"
)


class Command(OwnCommand):
    help = "Writes database and files into one file, while everything runs, for `manage.py restore`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", metavar="DIR|s3://BUCKET/PREFIX", help="where to write it; CODEPORT_HOME/backups when not given"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backup, where_key_is = back_up_to(options["to"] or str(daily.folder()), stored_names)
        except BackupError as error:
            raise CommandError(str(error)) from None
        if backup.gone and not backup.files:
            self.stderr.write(NO_FILES, self.style.WARNING)
        self.stdout.write(f"Backed up to {backup.path}: {backup.size:,} bytes, {backup.files:,} files.\n{where_key_is}")
