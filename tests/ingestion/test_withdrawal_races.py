"""Withdrawals beside downloads, uploads, changes and scans at the same moment, and killed in the middle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.db import connection
from rest_framework.test import APIClient

from ingestion import engine, withdrawing
from ingestion.models import IngestionRecord, Withdrawal
from portal.background.broker import send
from tests.support.demo import Demo
from tests.support.running import ended, in_thread, kill, wait_for, waiting_for_locks, worker
from tests.support.tokens import client_of
from tests.support.uploads import queued, status_of
from tests.support.withdrawals import an_upload, ask, make_archive, workorder_of
from workorders.models import Code, Workorder


@pytest.fixture
def client(committed_demo: Demo) -> APIClient:
    """A client of demo's admin."""
    return client_of(committed_demo.admin)


@pytest.fixture
def record(committed_demo: Demo) -> IngestionRecord:
    """An upload of two codes, whose archive is made."""
    record = an_upload(committed_demo.staff, "abc12345", "def12345")
    make_archive(record)
    return record


@contextmanager
def another(statement: str, *given: object) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of somebody else, which has run a statement and is not committed yet."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute(statement, given)
        yield other


def withdrawal_of(record: IngestionRecord) -> Withdrawal:
    return Withdrawal.objects.get(record=record)


def begin(task: Callable[[], object]) -> Thread:
    """Begin a task beside this one, with a connection of its own, and wait until it waits for somebody."""
    thread = Thread(target=in_thread, args=(lambda _: task(), 0))
    thread.start()
    wait_for(waiting_for_locks, "the other waits")
    return thread


def result(record: IngestionRecord) -> dict[str, Any]:
    """What came of the withdrawal, without who and when."""
    record.refresh_from_db()
    told = record.result_data["withdrawn"]
    return {name: value for name, value in told.items() if name.startswith("codes")}


def test_a_download_that_begins_before_counts(committed_demo: Demo, client: APIClient, record: IngestionRecord) -> None:
    note = "UPDATE workorders_workorder SET downloaded_at = now() WHERE id = %s"
    with another(note, record.workorder_id) as download:
        asked = begin(lambda: ask(client, record))
        download.commit()
        ended([asked])
    withdrawing.run(withdrawal_of(record).pk)
    assert result(record) == {"codes_blacklisted": 2}


def test_a_download_that_begins_behind_finds_nothing(
    committed_demo: Demo, client: APIClient, record: IngestionRecord
) -> None:
    path, answers = f"/api/v2/workorders/{record.workorder_id}/download/", []
    with another("SELECT FROM workorders_workorder WHERE id = %s FOR NO KEY UPDATE", record.workorder_id) as asking:
        download = begin(lambda: answers.append(client.get(path)))
        asking.execute("UPDATE workorders_workorder SET state = 'cancelled' WHERE id = %s", [record.workorder_id])
        asking.commit()
        ended([download])
    assert answers[0].status_code == 404
    assert workorder_of(record).downloaded_at is None


def test_an_export_or_a_scan_that_is_noted_after_the_question_keeps_the_codes(
    committed_demo: Demo, client: APIClient, record: IngestionRecord
) -> None:
    assert ask(client, record, deletes=True).status_code == 200
    Workorder.objects.update(downloaded_at="2026-11-29T10:00Z")
    withdrawing.run(withdrawal_of(record).pk)
    assert result(record) == {"codes_blacklisted": 2}


def test_scans_that_are_on_their_way_are_stored_first(
    committed_demo: Demo, client: APIClient, record: IngestionRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flush() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO workorders_codescans (company_id, identifier, count, first_at, last_at)"
                " VALUES (%s, 'abc12345', 1, now(), now())",
                [committed_demo.company.pk],
            )

    monkeypatch.setattr(withdrawing, "flush", flush)
    assert ask(client, record, deletes=True).status_code == 200
    withdrawing.run(withdrawal_of(record).pk)
    assert result(record) == {"codes_blacklisted": 2}


def test_who_builds_an_archive_is_waited_for_and_leaves_no_file(
    committed_demo: Demo, client: APIClient, record: IngestionRecord
) -> None:
    assert ask(client, record).status_code == 200
    with another("SELECT FROM workorders_workorder WHERE id = %s FOR KEY SHARE", record.workorder_id) as builder:
        deletion = begin(lambda: withdrawing.run(withdrawal_of(record).pk))
        assert Code.objects.count() == 2
        builder.commit()
        ended([deletion])
    assert result(record) == {"codes_deleted": 2}


def test_a_change_of_the_codes_at_once_ends_first(
    committed_demo: Demo, client: APIClient, record: IngestionRecord
) -> None:
    assert ask(client, record).status_code == 200
    with another("UPDATE workorders_code SET activation_status = 1 WHERE identifier = 'def12345'") as change:
        deletion = begin(lambda: withdrawing.run(withdrawal_of(record).pk))
        change.commit()
        ended([deletion])
    assert (result(record), Code.objects.count()) == ({"codes_deleted": 2}, 0)


def test_two_who_ask_at_once_withdraw_once(committed_demo: Demo, client: APIClient, record: IngestionRecord) -> None:
    answers: list[Any] = []
    with another("SELECT FROM ingestion_ingestionrecord WHERE id = %s FOR UPDATE", record.pk) as held:
        both = [begin(lambda: answers.append(ask(client, record)))]
        both.append(Thread(target=in_thread, args=(lambda _: answers.append(ask(client, record)), 0)))
        both[1].start()
        wait_for(lambda: waiting_for_locks() == 2, "both wait")
        held.commit()
        ended(both)
    assert sorted(answer.status_code for answer in answers) == [200, 400]
    assert Withdrawal.objects.count() == 1


def test_an_upload_of_the_same_ids_waits_and_loads(
    committed_demo: Demo, client: APIClient, record: IngestionRecord
) -> None:
    """What it finds of the old codes before is told as an error; what it only meets at its load is free by then."""
    assert ask(client, record).status_code == 200
    with another("SELECT FROM workorders_code WHERE identifier = 'def12345' FOR UPDATE") as held:
        deletion = begin(lambda: withdrawing.run(withdrawal_of(record).pk))
        again = queued(committed_demo.staff, "id\nabc12345\n")
        engine.run(again.pk)
        assert status_of(again) == "error"
        held.commit()
        ended([deletion])
    assert an_upload(committed_demo.staff, "abc12345", "def12345").result_data["codes_created"] == 2


def test_a_worker_that_is_killed_leaves_all_or_nothing(
    committed_demo: Demo, client: APIClient, record: IngestionRecord
) -> None:
    assert ask(client, record).status_code == 200
    withdrawal = withdrawal_of(record)
    from ingestion import tasks

    with another("SELECT FROM workorders_code WHERE identifier = 'def12345' FOR UPDATE") as held:
        with worker() as process:
            send(tasks.withdraw, withdrawal.pk)
            wait_for(waiting_for_locks, "the first code is deleted, the second is held")
            kill(process)
        assert (Code.objects.count(), Workorder.objects.count()) == (2, 1)
        held.rollback()
    Withdrawal.objects.update(lease_until="2020-01-01T00:00Z")
    Withdrawal.requeue_stale()
    withdrawing.run(withdrawal.pk)
    withdrawal.refresh_from_db()
    assert (withdrawal.status, withdrawal.attempts, result(record)) == ("completed", 2, {"codes_deleted": 2})
    assert (Code.objects.count(), Workorder.objects.count()) == (0, 0)
