"""The e-mail that tells an uploader how the upload ended."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from ingestion.models import IngestionRecord
from portal import timeline
from portal.accounts import letters
from portal.models import Letter

MOST_KINDS = 5  # of errors that an e-mail explains

Status = IngestionRecord.Status


def write_end_email(record: IngestionRecord) -> None:
    """Write an e-mail to the uploader of a record that ends, if they used the pages or the command named them.

    It is queued in the caller's transaction, so there is one exactly if the record ended.
    """
    if record.ingestion_mode == IngestionRecord.Mode.PORTAL or _signed_at_the_command(record):
        letters.write(Letter.Kind.UPLOAD_ENDED, record.created_by.email, record=record.pk)


def _build_end_email(letter: Letter) -> list[EmailMessage]:
    """Build the e-mail, if the uploader can sign in and wants it."""
    record = IngestionRecord.objects.select_related("created_by").filter(pk=letter.detail["record"]).first()
    if record is None or not (record.created_by.is_active and record.created_by.wants_mail):
        return []
    context = _context(record)
    subject, text = f"{context['name']}: {context['result']}", render_to_string("ingestion/mail.txt", context)
    message = EmailMultiAlternatives(subject, text, None, [record.created_by.email])
    message.attach_alternative(render_to_string("ingestion/mail.html", context), "text/html")
    timeline.note(record, "mailed")
    return [message]


letters.MAKERS[Letter.Kind.UPLOAD_ENDED] = _build_end_email


def _signed_at_the_command(record: IngestionRecord) -> bool:
    return record.by_command and timeline.events_of(record).filter(what="created", by=record.created_by).exists()


def _context(record: IngestionRecord) -> dict[str, Any]:
    counts = sorted(record.error_counts.items(), key=lambda item: -item[1])
    problems = sum(record.error_counts.values())
    is_change = record.type == IngestionRecord.Type.SCM
    codes = record.result_data.get("codes_affected" if is_change else "codes_created", 0)
    done = f"{codes:,} code{'' if codes == 1 else 's'} {'changed' if is_change else 'created'}"
    failed = f"{problems:,} problem{'' if problems == 1 else 's'}, nothing {'changed' if is_change else 'stored'}"
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
