"""Work that meets an outage is put off, says why it waits, and ends well once the outage is over."""

from __future__ import annotations

import errno
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError, EndpointConnectionError
from django.db import Error, IntegrityError, OperationalError, ProgrammingError, connection
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client
from kombu.exceptions import OperationalError as BrokerError
from pytest_django import Settings

from ingestion import engine, services
from ingestion.models import IngestionRecord
from ingestion.rules import limits
from portal.background.leases import PATIENCE
from portal.background.outages import outage_of
from portal.background.pulse import MOST_ATTEMPTS
from portal.storage.base import storage
from tests.support.demo import Demo
from tests.support.outages import again, broken, nobodys_address
from tests.support.tokens import client_of
from tests.support.uploads import ingested, queued, rows, status_of
from workorders import job_runner as work
from workorders import jobs
from workorders import tasks as job_tasks
from workorders.archives import builder, names
from workorders.codes.bulk_load import CodeSpool
from workorders.models import Code, Job, Workorder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def of_the_driver(error: type[Error], cause: type[psycopg.Error]) -> Error:
    """The error as Django raises it for one of the driver's."""
    wrapped = error("of the server")
    wrapped.__cause__ = cause("of the server")
    return wrapped


def refused(operation: str, code: str, status: int) -> ClientError:
    """S3's answer."""
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (OperationalError("the connection is closed"), "database"),
        (of_the_driver(OperationalError, psycopg.errors.AdminShutdown), "database"),
        (of_the_driver(OperationalError, psycopg.errors.DiskFull), "database"),
        (of_the_driver(OperationalError, psycopg.errors.TooManyConnections), "database"),
        (of_the_driver(OperationalError, psycopg.errors.DeadlockDetected), "database"),
        (of_the_driver(OperationalError, psycopg.errors.ReadOnlySqlTransaction), "database"),
        (of_the_driver(ProgrammingError, psycopg.errors.UndefinedColumn), "database"),
        (of_the_driver(IntegrityError, psycopg.errors.NotNullViolation), "database"),
        (of_the_driver(IntegrityError, psycopg.errors.UniqueViolation), ""),
        (of_the_driver(OperationalError, psycopg.errors.ProgramLimitExceeded), ""),
        (of_the_driver(ProgrammingError, psycopg.errors.SyntaxError), ""),
        (EndpointConnectionError(endpoint_url="http://s3.example"), "storage"),
        (refused("PutObject", "SlowDown", 503), "storage"),
        (S3UploadFailedError("of a part"), "storage"),
        (BrokerError("refused"), "broker"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk"),
        (OSError(errno.EROFS, "Read-only file system"), "disk"),
        (FileNotFoundError(errno.ENOENT, "No such file"), ""),
        (OSError("of nobody knows what"), ""),
        (MemoryError(), ""),
        (ValueError("of the code"), ""),
    ],
)
def test_an_outage_is_told_from_a_fault(error: Exception, part: str) -> None:
    assert outage_of(error) == part
    try:
        raise RuntimeError("while it was at work") from error
    except RuntimeError as raised:
        assert outage_of(raised) == part


def failing(error: Exception) -> Callable[..., None]:
    """What fails so, whatever it is asked."""

    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


FULL = OSError(errno.ENOSPC, "No space left on device")


def test_an_upload_outlasts_an_outage_of_hours_and_says_why_it_waits(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    api = client_of(committed_demo.staff)
    client.force_login(committed_demo.staff)
    record = queued(committed_demo.staff, rows(10))
    assert api.get(f"/api/v2/ingestion/{record.key}/").json()["waits_for"] is None
    pauses = []
    with monkeypatch.context() as full:
        full.setattr(limits, "usable_products", failing(FULL))
        for attempt in range(1, 4 * MOST_ATTEMPTS):
            engine.run(record.pk)
            assert (status_of(record), record.attempts, record.outages) == ("queued", attempt, attempt)
            pauses.append(IngestionRecord.objects.filter(pk=record.pk).values_list(F("lease_until") - Now()).get()[0])
            engine.run(record.pk)  # a reminder that comes too early
            assert (status_of(record), record.attempts) == ("queued", attempt)
            told = api.get(f"/api/v2/ingestion/{record.key}/").json()
            assert (told["status"], told["progress"]["phase"], told["waits_for"]) == ("queued", "waiting", "disk")
            again(record)
    seconds = [round(pause.total_seconds(), -1) for pause in pauses]
    assert seconds == [10, 20, 40, *[60] * (len(seconds) - 3)]
    IngestionRecord.objects.update(waits_for="disk")
    page = " ".join(client.get(f"/ingestions/{record.key}/").content.decode().split())
    assert (
        "The server&#x27;s disk is full or broken. Nothing is wrong with your file; it is tried again by itself" in page
    )
    assert "Back in the queue: the disk does not answer" in page
    again(record)
    engine.run(record.pk)
    assert (status_of(record), record.result_data["codes_created"], record.waits_for) == ("completed", 10, "")


def test_an_outage_longer_than_a_day_ends_the_upload(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    record = queued(committed_demo.staff, rows(10))
    monkeypatch.setattr(limits, "usable_products", failing(FULL))
    engine.run(record.pk)
    IngestionRecord.objects.update(outage_since=Now() - PATIENCE + timedelta(minutes=1))
    again(record)
    engine.run(record.pk)
    assert status_of(record) == "queued"
    IngestionRecord.objects.update(outage_since=Now() - PATIENCE)
    again(record)
    engine.run(record.pk)
    assert (status_of(record), record.result_data["error_counts"]) == ("error", {"internal_error": 1})
    assert services.retry(record, committed_demo.root)
    record.refresh_from_db()
    assert (record.status, record.attempts, record.outages, record.outage_since) == ("queued", 0, 0, None)


def test_attempts_that_met_an_outage_do_not_count_as_failures(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = queued(committed_demo.staff, rows(10))
    for failures in range(1, MOST_ATTEMPTS + 1):
        for error, ends in ((FULL, "queued"), (ValueError("Of the code"), "processing")):
            monkeypatch.setattr(limits, "usable_products", failing(error))
            engine.run(record.pk)
            assert status_of(record) == ("error" if failures == MOST_ATTEMPTS and ends == "processing" else ends)
            IngestionRecord.objects.filter(status="processing").update(lease_until="2020-01-01T00:00Z")
            IngestionRecord.requeue_stale()
            again(record)
    assert (record.attempts, record.outages) == (2 * MOST_ATTEMPTS, MOST_ATTEMPTS)


def test_a_connection_that_is_lost_is_an_outage_of_the_database(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends the connection in mid-load, as at a restart; the next attempt goes over another."""
    record = queued(committed_demo.staff, rows(10))
    load = CodeSpool.load

    def cut_off(*arguments: Any, **named: Any) -> None:
        monkeypatch.setattr(CodeSpool, "load", load)
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        load(*arguments, **named)

    monkeypatch.setattr(CodeSpool, "load", cut_off)
    engine.run(record.pk)
    assert (status_of(record), record.waits_for, record.outages) == ("queued", "database", 1)
    again(record)
    engine.run(record.pk)
    assert (status_of(record), record.attempts, Code.objects.count()) == ("completed", 2, 10)


def test_an_archive_outlasts_a_bucket_that_is_away(
    bucket: S3Client, committed_demo: Demo, settings: Settings, client: Client
) -> None:
    workorder = ingested(committed_demo.staff, rows(10)).workorder
    assert workorder is not None
    job = workorder.jobs.get()
    client.force_login(committed_demo.staff)
    kept = settings.STORAGES
    for attempt in range(1, 2 * MOST_ATTEMPTS):
        broken(settings, endpoint_url=nobodys_address())
        work.run(job.pk)
        job.refresh_from_db()
        assert (job.status, job.attempts, job.waits_for) == ("queued", attempt, "storage")
        settings.STORAGES = kept
        again(job)
    work.run(job.pk)
    workorder.refresh_from_db()
    assert workorder.state == "completed"
    assert storage().exists(names.archive_name(workorder, "archive"))


def given_up(demo: Demo, **fields: Any) -> Workorder:
    """A workorder whose archive was given up."""
    workorder = ingested(demo.staff, rows(10)).workorder
    assert workorder is not None
    assert workorder.jobs.update(status="error", attempts=MOST_ATTEMPTS, **fields) == 1
    return workorder


def downloaded(client: Client, workorder: Workorder) -> int:
    """The status of a download of its archive, which is read to its end."""
    answer = client.get(f"/workorders/{workorder.pk}/download/")
    assert b"".join(answer)[:2] == b"PK"
    return answer.status_code


def test_the_next_download_completes_a_workorder_whose_archive_was_given_up(
    committed_demo: Demo, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    workorder = given_up(committed_demo)
    woken: list[int] = []
    monkeypatch.setattr(jobs, "wake", lambda _task, pk: woken.append(pk))
    client.force_login(committed_demo.staff)
    assert downloaded(client, workorder) == 200
    job = workorder.jobs.get()
    assert (job.status, job.attempts, woken) == ("queued", 0, [job.pk])
    assert downloaded(client, workorder) == 200
    assert woken == [job.pk]
    work.run(job.pk)
    workorder.refresh_from_db()
    assert workorder.state == "completed"
    assert downloaded(client, workorder) == 200
    assert workorder.jobs.get().status == "completed"


def test_the_sweep_begins_archives_anew_that_an_outage_ended(committed_demo: Demo) -> None:
    workorder = given_up(committed_demo, outage_since=Now() - PATIENCE, status_updated_at=Now() - timedelta(minutes=59))
    job_tasks.archives_again()
    assert workorder.jobs.get().status == "error"
    workorder.jobs.update(status_updated_at=Now() - timedelta(minutes=61))
    job_tasks.archives_again()
    job = workorder.jobs.get()
    assert (job.status, job.outages, job.outage_since) == ("queued", 0, None)
    Job.objects.update(status="error", outage_since=None, status_updated_at="2020-01-01T00:00Z")
    job_tasks.archives_again()  # that it failed at is its own fault, and would be so again
    assert workorder.jobs.get().status == "error"


def test_a_download_while_the_disk_is_full_is_to_be_tried_again(
    committed_demo: Demo, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    workorder = ingested(committed_demo.staff, rows(10)).workorder
    assert workorder is not None
    monkeypatch.setattr(builder, "Archive", failing(FULL))
    answer = client_of(committed_demo.staff).get(f"/api/v2/workorders/{workorder.pk}/download/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert answer.json() == {"detail": "The server's disk is full or broken. Try again later."}
