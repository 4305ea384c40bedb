"""Changes of codes by file, and what is known of codes afterwards."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from ingestion import engine, services
from ingestion.models import IngestionRecord
from portal.models import User
from portal.storage.base import storage


def queued_file(user: User, data: bytes | str, filetype: str = "csv", **parameters: Any) -> IngestionRecord:
    """Queue a file of changes of the user's company, which has arrived; no worker takes it."""
    assert user.company is not None
    record = services.start_upload(
        user, user.company, filetype=filetype, mode="api", type="scm", file_name=f"changes.{filetype}"
    )
    storage().save(record.incoming_path, ContentFile(data.encode() if isinstance(data, str) else data))
    services.queue(record, {"default_scm_data": {}, "many": False} | parameters, user)
    return record


def changed_by_file(user: User, data: bytes | str, filetype: str = "csv", **parameters: Any) -> IngestionRecord:
    """Process a file of changes to its end, here and now, and return its record."""
    record = queued_file(user, data, filetype, **parameters)
    engine.run(record.pk)
    record.refresh_from_db()
    return record
