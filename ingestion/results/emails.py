"""The e-mail that tells an uploader how the upload ended."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import ngettext

from ingestion.models import IngestionRecord
from portal import timeline
from portal.accounts import letters
from portal.models import Letter
from portal.pages.languages import written_for
from portal.values.words import number

MOST_KINDS = 5  # of errors that an e-mail explains

Status = IngestionRecord.Status


def write_end_email(record: IngestionRecord) -> None:
    """Write an e-mail to the uploader of a record that ends, if they used the pages or the command named them.

    The company's addresses for such e-mails get one too. They are queued in the caller's transaction, so they are sent
    exactly if the record ended.
    """
    if record.ingestion_mode == IngestionRecord.Mode.PORTAL or _signed_at_the_command(record):
        for email in dict.fromkeys([record.created_by.email, *record.company.upload_mail]):
            letters.write(Letter.Kind.UPLOAD_ENDED, email, record=record.pk)


def _build_end_email(letter: Letter) -> list[EmailMessage]:
    """Build the e-mail, if the uploader can sign in and wants it, or the company has it sent to the address."""
    records = IngestionRecord.objects.select_related("created_by", "company")
    record = records.filter(pk=letter.detail["record"]).first()
    if record is None:
        return []
    uploader, is_told = record.created_by, letter.email in record.company.upload_mail
    is_uploaders = letter.email == uploader.email and uploader.is_active and uploader.wants_mail
    if not (is_uploaders or is_told):
        return []
    with written_for(uploader if is_uploaders else None, record.company):
        message = _write(record, letter.email, is_uploaders=is_uploaders)
    timeline.note(record, "mailed" if is_uploaders else "mailed_company", email=letter.email)
    return [message]


def _write(record: IngestionRecord, email: str, *, is_uploaders: bool) -> EmailMultiAlternatives:
    context = _context(record) | {"is_uploaders": is_uploaders}
    subject, text = f"{context['name']}: {context['result']}", render_to_string("ingestion/mail.txt", context)
    message = EmailMultiAlternatives(subject, text, None, [email])
    message.attach_alternative(render_to_string("ingestion/mail.html", context), "text/html")
    return message


letters.MAKERS[Letter.Kind.UPLOAD_ENDED] = _build_end_email


def _signed_at_the_command(record: IngestionRecord) -> bool:
    return record.by_command and timeline.events_of(record).filter(what="created", by=record.created_by).exists()


def _context(record: IngestionRecord) -> dict[str, Any]:
    counts = sorted(record.error_counts.items(), key=lambda item: -item[1])
    problems = sum(record.error_counts.values())
    is_change = record.type == IngestionRecord.Type.SCM
    codes = record.result_data.get("codes_affected" if is_change else "codes_created", 0)
    changed = ngettext("{number} code changed", "{number} codes changed", codes)
    created = ngettext("{number} code created", "{number} codes created", codes)
    none_changed = ngettext("{number} problem, nothing changed", "{number} problems, nothing changed", problems)
    none_stored = ngettext("{number} problem, nothing stored", "{number} problems, nothing stored", problems)
    done = (changed if is_change else created).format(number=number(codes))
    failed = (none_changed if is_change else none_stored).format(number=number(problems))
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
