"""The files in the storage that any row names, as a backup takes them along."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.models import IngestionRecord
from workorders import stored_files

Status = IngestionRecord.Status


def stored_names() -> Iterator[str]:
    """Yield the names of all files that rows name, as this transaction sees them; some may be there no more.

    A file that waits for `process` is looked for first where it was posted, and then where `process` moves it.
    """
    records = IngestionRecord.objects.exclude(status=Status.CANCELLED).exclude(filetype="").filter(file_deleted_at=None)
    for record in records.only("key", "status", "filetype").order_by("pk").iterator():
        if record.status == Status.UPLOADING:
            yield record.incoming_path
        yield record.file_path
    yield from stored_files.stored_names()
