"""The mail that tells an uploader how the upload ended."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from ingestion.models import IngestionRecord
from portal import timeline

MOST_KINDS = 5  # of errors that a mail explains

Status = IngestionRecord.Status


def tell_end(record_id: int) -> None:
    """Mail the uploader of a record that ended, who wants it and used the pages, or was named to the command.

    OSError when the mail cannot go.
    """
    record = IngestionRecord.objects.select_related("created_by").get(pk=record_id)
    user = record.created_by
    waits = record.ingestion_mode == IngestionRecord.Mode.PORTAL or _signed_at_the_command(record)
    if not (waits and user.is_active and user.wants_mail):
        return
    context = _context(record)
    message = EmailMultiAlternatives(
        f"{context['name']}: {context['result']}", render_to_string("ingestion/mail.txt", context), None, [user.email]
    )
    message.attach_alternative(render_to_string("ingestion/mail.html", context), "text/html")
    message.send()
    timeline.note(record, "mailed")


def _signed_at_the_command(record: IngestionRecord) -> bool:
    return record.by_command and timeline.events_of(record).filter(what="created", by=record.created_by).exists()


def _context(record: IngestionRecord) -> dict[str, Any]:
    counts = sorted(record.error_counts.items(), key=lambda item: -item[1])
    codes, problems = record.result_data.get("codes_created", 0), sum(record.error_counts.values())
    done = f"{codes:,} code{'' if codes == 1 else 's'} created"
    failed = f"{problems:,} problem{'' if problems == 1 else 's'}, nothing stored"
    workorder = reverse("workorder-detail", args=[record.workorder_id]) if record.workorder_id else ""
    return {
        "record": record,
        "name": " ".join(record.file_name.split()) or record.key,
        "result": done if record.status == Status.COMPLETED else failed,
        "kinds": [(record.kinds[kind], number) for kind, number in counts[:MOST_KINDS]],
        "more": len(counts[MOST_KINDS:]),
        "warnings": len(record.warnings),
        "record_url": settings.PUBLIC_URL + reverse("record-detail", args=[record.key]),
        "workorder_url": workorder and settings.PUBLIC_URL + workorder,
        "account_url": settings.PUBLIC_URL + reverse("account"),
    }
