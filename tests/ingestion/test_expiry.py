"""Uploads that nobody processes: they end after a day, and what was posted for nothing goes too."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from ingestion import expiry, services
from ingestion.models import IngestionRecord
from portal.storage.base import storage
from tests.support.demo import Demo
from tests.support.tokens import client_of
from tests.support.uploads import queued

PROCESS = "/api/v2/ingestion/codes/upload/process/"


def begun(demo: Demo, hours: float, *, mode: str = "api") -> IngestionRecord:
    """An upload that began so many hours ago, its file posted then."""
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode=mode)
    moment = timezone.now() - timedelta(hours=hours)
    IngestionRecord.objects.filter(pk=record.pk).update(created_at=moment)
    put(record.incoming_path, hours)
    return record


def put(name: str, hours: float) -> None:
    """Store a file as of so many hours ago."""
    storage().save(name, ContentFile(b"id\nabc12345\n"))
    then = (timezone.now() - timedelta(hours=hours)).timestamp()
    os.utime(Path(settings.CODEPORT_HOME) / "storage" / name, (then, then))


def test_an_upload_that_nobody_processed_within_a_day_expires(demo: Demo) -> None:
    old, new = begun(demo, 25), begun(demo, 23)
    put(old.file_path, 25)
    assert expiry.expire() == 1
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.status, old.result_data, old.phase) == ("cancelled", {"reason": "upload_expired"}, "ended")
    assert not storage().exists(old.incoming_path)
    assert not storage().exists(old.file_path)
    assert new.status == "uploading"
    assert storage().exists(new.incoming_path)
    assert expiry.expire() == 0


def test_what_expired_cannot_be_processed_and_its_page_says_why(demo: Demo, client: Client) -> None:
    record = begun(demo, 25)
    expiry.expire()
    answer = client_of(demo.staff).post(PROCESS, {"record": record.key}, format="json")
    message = "Only code ingestion records of type S3 in state 'uploading' can be processed."
    assert (answer.status_code, answer.json()) == (400, {"detail": message})
    client.force_login(demo.staff)
    page = " ".join(client.get(f"/ingestions/{record.key}/").content.decode().split())
    assert "<strong>Expired</strong>: within a day nobody had the file processed." in page


def test_files_of_uploads_that_were_cancelled_or_posted_again_go_too(demo: Demo) -> None:
    cancelled = begun(demo, 25)
    services.cancel(cancelled, demo.admin)
    processed = queued(demo.staff, "id\nabc12345\n")
    put(processed.incoming_path, 25)
    expiry.expire()
    assert not storage().exists(cancelled.incoming_path)
    assert not storage().exists(processed.incoming_path)
    assert storage().exists(processed.file_path)
    cancelled.refresh_from_db()
    assert cancelled.result_data == {}


def test_a_sweep_takes_only_so_many_the_oldest_first(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "MOST_EXPIRED", 2)
    records = [begun(demo, 25) for _ in range(3)]
    assert [expiry.expire(), expiry.expire(), expiry.expire()] == [2, 1, 0]
    assert IngestionRecord.objects.filter(status="cancelled").count() == len(records)
