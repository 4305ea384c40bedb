"""What webhooks are told of a record."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from ingestion.models import IngestionRecord
from workorders.webhooks.outbox import moment, publish

Status = IngestionRecord.Status
ENDS = {Status.COMPLETED: "completed", Status.ERROR: "refused", Status.CANCELLED: "cancelled"}


def publish_end(record: IngestionRecord, status: str) -> None:
    """Tell that a record has ended so, in the transaction that ends it."""
    is_change = record.type == IngestionRecord.Type.SCM and status == Status.COMPLETED
    kind = "change.completed" if is_change else f"record.{ENDS[Status(status)]}"
    publish(record.company_id, kind, lambda: _told(record.pk))


def publish_withdrawal(record: IngestionRecord) -> None:
    """Tell that an upload is withdrawn, in the transaction that withdraws it."""
    publish(record.company_id, "record.withdrawn", lambda: _told(record.pk))


def _told(record_id: int) -> dict[str, Any]:
    record = IngestionRecord.objects.get(pk=record_id)
    return {
        "key": record.key,
        "type": record.type,
        "status": record.status,
        "file_name": record.file_name,
        "ingestion_mode": record.ingestion_mode,
        "created_at": moment(record.created_at),
        "workorder": record.workorder_id,
        "result_data": {name: told for name, told in record.result_data.items() if name != "errors"},
        "url": f"{settings.PUBLIC_URL}/api/v2/ingestion/{record.key}/",
    }
