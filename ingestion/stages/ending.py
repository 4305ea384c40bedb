"""The last stage: end the record, with its errors if it has any."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.db import transaction

from ingestion.models import IngestionRecord
from ingestion.results.emails import write_end_email
from ingestion.stages.attempt import Attempt
from ingestion.webhooks import publish_end
from portal.background.leases import ClaimLost

Status, Phase = IngestionRecord.Status, IngestionRecord.Phase


def end_record(attempt: Attempt, status: str, rows: int, **fields: Any) -> None:
    """End the record and tell it by e-mail and webhooks, in the caller's transaction."""
    fields |= {"warnings": attempt.log.warnings, "file_facts": attempt.facts}
    attempt.record.end(status=status, rows_done=rows, rows_total=rows, **fields)
    write_end_email(attempt.record)
    publish_end(attempt.record, status)


def store_errors(attempt: Attempt) -> None:
    """Commit the errors together with the record's end."""
    attempt.pulse.enter(Phase.REPORTING, attempt.log.counts.total())
    with transaction.atomic():
        attempt.log.store(attempt.pulse.tick)
        end_record(attempt, Status.ERROR, attempt.rows, result_data=attempt.log.result_data)


def give_up(record: IngestionRecord) -> None:
    """End the record with an internal error, unless another attempt holds it."""
    kind = "internal_error"
    with suppress(ClaimLost), transaction.atomic():
        record.errors.create(error=kind)
        record.end(status=Status.ERROR, what="failed", result_data={"errors": [{kind: []}], "error_counts": {kind: 1}})
        write_end_email(record)
        publish_end(record, Status.ERROR)
