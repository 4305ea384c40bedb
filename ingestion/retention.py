"""How long the files and the errors of uploads are kept: UPLOAD_DAYS, or for ever.

What is older goes in steps that each last well below a second, the record that ended first goes first. Records stay,
with the number of errors of each kind.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from ingestion.models import IngestionError, IngestionRecord
from portal.storage.base import swept

STEP: Final = 10_000  # errors in one statement
STEPS: Final = 50  # of errors in one sweep, so that whatever else waits for the worker has its turn
MOST_FILES: Final = 500  # in one sweep


def delete_old_files() -> int:
    """Delete errors and files that were kept long enough, a bounded part of them; return how many records are done.

    A record is marked with its file, after its last error, so that whatever interrupts a sweep, the next goes on there.
    """
    if not settings.UPLOAD_DAYS:
        return 0
    old = IngestionRecord.objects.filter(
        status__in=IngestionRecord.CHECKED,
        file_deleted_at=None,
        status_updated_at__lt=Now() - timedelta(days=settings.UPLOAD_DAYS),
    )
    steps, done = STEPS, 0
    for pk in list(old.order_by("status_updated_at").values_list("pk", flat=True)[:MOST_FILES]):
        while _delete_errors(pk) == STEP:
            steps -= 1
            if not steps:
                return done
        with transaction.atomic():
            record = old.select_for_update(no_key=True, skip_locked=True).filter(pk=pk).first()
            if record is not None and swept(record.file_path):
                done += IngestionRecord.objects.filter(pk=pk).update(file_deleted_at=Now())
    return done


def _delete_errors(record_id: int) -> int:
    some = IngestionError.objects.filter(record=record_id).order_by("row", "id").values("pk")[:STEP]
    deleted: int = IngestionError.objects.filter(pk__in=some).delete()[0]
    return deleted
