"""A real worker on the real broker: uploads end by themselves, whatever is killed."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from ingestion import engine, services, tasks
from ingestion.models import IngestionRecord
from ingestion.rules import limits
from portal.background.broker import send
from portal.background.pulse import MOST_ATTEMPTS
from tests.support.demo import Demo
from tests.support.running import DEADLINE, in_thread, kill, wait_for, waiting_for_locks, worker
from tests.support.tokens import client_of
from tests.support.uploads import PROCESS, TAKEN, held_up, queued, rows, status_of, uploaded
from workorders.models import Code, Job, Workorder

WAKES = """
import sys
from threading import Thread

import django

django.setup()
from ingestion import services
from portal.accounts import letters
from portal.background import broker
from workorders.secure import workflow

assert not {"ingestion.tasks", "workorders.tasks", "portal.tasks"} & set(sys.modules)
broker.send = lambda task, *arguments: print(f"{task.name} {arguments}\\n", end="")
threads = [Thread(target=broker.wake, args=[name, 7]) for name in sys.argv[1:]]  # at once, as a web server's threads do
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_a_process_that_has_imported_no_task_wakes_them_by_name() -> None:
    names = [IngestionRecord.TASK, Job.TASK, "workorders.tasks.discard", "portal.tasks.send_letter"]
    command = [sys.executable, "-c", WAKES, *names]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == sorted(f"{name} (7,)" for name in names)


def test_an_upload_ends_in_a_completed_workorder_by_itself(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    with worker():
        key = uploaded(client)
        assert client.post(PROCESS, {"record": key}, format="json").status_code == 200
        record = IngestionRecord.objects.get(key=key)
        wait_for(lambda: status_of(record) == "completed", "the record completes")
        workorder = Workorder.objects.get()
        wait_for(lambda: Workorder.objects.get().state == "completed", "the archive is published")
    folder = settings.CODEPORT_HOME / "storage" / "workorders" / str(committed_demo.company.pk) / str(workorder.pk)
    assert sorted(path.name for path in folder.iterdir()) == ["archive.zip"]
    assert list(settings.SPOOL_DIR.iterdir()) == []


def backends() -> set[int]:
    """The connections that others have to the test's database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return {pid for (pid,) in cursor.fetchall()}


def test_a_worker_keeps_its_connections_and_opens_others_where_they_are_lost(committed_demo: Demo) -> None:
    before = backends()

    def completes(data: str) -> IngestionRecord:
        record = queued(committed_demo.staff, data)
        send(tasks.run, record.pk)
        wait_for(lambda: status_of(record) == "completed", "the record completes")
        wait_for(lambda: not Workorder.objects.exclude(state="completed").exists(), "its archive is published")
        return record

    with worker():
        completes("id\nfirst-id\n")
        first = backends() - before
        completes("id\nsecond-id\n")
        kept = first & backends()
        assert kept
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", [[*kept]])
        wait_for(lambda: not kept & backends(), "they are lost")
        third = completes("id\nthird-id\n")
        assert (third.attempts, third.outages) == (1, 0)


def test_an_ingestion_cut_off_by_kill_9_completes_once_after_the_next_start(committed_demo: Demo) -> None:
    record = queued(committed_demo.staff, rows(1_000) + f"{TAKEN},sku1\n")
    send(tasks.run, record.pk)
    with worker() as first, closing(held_up(committed_demo.company.pk)):
        wait_for(lambda: status_of(record) != "queued" and record.phase == "creating", "codes are being created")
        wait_for(waiting_for_locks, "one of them is held up")
        kill(first)
    assert status_of(record) == "processing"
    assert Code.objects.count() == 0
    with worker():
        wait_for(lambda: status_of(record) == "completed", "the record completes")
        wait_for(lambda: Workorder.objects.get().state == "completed", "the archive is published")
    assert (record.status, record.attempts) == ("completed", 2)
    assert record.result_data == {"codes_created": 1_001, "duplicates_ignored": 0}
    assert Code.objects.count() == 1_001
    assert Workorder.objects.count() == 1


def test_a_message_that_was_lost_is_only_a_delay(committed_demo: Demo) -> None:
    record = queued(committed_demo.staff, rows(10))
    IngestionRecord.objects.update(lease_until="2020-01-01T00:00Z")
    with worker():
        wait_for(lambda: status_of(record) == "completed", "the sweep finds the record")
        wait_for(lambda: Workorder.objects.get().state == "completed", "the archive is published")


def test_a_cancelled_ingestion_stops_and_leaves_nothing(committed_demo: Demo) -> None:
    record = queued(committed_demo.staff, rows(300_000))
    running = Thread(target=in_thread, args=(engine.run, record.pk))
    running.start()
    wait_for(lambda: status_of(record) == "processing" and record.rows_done > 0, "rows are being checked")
    answer = client_of(committed_demo.admin).post(f"/api/v2/ingestion/{record.key}/cancel/")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    running.join(DEADLINE)
    assert not running.is_alive()
    assert status_of(record) == "cancelled"
    assert Code.objects.count() == Workorder.objects.count() == 0
    assert list(settings.SPOOL_DIR.iterdir()) == []


def test_of_two_uploads_of_the_same_ids_at_once_exactly_one_wins(committed_demo: Demo) -> None:
    backwards = "id\n" + "".join(f"id-{number:08d}\n" for number in reversed(range(20_000)))
    records = [queued(committed_demo.staff, rows(20_000)), queued(committed_demo.staff, backwards)]
    threads = [Thread(target=in_thread, args=(engine.run, record.pk)) for record in records]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert sorted(map(status_of, records)) == ["completed", "error"]
    (loser,) = [record for record in records if record.status == "error"]
    assert loser.result_data["error_counts"] == {"duplicate_id_error": 20_000}
    assert Code.objects.count() == 20_000


def test_a_worker_taken_for_dead_cannot_end_the_record(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease runs out just before the commit and another worker takes the record over."""
    record = queued(committed_demo.staff, rows(10))
    end = IngestionRecord.end

    def late(mine: IngestionRecord, **fields: Any) -> None:
        monkeypatch.setattr(IngestionRecord, "end", end)
        IngestionRecord.objects.filter(pk=record.pk).update(status="processing", attempts=mine.attempts + 1)
        end(mine, **fields)

    monkeypatch.setattr(IngestionRecord, "end", late)
    engine.run(record.pk)
    assert status_of(record) == "processing"
    assert Code.objects.count() == Workorder.objects.count() == 0


def test_an_ingestion_that_keeps_failing_is_given_up(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    record = queued(committed_demo.staff, rows(10))

    def broken(*_: object) -> None:
        raise OSError("The disk is gone")

    monkeypatch.setattr(limits, "usable_products", broken)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        engine.run(record.pk)
        assert (status_of(record), record.attempts) == (
            ("processing" if attempt < MOST_ATTEMPTS else "error"),
            attempt,
        )
        IngestionRecord.objects.filter(status="processing").update(lease_until="2020-01-01T00:00Z")
        services.requeue_stale()
    assert record.result_data == {"errors": [{"internal_error": []}], "error_counts": {"internal_error": 1}}


def test_an_ingestion_that_kills_its_workers_is_given_up(committed_demo: Demo) -> None:
    record = queued(committed_demo.staff, rows(10))
    IngestionRecord.objects.update(attempts=MOST_ATTEMPTS)
    engine.run(record.pk)
    assert status_of(record) == "error"
    assert record.result_data["error_counts"] == {"internal_error": 1}
    assert not Code.objects.exists()
