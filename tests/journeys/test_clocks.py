"""Sweeps by the database's clock, whatever that of a worker says, and what they delete of the storage."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from ingestion import expiry, services
from ingestion.models import IngestionRecord
from portal.background import spool
from portal.database.clock import database_now
from portal.storage.base import storage
from tests.support.demo import Demo
from tests.support.pages import a_workorder
from tests.support.uploads import queued
from workorders.archives import names as archives_names
from workorders.deliveries import cleanup as deliveries_cleanup
from workorders.deliveries.delivery import delivery_name
from workorders.models import Job, Workorder

DATA = b"id\nabc12345\n"


@pytest.fixture(params=[-2, 2], ids=["two days behind", "two days ahead"])
def wrong_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process believes in another day than everybody else."""
    away, right, seconds = timedelta(days=request.param), timezone.now, time.time
    monkeypatch.setattr(timezone, "now", lambda: right() + away)
    monkeypatch.setattr(time, "time", lambda: seconds() + away.total_seconds())


def stored(name: str, **ago: float) -> str:
    """Store a file that its disk dates so long ago."""
    storage().save(name, ContentFile(DATA))
    then = (datetime.now().astimezone() - timedelta(**ago)).timestamp()
    os.utime(Path(settings.CODEPORT_HOME) / "storage" / name, (then, then))
    return name


def test_a_fresh_upload_outlives_a_worker_with_a_wrong_clock(demo: Demo, wrong_clock: None) -> None:
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    stored(record.incoming_path)
    assert expiry.expire() == 0
    record.refresh_from_db()
    assert (record.status, storage().exists(record.incoming_path)) == ("uploading", True)


def test_a_fresh_file_outlives_a_disk_with_a_wrong_clock(demo: Demo) -> None:
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    stored(record.incoming_path, days=9)
    assert expiry.expire() == 0
    assert storage().exists(record.incoming_path)


def test_an_old_upload_expires_on_a_worker_with_a_wrong_clock(demo: Demo, wrong_clock: None) -> None:
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    IngestionRecord.objects.filter(pk=record.pk).update(created_at=database_now() - timedelta(hours=25))
    stored(record.incoming_path)
    assert expiry.expire() == 1
    assert not storage().exists(record.incoming_path)


def test_an_arriving_file_stays_in_the_spool_of_a_worker_with_a_wrong_clock(demo: Demo, wrong_clock: None) -> None:
    arriving = settings.SPOOL_DIR / "arriving.upload"
    arriving.write_bytes(DATA)
    spool.remove_abandoned()
    assert arriving.exists()
    arriving.unlink()


def test_files_that_belong_to_no_waiting_upload_go(demo: Demo) -> None:
    waiting, cancelled, kept = (
        services.start_upload(demo.staff, demo.company, filetype="csv", mode="api") for _ in range(3)
    )
    for record in (waiting, cancelled):
        stored(record.incoming_path)
    stored(cancelled.file_path)
    assert services.cancel(cancelled, demo.admin)
    processed = queued(demo.staff, DATA)
    stored(processed.incoming_path)
    lately, long_ago = stored("incoming/unknown1", days=6), stored("incoming/unknown2", days=8)
    expiry.expire()
    names = [cancelled.incoming_path, cancelled.file_path, processed.incoming_path, long_ago]
    assert [name for name in names if storage().exists(name)] == []
    assert all(storage().exists(name) for name in (waiting.incoming_path, processed.file_path, lately))
    assert not storage().exists(kept.incoming_path)


def ended(workorder: Workorder, user: Any, what: str, hours: float, status: str = "completed", **more: Any) -> Job:
    """A job that ended so many hours ago."""
    moment = database_now() - timedelta(hours=hours)
    return Job.objects.create(
        workorder=workorder, what=what, status=status, status_updated_at=moment, created_by=user, parameters=more
    )


def test_archives_of_fewer_codes_go_and_the_newest_stays(demo: Demo) -> None:
    workorder = a_workorder(demo.staff, type="SSC", state="ready_to_print", uploaded_quantity=40, quantity=60)
    ended(workorder, demo.staff, "archive", 3, codes=20)
    ended(workorder, demo.staff, "archive", 2, status="cancelled", codes=30)
    ended(workorder, demo.staff, "archive", 2, codes=40)
    fresh = a_workorder(demo.staff, type="SSC", state="ready_to_print", uploaded_quantity=40, quantity=60)
    ended(fresh, demo.staff, "archive", 0.5, codes=20)
    old = [
        stored(archives_names.zip_name(demo.company.pk, workorder.pk, f"{kind}-{codes}"))
        for kind in ("archive", "serial-numbers")
        for codes in (20, 30)
    ]
    kept = [
        stored(archives_names.archive_name(workorder, "archive")),
        stored(archives_names.archive_name(workorder, "serial-numbers")),
        stored(archives_names.zip_name(demo.company.pk, fresh.pk, "archive-20")),
    ]
    deliveries_cleanup.delete_stale_archives()
    assert [name for name in old if storage().exists(name)] == []
    assert [name for name in kept if not storage().exists(name)] == []


@pytest.mark.parametrize(
    ("state", "status", "stays"),
    [
        ("ready_to_print", "completed", True),
        ("ready_to_print", "error", False),
        ("ready_to_print", "cancelled", False),
        ("completed", "completed", False),
        ("cancelled", "completed", False),
    ],
)
def test_secure_codes_that_nobody_can_fetch_go(demo: Demo, state: str, status: str, stays: bool) -> None:
    workorder = a_workorder(demo.staff, type="SSC", state=state, uploaded_quantity=2)
    name = stored(delivery_name(ended(workorder, demo.staff, "secure", 2, status=status)))
    deliveries_cleanup.delete_stale_archives()
    assert storage().exists(name) == stays
