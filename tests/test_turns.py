"""What is short does not wait behind what is long."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg
from django.db import connection

from ingestion import tasks
from ingestion.models import IngestionRecord
from portal.broker import wake
from tests.conftest import Demo, queued
from tests.running import wait_for, worker
from tests.test_worker import rows, status_of
from workorders.models import Workorder

TAKEN = "taken-000"  # which every file has


def long_file(name: str) -> str:
    """A file of more than a megabyte, with one id that all such files share."""
    return f"id\n{TAKEN}\n" + "".join(f"{name}-{number:08d}\n" for number in range(100_000))


def held_up(company_id: int) -> psycopg.Connection[Any]:
    """A transaction in which TAKEN is being created, so that uploads with that id come no further than their load."""
    held = psycopg.connect(**connection.get_connection_params())
    held.execute(
        """INSERT INTO workorders_code (company_id, identifier, workorder_id, sequence,
                activation_status, blacklist_reason, scm_data)
            VALUES (%s, %s, 0, 1, 0, 0, '{}')""",
        [company_id, TAKEN],
    )
    return held


def test_a_small_upload_passes_large_ones_that_fill_the_queue(committed_demo: Demo) -> None:
    with worker(), closing(held_up(committed_demo.company.pk)) as held:
        large = [queued(committed_demo.staff, long_file(name)) for name in ("first", "second", "third")]
        for record in large:
            wake(tasks.run, record.pk)
        wait_for(lambda: IngestionRecord.objects.filter(phase="creating").exists(), "one of them is held up")
        small = queued(committed_demo.staff, rows(10))
        wake(tasks.run, small.pk)
        wait_for(lambda: status_of(small) == "completed", "the small one completes")
        wait_for(lambda: Workorder.objects.get().state == "completed", "its archive is published")
        assert sorted(map(status_of, large)) == ["processing", "queued", "queued"]
        held.rollback()
        wait_for(lambda: IngestionRecord.objects.filter(status__in=("completed", "error")).count() == 4, "all end")
    assert sorted(map(status_of, large)) == ["completed", "error", "error"]
