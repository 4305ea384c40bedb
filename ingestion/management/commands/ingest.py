"""`manage.py ingest FILE --company SLUG`: one upload, processed in the foreground."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from ingestion import engine, services
from ingestion.errors import message
from ingestion.models import IngestionRecord
from ingestion.options import ProcessSerializer
from portal.models import Company, User
from portal.storage import storage
from portal.whole_numbers import whole_argument

BAR = 30  # characters
REDRAW = 0.5  # seconds


class Command(BaseCommand):
    help = "Uploads FILE for a company and processes it here and now; prints the record key. Exit code 1: refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--company", required=True, metavar="SLUG")
        parser.add_argument(
            "--filetype", choices=IngestionRecord.Filetype.values, help="by the file's ending if not said"
        )
        parser.add_argument("--default-scm-data", metavar="JSON", default="{}")
        parser.add_argument("--allow-posted-duplicates", action="store_true")
        parser.add_argument(
            "--workorder", type=whole_argument, metavar="ID", help="the workorder of secure codes they are for"
        )
        parser.add_argument("--id-format", choices=IngestionRecord.IdFormat.values, default="default")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        company = Company.objects.filter(slug=options["company"], kind=Company.Kind.BRAND_OWNER).first()
        if company is None:
            raise CommandError(f"No brand owner has the slug {options['company']}.")
        if not path.is_file():
            raise CommandError(f"There is no regular file {path}.")
        filetype = options["filetype"] or path.suffix.lstrip(".").lower()
        if filetype not in IngestionRecord.Filetype.values:
            raise CommandError(
                f"Say with --filetype what {path.name} is: {', '.join(IngestionRecord.Filetype.values)}."
            )
        user = _uploader(company)
        record = services.start_upload(
            user, company, filetype=filetype, mode=IngestionRecord.Mode.API, file_name=path.name
        )
        parameters = _parameters(company, record, options)
        with path.open("rb") as file:
            storage().save(record.incoming_path, File(file))
        services.queue(record, parameters, user)
        self.stdout.write(record.key)
        self._run(record)

    def _run(self, record: IngestionRecord) -> None:
        with _Bar(record.pk):
            try:
                engine.run(record.pk)
            except KeyboardInterrupt:
                services.cancel(record, record.created_by)
                raise CommandError("Cancelled; nothing was stored.", returncode=130) from None
        record.refresh_from_db()
        if record.status != IngestionRecord.Status.COMPLETED:
            lines = [_told(record, kind, count) for kind, count in record.error_counts.items()]
            raise CommandError("\n".join([f"The upload ended as {record.status}; nothing was stored.", *lines]))


def _told(record: IngestionRecord, kind: str, count: int) -> str:
    """How often a kind of error was found, how to mend it, and the first of them."""
    first = record.errors.filter(error=kind).order_by("row", "pk")[0]
    where = "" if first.row is None else f"Row {first.row:,}, {first.column or 'whole row'}: "
    return f"{kind} ({count:,}): {where}{message(first)} {record.kinds[kind].remedy}"


def _uploader(company: Company) -> User:
    """Whose upload it is: the first of the company's active people who may upload."""
    for user in company.people.filter(is_active=True).order_by("pk"):
        if user.may("ingestion_code_create"):
            return user
    raise CommandError(f"{company.name} has no active person who may upload codes.")


def _parameters(company: Company, record: IngestionRecord, options: dict[str, Any]) -> dict[str, Any]:
    """The parameters, checked as the API checks them."""
    try:
        defaults = json.loads(options["default_scm_data"])
    except (ValueError, RecursionError):
        raise CommandError("--default-scm-data is not JSON.") from None
    posted = {
        "record": record.key,
        "default_scm_data": defaults,
        "allow_posted_duplicates": options["allow_posted_duplicates"],
        "workorder": options["workorder"],
        "id_format": options["id_format"],
    }
    form = ProcessSerializer(data=posted, context={"company": company})
    if not form.is_valid():
        services.cancel(record, record.created_by)
        raise CommandError("\n".join(f"{name}: {text}" for name, texts in form.errors.items() for text in texts))
    return form.parameters()


class _Bar(threading.Thread):
    """A progress bar on standard error, where that is a terminal."""

    def __init__(self, record_id: int) -> None:
        super().__init__(daemon=True)
        self.record_id = record_id
        self.ended = threading.Event()

    def __enter__(self) -> None:
        if sys.stderr.isatty():
            self.start()

    def __exit__(self, *exception: object) -> None:
        self.ended.set()
        if self.is_alive():
            self.join()
            sys.stderr.write("\r\033[K")

    def run(self) -> None:
        while not self.ended.wait(REDRAW):
            record = IngestionRecord.objects.get(pk=self.record_id)
            filled = BAR * (record.percent or 0) // 100
            bar = "█" * filled + "·" * (BAR - filled)
            sys.stderr.write(f"\r\033[K{bar} {record.get_phase_display()} {record.rows_done:,}")
            sys.stderr.flush()
        connection.close()
