"""A worker removes from the spool what killed attempts left there, and nothing else."""

from __future__ import annotations

import os
import shutil

import pytest
from django.conf import settings
from django.utils import timezone

from ingestion.models import IngestionRecord
from portal.background import spool
from portal.background.spool import draft_file
from tests.support.demo import Demo
from tests.support.running import wait_for, worker
from tests.support.uploads import queued
from workorders.models import Job, Workorder


@pytest.fixture
def workorder(demo: Demo) -> Workorder:
    return Workorder.objects.create(company=demo.company, created_by=demo.staff, quantity=1)


def test_what_no_running_attempt_holds_goes(demo: Demo, workorder: Workorder) -> None:
    running, ended = (queued(demo.staff, "id\nabcdef-1\n") for _ in range(2))
    IngestionRecord.objects.filter(pk=running.pk).update(status="processing", attempts=2)
    IngestionRecord.objects.filter(pk=ended.pk).update(status="completed", attempts=1)
    job = Job.objects.create(
        workorder=workorder, what="archive", status="processing", attempts=3, created_by=demo.staff
    )
    kept = {f"{running.key}-2", f"job-{job.pk}-3.zip", "arriving.upload"}
    left = {f"{running.key}-1", f"{ended.key}-1", f"job-{job.pk}-2.zip", "job-999999-1", "forgotten.upload"}
    for name in kept | left:
        path = settings.SPOOL_DIR / name
        if "." in name:
            path.touch()
        else:
            path.mkdir()
            (path / "run").touch()
    yesterday = timezone.now().timestamp() - spool.DAY - 60
    os.utime(settings.SPOOL_DIR / "forgotten.upload", (yesterday, yesterday))
    spool.remove_abandoned()
    assert {path.name for path in settings.SPOOL_DIR.iterdir()} == kept
    shutil.rmtree(settings.SPOOL_DIR)
    settings.SPOOL_DIR.mkdir(mode=0o700)


def test_a_worker_tidies_up_when_it_starts_and_while_it_runs(committed_demo: Demo) -> None:
    """One of its processes may be killed right behind its commit, so that no attempt comes after it."""
    record = queued(committed_demo.staff, "id\nabcdef-1\n")
    IngestionRecord.objects.update(status="completed", attempts=1)
    left = settings.SPOOL_DIR / f"{record.key}-1"
    left.mkdir()
    with worker():
        wait_for(lambda: not left.exists(), "it is gone when the worker has started")
        left.mkdir()
        wait_for(lambda: not left.exists(), "it is gone while the worker runs")


def test_a_draft_is_removed_whatever_happens() -> None:
    with draft_file("a-draft") as draft:
        draft.write_bytes(b"half")
    assert not draft.exists()
    with pytest.raises(ValueError, match="half way"), draft_file("a-draft") as draft:
        draft.write_bytes(b"half")
        raise ValueError("half way")
    assert not draft.exists()
    with draft_file("a-draft"):
        pass
