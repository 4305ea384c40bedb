"""Ending uploads that nobody processed, and deleting files that no upload waits for."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from django.db import transaction
from django.db.models.functions import Now

from ingestion.models import IngestionRecord
from ingestion.webhooks import publish_end
from portal.database.clock import database_now
from portal.storage.base import INCOMING, storage, swept

Status = IngestionRecord.Status

NEVER_PROCESSED = timedelta(days=1)  # after which an upload expires; its form has by then, long ago
MOST_EXPIRED = 500  # uploads, and as many files, in one sweep
OF_NOBODY = timedelta(days=7)  # after which a file goes that no record is known of
CANCELLED_LATELY = timedelta(hours=3)  # whose files a sweep deletes; it runs much more often


def expire() -> int:
    """End uploads that nobody processed in time, and delete files that nobody will; return how many uploads ended.

    A file may also have come for an upload that was cancelled, or again for one that was processed.
    """
    _forget_files()
    with transaction.atomic():
        never = IngestionRecord.objects.filter(status=Status.UPLOADING, created_at__lt=Now() - NEVER_PROCESSED)
        abandoned = never.order_by("pk")
        records = list(abandoned.select_for_update(skip_locked=True)[:MOST_EXPIRED])
        for record in records:
            swept(record.incoming_path)
            swept(record.file_path)  # moved there by a `process` that was cut off
            record.result_data = {"reason": IngestionRecord.EXPIRED}
            record.save(update_fields=["result_data"])
            record.cancel(what="expired")
            publish_end(record, Status.CANCELLED)
    return len(records)


def _forget_files() -> None:
    """Delete what was posted for uploads that wait for no file any more, and what was kept of cancelled ones.

    The records tell, not the age of the files: the clocks of disks, S3 and workers may differ by days.
    """
    deleted, long_ago = 0, database_now() - OF_NOBODY
    found = storage().listed(INCOMING)
    while deleted < MOST_EXPIRED and (some := dict(islice(found, MOST_EXPIRED))):
        keys = [name.removeprefix(f"{INCOMING}/") for name in some]
        statuses = dict(IngestionRecord.objects.filter(key__in=keys).values_list("key", "status"))
        for key, (name, written) in zip(keys, some.items(), strict=True):
            status = statuses.get(key)
            if (written < long_ago) if status is None else (status != Status.UPLOADING):
                deleted += swept(name)
    lately = IngestionRecord.objects.filter(
        status=Status.CANCELLED, status_updated_at__gt=Now() - CANCELLED_LATELY
    ).order_by("-status_updated_at")
    for record in lately.only("key")[:MOST_EXPIRED]:
        swept(record.file_path)
