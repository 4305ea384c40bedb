"""The services of uploads: starting, queueing, processing, cancelling and retrying."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from ingestion import services
from ingestion.models import IngestionRecord
from portal import timeline
from portal.storage.base import storage
from tests.support.demo import Demo

ROWS = b"id\nabc12345\n"
PARAMETERS: dict[str, Any] = {"default_scm_data": {}, "url_prefix": "", "allow_posted_duplicates": False}


def begun(demo: Demo, content: bytes | None = ROWS, **changes: Any) -> IngestionRecord:
    """An upload that has begun, with its file if it has one."""
    options: dict[str, Any] = {"filetype": "csv", "mode": "api"} | changes
    record = services.start_upload(demo.staff, demo.company, **options)
    if content is not None:
        storage().save(record.incoming_path, ContentFile(content))
    return record


def told(record: IngestionRecord) -> list[str]:
    """What the timeline says."""
    return [event.what for event in timeline.events_of(record).order_by("pk")]


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The tasks that were woken."""
    found: list[tuple[str, int]] = []
    monkeypatch.setattr(services, "wake", lambda task, pk: found.append((task, pk)))
    return found


def test_an_upload_begins_with_a_record_that_waits_for_its_file(demo: Demo) -> None:
    record = begun(demo, None, file_name="codes.csv", parameters={"url_prefix": "x"})
    record.refresh_from_db()
    assert (record.status, record.phase, record.company, record.created_by) == (
        "uploading",
        "waiting",
        demo.company,
        demo.staff,
    )
    assert (record.file_name, record.parameters, record.by_command) == ("codes.csv", {"url_prefix": "x"}, False)
    assert told(record) == ["created"]


def test_keys_are_twelve_small_letters_and_digits(demo: Demo) -> None:
    keys = {begun(demo, None).key for _ in range(20)}
    assert len(keys) == 20
    assert all(len(key) == 12 and key.isalnum() and key == key.lower() for key in keys)


def test_a_command_does_not_sign_for_the_person(demo: Demo) -> None:
    record = begun(demo, None, by_command=True, signs=False)
    (event,) = timeline.events_of(record)
    assert (event.what, event.by, event.detail) == ("created", None, {"command": True})


def test_a_person_sees_the_records_of_the_own_company(demo: Demo) -> None:
    record = begun(demo, None)
    assert list(services.records_for(demo.staff)) == [record]
    assert list(services.records_for(demo.other_staff)) == []
    assert list(services.records_for(demo.support)) == [record]


def test_queueing_moves_the_file_out_of_reach_of_the_form(demo: Demo) -> None:
    record = begun(demo)
    services.queue(record, PARAMETERS, demo.staff)
    record.refresh_from_db()
    assert (record.status, record.file_size, record.parameters) == ("queued", len(ROWS), PARAMETERS)
    assert record.lease_until is not None
    assert not storage().exists(record.incoming_path)
    with storage().open(record.file_path) as file:
        assert file.read() == ROWS
    assert told(record) == ["created", "queued"]


def test_a_file_that_was_moved_by_a_call_that_broke_off_is_queued(demo: Demo) -> None:
    record = begun(demo)
    storage().move(record.incoming_path, record.file_path)
    services.queue(record, PARAMETERS, demo.staff)
    record.refresh_from_db()
    assert record.status == "queued"


def test_without_a_file_nothing_is_queued(demo: Demo) -> None:
    record = begun(demo, None)
    with pytest.raises(services.Unprocessable, match=r"^Uploaded file not found\.$"):
        services.queue(record, PARAMETERS, demo.staff)
    record.refresh_from_db()
    assert record.status == "uploading"


@pytest.mark.parametrize("status", ["queued", "processing", "completed", "error", "cancelled"])
def test_only_what_waits_for_its_file_is_queued(demo: Demo, status: str) -> None:
    record = begun(demo)
    IngestionRecord.objects.filter(pk=record.pk).update(status=status)
    with pytest.raises(services.Unprocessable) as refused:
        services.queue(record, PARAMETERS, demo.staff)
    assert str(refused.value) == services.WRONG_STATE.format("code")
    assert storage().exists(record.incoming_path)


def test_a_doubtful_prefix_is_warned_of_before_the_file_is_read(demo: Demo) -> None:
    record = begun(demo)
    services.queue(record, PARAMETERS | {"url_prefix": "https://codes.example.com/c"}, demo.staff)
    record.refresh_from_db()
    assert [(found["warning"], found["value"], found["count"]) for found in record.warnings] == [
        ("url_prefix_warning", "https://codes.example.com/c", 1)
    ]


def test_processing_wakes_a_worker_once_it_is_committed(
    demo: Demo, woken: list[tuple[str, int]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    record = begun(demo)
    with django_capture_on_commit_callbacks(execute=True):
        services.process(record, PARAMETERS, demo.staff)
        assert woken == []
    assert woken == [("ingestion.tasks.run", record.pk)]


def test_a_file_larger_than_the_form_allows_is_refused_and_deleted(demo: Demo, settings: Settings) -> None:
    settings.MAX_UPLOAD_BYTES = 5
    record = begun(demo)
    with pytest.raises(services.Unacceptable, match=r"has 12 bytes; at most 5 are allowed\."):
        services.process(record, PARAMETERS, demo.staff)
    record.refresh_from_db()
    assert record.status == "uploading"
    assert not storage().exists(record.file_path)


def test_a_file_that_is_stored_as_something_else_is_refused(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    record = begun(demo)
    monkeypatch.setattr(type(storage()), "content_type", lambda *_: "text/html")
    with pytest.raises(services.Unacceptable, match=r"is stored as text/html; post it by the form, as text/csv\."):
        services.process(record, PARAMETERS, demo.staff)


def test_rows_of_a_call_become_a_file_of_their_own(
    demo: Demo, woken: list[tuple[str, int]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        record = services.upload_rows(demo.staff, demo.company, '[{"id": "é"}]', PARAMETERS, mode="portal")
    record.refresh_from_db()
    assert (record.status, record.filetype, record.ingestion_mode) == ("queued", "json", "portal")
    with storage().open(record.file_path) as file:
        assert file.read() == '[{"id": "é"}]'.encode()
    assert woken == [("ingestion.tasks.run", record.pk)]


def test_the_form_finds_an_upload_only_while_it_waits_for_its_file(demo: Demo) -> None:
    record = begun(demo, None)
    with services.while_awaited(record.incoming_path) as is_awaited:
        assert is_awaited
    services.cancel(record, demo.staff)
    with services.while_awaited(record.incoming_path) as is_awaited:
        assert not is_awaited
    with services.while_awaited("incoming/nobody00key0") as is_awaited:
        assert not is_awaited


@pytest.mark.parametrize(
    ("status", "is_cancelled"),
    [
        ("uploading", True),
        ("queued", True),
        ("processing", True),
        ("completed", False),
        ("error", False),
        ("cancelled", False),
    ],
)
def test_what_has_not_ended_can_be_cancelled(demo: Demo, status: str, is_cancelled: bool) -> None:
    record = begun(demo)
    IngestionRecord.objects.filter(pk=record.pk).update(status=status)
    assert services.cancel(record, demo.admin) is is_cancelled
    record.refresh_from_db()
    assert record.status == ("cancelled" if is_cancelled else status)
    assert ("cancelled" in told(record)) is is_cancelled


def failed(demo: Demo, kind: str) -> IngestionRecord:
    """A record that ended with this kind of error."""
    record = begun(demo)
    services.queue(record, PARAMETERS, demo.staff)
    record.errors.create(error=kind)
    result = {"errors": [{kind: []}], "error_counts": {kind: 1}}
    IngestionRecord.objects.filter(pk=record.pk).update(
        status="error", phase="ended", attempts=5, rows_done=3, rows_total=3, result_data=result
    )
    return record


def test_what_failed_by_our_fault_can_be_retried(
    demo: Demo, woken: list[tuple[str, int]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    record = failed(demo, "internal_error")
    with django_capture_on_commit_callbacks(execute=True):
        assert services.retry(record, demo.root) is True
    record.refresh_from_db()
    assert (record.status, record.phase, record.attempts, record.rows_done, record.rows_total, record.result_data) == (
        "queued",
        "waiting",
        0,
        0,
        None,
        {},
    )
    assert record.errors.count() == 0
    assert told(record)[-1] == "retried"
    assert woken == [("ingestion.tasks.run", record.pk)]


def test_what_was_refused_for_its_rows_is_not_retried(demo: Demo, woken: list[tuple[str, int]]) -> None:
    record = failed(demo, "missing_id_error")
    assert services.retry(record, demo.root) is False
    record.refresh_from_db()
    assert (record.status, record.errors.count(), woken) == ("error", 1, [])


def test_without_its_file_nothing_is_retried_or_checked_again(demo: Demo) -> None:
    record = failed(demo, "internal_error")
    record.refresh_from_db()
    storage().delete(record.file_path)
    assert services.retry(record, demo.root) is False
    assert services.check_again(record, demo.staff) is False
    record.refresh_from_db()
    assert (record.status, record.errors.count()) == ("error", 1)


def test_the_same_file_is_checked_again_once(
    demo: Demo, woken: list[tuple[str, int]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    record = failed(demo, "product_not_found_error")
    record.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        assert services.check_again(record, demo.staff) is True
        assert services.check_again(record, demo.staff) is False
    record.refresh_from_db()
    assert (record.status, record.phase, record.attempts, record.result_data) == ("queued", "waiting", 0, {})
    assert (record.parameters, record.errors.count()) == (PARAMETERS, 0)
    assert told(record)[-1] == "asked_again"
    assert woken == [("ingestion.tasks.run", record.pk)]


def test_what_is_completed_is_not_checked_again(demo: Demo) -> None:
    record = begun(demo)
    services.queue(record, PARAMETERS, demo.staff)
    IngestionRecord.objects.filter(pk=record.pk).update(status="completed")
    record.refresh_from_db()
    assert services.check_again(record, demo.staff) is False


def test_retrying_what_waits_reminds_the_workers(
    demo: Demo, woken: list[tuple[str, int]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    record = begun(demo)
    services.queue(record, PARAMETERS, demo.staff)
    IngestionRecord.objects.filter(pk=record.pk).update(waits_for="storage")
    with django_capture_on_commit_callbacks(execute=True):
        assert services.retry(record, demo.root) is True
    record.refresh_from_db()
    assert (record.status, record.waits_for, woken) == ("queued", "", [("ingestion.tasks.run", record.pk)])
