"""Workers that stand still, and files that kill their workers."""

from __future__ import annotations

import os
import signal
from contextlib import closing

from django.conf import settings
from django.db import connection

from ingestion import engine, services, tasks
from ingestion.models import IngestionRecord
from portal.background import spool
from portal.background.broker import send
from portal.background.pulse import MOST_ATTEMPTS
from portal.database.connections import NAME
from tests.support.demo import Demo
from tests.support.running import wait_for, waiting_for_locks, worker
from tests.support.uploads import TAKEN, held_up, queued, rows, status_of
from workorders.models import Code, Workorder


def names() -> list[str]:
    """What the connections to the test's database are called."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT application_name FROM pg_stat_activity WHERE datname = current_database()")
        return sorted(name for (name,) in cursor.fetchall())


def lose(record: IngestionRecord) -> None:
    """Let the lease of the record's worker have run out, as a sweep finds it."""
    if IngestionRecord.objects.filter(pk=record.pk, status="processing").update(lease_until="2020-01-01T00:00Z"):
        services.requeue_stale()
        send(tasks.run, record.pk)


def test_the_next_attempt_ends_the_transaction_of_a_worker_that_stands_still(committed_demo: Demo) -> None:
    """Its machine answers for it, so that the server would wait for its next word as long as it likes."""
    record = queued(committed_demo.staff, rows(1_000) + f"{TAKEN},sku1\n")
    send(tasks.run, record.pk)
    with worker() as frozen, closing(held_up(committed_demo.company.pk)) as held:
        wait_for(lambda: status_of(record) != "queued" and record.phase == "creating", "codes are being created")
        wait_for(waiting_for_locks, "one of them is held up")
        os.killpg(frozen.pid, signal.SIGSTOP)
        try:
            held.rollback()
            assert f"{NAME} ingestionrecord {record.pk} attempt 1" in names()
            lose(record)
            engine.run(record.pk)
            assert (status_of(record), record.attempts) == ("completed", 2)
            assert [name for name in names() if "attempt" in name] == []
        finally:
            os.killpg(frozen.pid, signal.SIGCONT)
        wait_for(lambda: Workorder.objects.get().state == "completed", "the worker goes on with other work")
    assert (status_of(record), record.attempts, Code.objects.count()) == ("completed", 2, 1_001)


def test_a_claim_ends_no_connection_of_other_work(committed_demo: Demo) -> None:
    """Names that begin alike are of other work: 1 and 12, an upload and a job."""
    record = queued(committed_demo.staff, rows(10))
    others = [f"{NAME} ingestionrecord {record.pk}2 attempt 1", f"{NAME} job {record.pk} attempt 1", "psql", ""]
    others.append(f"{NAME} ingestionrecord {record.pk} attempt 2")
    opened = [connection.copy() for _ in others]
    try:
        for other, name in zip(opened, others, strict=True):
            with other.cursor() as cursor:
                cursor.execute("SELECT set_config('application_name', %s, false)", [name])
        engine.run(record.pk)
        assert status_of(record) == "completed"
        for other in opened:
            with other.cursor() as cursor:
                cursor.execute("SELECT 1")
    finally:
        for other in opened:
            other.close()


def test_a_file_that_kills_its_workers_ends_after_a_few(committed_demo: Demo) -> None:
    record = queued(committed_demo.staff, rows(10))
    IngestionRecord.objects.update(attempts=MOST_ATTEMPTS - 1)
    with worker("tests.support.poison"):
        send(tasks.run, record.pk)
        wait_for(lambda: status_of(record) == "processing", "a worker takes it, and dies")
        lose(record)
        wait_for(lambda: status_of(record) == "error", "the record is given up")
    assert (record.attempts, record.outages) == (MOST_ATTEMPTS + 1, 0)
    assert record.result_data == {"errors": [{"internal_error": []}], "error_counts": {"internal_error": 1}}
    assert not Code.objects.exists()
    spool.remove_abandoned()
    assert list(settings.SPOOL_DIR.glob(f"{record.key}-*")) == []
