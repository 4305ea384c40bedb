"""The archive of new codes is built right behind their load, by the same process, and never lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import TemporaryFile
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ingestion import engine, tasks
from portal import timeline
from portal.background import worker_slots
from portal.storage.base import storage
from tests.support.demo import Demo
from tests.support.running import in_thread
from tests.support.uploads import queued, rows, status_of
from workorders import job_runner, jobs
from workorders import tasks as job_tasks
from workorders.archives import builder
from workorders.archives.names import archive_name
from workorders.models import Job, Workorder
from workorders.orders.services import Order, order_codes


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The messages that were sent for jobs."""
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(jobs, "wake", lambda name, pk: sent.append((name, pk)))
    return sent


@pytest.fixture
def in_worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Makes this process one of a worker's two."""
    with TemporaryFile() as file:
        monkeypatch.setattr(worker_slots, "_file", file)
        monkeypatch.setattr(worker_slots, "_slots", 1)
        yield


def lines(job: Job) -> list[tuple[str, dict[str, Any]]]:
    return [(event.what, event.detail) for event in timeline.events_of(job)]


def test_it_is_built_without_a_message(committed_demo: Demo, in_worker: None, woken: list[tuple[str, int]]) -> None:
    record = queued(committed_demo.staff, rows(4))
    tasks.run(record.pk)
    workorder, job = Workorder.objects.get(), Job.objects.get()
    assert (status_of(record), workorder.state, woken) == ("completed", "completed", [])
    assert (job.what, job.status, job.attempts, job.rows_done, job.lease_until) == ("archive", "completed", 1, 4, None)
    assert lines(job) == [("begun", {"attempt": 1}), ("completed", {})]
    assert workorder.files_at is not None


def test_it_has_the_bytes_that_it_has_when_it_is_built_again(committed_demo: Demo, in_worker: None) -> None:
    tasks.run(queued(committed_demo.staff, rows(4)).pk)
    workorder = Workorder.objects.get()
    name = archive_name(workorder, "archive")
    with storage().open(name) as file:
        first = file.read()
    storage().delete(name)
    builder.build_archive(workorder, "archive")
    with storage().open(name) as file:
        assert file.read() == first


def test_that_of_minted_codes_is_built_behind_them(
    committed_demo: Demo, in_worker: None, woken: list[tuple[str, int]]
) -> None:
    company = committed_demo.company
    workorder = order_codes(Order("Bottles", 5, company.url_prefix), company, committed_demo.staff)
    minting = workorder.jobs.get()
    assert woken == [(Job.TASK, minting.pk)]
    job_tasks.run_job(minting.pk)
    workorder.refresh_from_db()
    assert (workorder.state, len(woken)) == ("completed", 1)


def test_a_long_one_waits_for_its_turn(
    committed_demo: Demo, in_worker: None, woken: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Job, "MOST_SHORT", 3)
    record = queued(committed_demo.staff, rows(4))
    tasks.run(record.pk)
    job = Job.objects.get()
    assert (status_of(record), job.status, job.attempts, lines(job)) == ("completed", "queued", 0, [])
    assert woken == [(Job.TASK, job.pk)]


def test_outside_of_a_worker_it_is_sent(committed_demo: Demo, woken: list[tuple[str, int]]) -> None:
    record = queued(committed_demo.staff, rows(4))
    engine.run(record.pk)
    job = Job.objects.get()
    assert (status_of(record), job.status, woken) == ("completed", "queued", [(Job.TASK, job.pk)])


def test_the_sweep_finds_that_of_a_process_that_died_before_it(
    committed_demo: Demo, in_worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die() -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(job_runner, "run_behind", die)
        record = queued(committed_demo.staff, rows(4))
        with pytest.raises(SystemExit):
            tasks.run(record.pk)
    job = Job.objects.get()
    assert (status_of(record), job.status, job.attempts) == ("completed", "processing", 1)
    other = queued(committed_demo.staff, "id\nanother-id\n")
    tasks.run(other.pk)
    assert (status_of(other), status_of_job(job)) == ("completed", "processing")
    Job.objects.filter(pk=job.pk).update(lease_until="2020-01-01T00:00Z")
    sent: list[int] = []
    monkeypatch.setattr("portal.background.leases.wake", lambda _name, pk: sent.append(pk))
    Job.requeue_stale()
    assert sent == [job.pk]
    job_tasks.run_job(job.pk)
    assert (status_of_job(job), job.attempts) == ("completed", 2)
    assert [what for what, _detail in lines(job)] == ["begun", "lost", "begun", "completed"]
    assert not Workorder.objects.exclude(state="completed").exists()


def status_of_job(job: Job) -> str:
    job.refresh_from_db()
    return job.status


def test_a_file_that_is_stored_is_noted_though_the_job_was_cancelled(
    committed_demo: Demo, in_worker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = builder.build_archive

    def cancel(pk: int) -> None:
        assert jobs.cancel(Job.objects.get(pk=pk), committed_demo.staff)

    def build_and_cancel(workorder: Workorder, *rest: Any) -> str:
        name = build(workorder, *rest)
        canceller = Thread(target=in_thread, args=[cancel, workorder.jobs.get().pk])
        canceller.start()
        canceller.join()
        return name

    monkeypatch.setattr(builder, "build_archive", build_and_cancel)
    record = queued(committed_demo.staff, rows(4))
    tasks.run(record.pk)
    workorder = Workorder.objects.get()
    assert (status_of(record), Job.objects.get().status, workorder.state) == ("completed", "cancelled", "new")
    assert workorder.files_at is not None
    assert storage().exists(archive_name(workorder, "archive"))


def test_codes_and_archive_of_a_short_file_take_few_statements(committed_demo: Demo, in_worker: None) -> None:
    tasks.run(queued(committed_demo.staff, rows(4)).pk)  # the first summarizes blocks of the index of codes
    record = queued(committed_demo.staff, rows(5).replace("id-", "other-"))
    with CaptureQueriesContext(connection) as asked:
        tasks.run(record.pk)
    assert status_of(record) == "completed"
    assert len(asked) <= 48, "\n".join(query["sql"] for query in asked.captured_queries)


def test_the_connection_bears_no_name_of_work_when_all_is_done(committed_demo: Demo, in_worker: None) -> None:
    names = []

    def note_name(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if "application_name" in str(sql) and params and len(params) == 1:
            names.append(params[0])
        return execute(sql, params, many, context)

    record = queued(committed_demo.staff, rows(4))
    with connection.execute_wrapper(note_name):
        tasks.run(record.pk)
    job = Job.objects.get()
    assert names == [
        f"codeport ingestionrecord {record.pk} attempt 1",
        f"codeport job {job.pk} attempt 1",
        "codeport",
    ]
