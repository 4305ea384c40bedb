"""Withdrawing a completed upload: what becomes of its codes, and who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from ingestion import withdrawing
from ingestion.models import IngestionRecord, Withdrawal
from portal.database.clock import database_now
from portal.models import Event
from portal.storage.base import storage
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.secure import a_secure_order
from tests.support.tokens import client_of
from tests.support.uploads import ingested, queued
from tests.support.withdrawals import address, an_upload, ask, make_archive, withdraw_whole, workorder_of
from workorders import job_runner
from workorders.archives.names import folder_of
from workorders.changes.history import history_of
from workorders.models import Code, Job, UrlPrefix, Workorder

PREFIX = "https://codes.example.com/"

Download = Callable[[Demo, APIClient, Workorder], Any]


@pytest.fixture
def demo(committed_demo: Demo) -> Demo:
    """The cast, which the beat of a worker sees, too."""
    return committed_demo


@pytest.fixture
def client(demo: Demo, api: Callable[..., APIClient]) -> APIClient:
    """A client of demo's admin, who may do everything."""
    return api(demo.admin)


@pytest.fixture
def record(demo: Demo) -> IngestionRecord:
    """An upload of two codes, whose archive is made."""
    record = an_upload(demo.staff, "abc12345", "def12345", url_prefix=PREFIX)
    make_archive(record)
    return record


def state_of(*identifiers: str) -> list[tuple[int, int]]:
    """Status and reason of each code."""
    codes = Code.objects.filter(identifier__in=identifiers).order_by("identifier")
    return list(codes.values_list("activation_status", "blacklist_reason"))


def read(answer: Any) -> int:
    """Read an answer to its end, and return its status."""
    if answer.streaming:
        b"".join(answer.streaming_content)
    answer.close()
    return int(answer.status_code)


def files_of(workorder: Workorder) -> list[str]:
    return [name for name, _ in storage().listed(folder_of(workorder))]


# Codes that nobody has


def test_what_nobody_fetched_is_deleted_and_its_ids_are_free_again(
    demo: Demo, client: APIClient, record: IngestionRecord
) -> None:
    workorder = workorder_of(record)
    assert client.get(address(record)).json() == {"deletes": True, "codes": 2, "because": []}
    asked = ask(client, record)
    assert (asked.status_code, asked.json()["status"], asked.json()["result_data"]["codes_created"]) == (
        200,
        "completed",
        2,
    )
    assert asked.json()["withdrawal"]["progress"] == {"phase": "waiting", "rows_done": 0, "rows_total": None}
    found = run(record, client)
    told = found["result_data"].pop("withdrawn")
    assert told | {"at": ""} == {"reason": "The wrong file.", "by": demo.admin.email, "at": "", "codes_deleted": 2}
    assert (found["status"], found["workorder"], found["result_data"]) == (
        "completed",
        None,
        {"codes_created": 2, "duplicates_ignored": 0},
    )
    assert (found["withdrawal"]["status"], found["withdrawal"]["deletes"]) == ("completed", True)
    assert not Code.objects.exists()
    assert not Workorder.objects.exists()
    assert not Job.objects.exists()
    assert not UrlPrefix.objects.exists()
    jobs = Event.objects.filter(subject="job").order_by("pk")
    assert [*jobs.values_list("what", "company")] == [("begun", demo.company.pk), ("completed", demo.company.pk)]
    assert files_of(workorder) == []
    again = an_upload(demo.staff, "abc12345", url_prefix=PREFIX)
    assert workorder_of(again).state == "new"


def run(record: IngestionRecord, client: APIClient) -> dict[str, Any]:
    """Let a worker do what was asked for, and return the record."""
    withdrawing.run(Withdrawal.objects.get(record=record).pk)
    found: dict[str, Any] = client.get(f"/api/v2/ingestion/{record.key}/").json()
    return found


def test_scans_that_web_processes_have_yet_to_tell_of_are_waited_for(
    client: APIClient, record: IngestionRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[datetime] = []
    monkeypatch.setattr(withdrawing, "settling_time", lambda: 1.5)
    monkeypatch.setattr(withdrawing, "flush", lambda: told.append(database_now()))
    ask(client, record)
    asked = Withdrawal.objects.get(record=record).created_at
    run(record, client)
    assert len(told) == 1
    assert told[0] - asked >= timedelta(seconds=1.5)


def test_people_of_other_companies_are_not_named_to_the_company(demo: Demo, record: IngestionRecord) -> None:
    assert ask(client_of(demo.root), record).status_code == 200
    run(record, client_of(demo.admin))
    record.refresh_from_db()
    assert record.result_data["withdrawn"]["by"] == "the operators of this portal"


def test_a_new_code_of_the_id_has_no_part_in_the_history_of_the_old(demo: Demo, client: APIClient) -> None:
    record = an_upload(demo.staff, "abc12345")
    from workorders.changes.apply import apply_selected, begin_change
    from workorders.changes.values import NewValues

    change = begin_change(demo.company, "api", demo.staff)
    assert apply_selected(change, Code.objects.filter(company=demo.company), NewValues(status=1)) == 1
    withdraw_whole(client, record)
    an_upload(demo.staff, "abc12345")
    code = Code.objects.get()
    assert (code.activation_status, history_of(code)) == (0, [])


def test_archives_that_are_being_made_are_not_waited_for(demo: Demo, client: APIClient) -> None:
    record = an_upload(demo.staff, "abc12345")
    archive = Job.objects.get()
    assert ask(client, record).status_code == 200
    archive.refresh_from_db()
    assert (archive.status, workorder_of(record).state) == ("cancelled", "cancelled")
    job_runner.run(archive.pk)
    assert files_of(workorder_of(record)) == []
    assert run(record, client)["result_data"]["withdrawn"]["codes_deleted"] == 1


def test_pages_of_a_record_without_its_workorder_are_shown(
    demo: Demo, client: APIClient, record: IngestionRecord
) -> None:
    withdraw_whole(client, record)
    page = seen(demo.staff, f"/ingestions/{record.key}/")
    assert "Withdrawn, 2 codes deleted" in page
    assert "Withdrawal asked for: The wrong file." in page
    assert "Open workorder" not in page
    assert "codes.csv" in seen(demo.staff, "/ingestions/")


# Codes that somebody may have


def archive(demo: Demo, client: APIClient, workorder: Workorder) -> Any:
    return client.get(f"/api/v2/workorders/{workorder.pk}/download/")


def part_of_archive(demo: Demo, client: APIClient, workorder: Workorder) -> Any:
    return client.get(f"/api/v2/workorders/{workorder.pk}/download/", headers={"Range": "bytes=0-1"})


def archive_by_page(demo: Demo, client: APIClient, workorder: Workorder) -> Any:
    return as_(demo.staff).get(f"/workorders/{workorder.pk}/download/")


def serial_numbers(demo: Demo, client: APIClient, workorder: Workorder) -> Any:
    return client.get(f"/api/v2/workorders/{workorder.pk}/serial-numbers/")


def images(demo: Demo, client: APIClient, workorder: Workorder) -> Any:
    address = f"/api/v2/workorders/{workorder.pk}/download/?images=svg"
    answer = client.get(address)
    if answer.status_code == 202:
        job_runner.run(Job.objects.get(what="images").pk)
        answer = client.get(address)
    return answer


def image_of_a_code(demo: Demo, client: APIClient, workorder: Workorder) -> Any:
    return client.get("/api/v2/codes/abc12345/image/?images=png")


def image_by_page(demo: Demo, client: APIClient, workorder: Workorder) -> Any:
    return as_(demo.staff).get(f"/workorders/{workorder.pk}/codes/abc12345/qr.png?download=")


def svg_by_page(demo: Demo, client: APIClient, workorder: Workorder) -> Any:
    return as_(demo.staff).get(f"/workorders/{workorder.pk}/codes/abc12345/qr.svg?download")


DOWNLOADS = (
    *(archive, part_of_archive, archive_by_page, serial_numbers, images, image_of_a_code),
    *(image_by_page, svg_by_page),
)


@pytest.mark.parametrize("fetch", DOWNLOADS)
def test_what_was_downloaded_is_blacklisted(
    demo: Demo, client: APIClient, record: IngestionRecord, fetch: Download
) -> None:
    workorder = workorder_of(record)
    assert read(fetch(demo, client, workorder)) in (200, 206)
    workorder.refresh_from_db()
    assert workorder.downloaded_at is not None
    day = f"{workorder.downloaded_at:%-d %B %Y, %H:%M} UTC"
    because = [f"Codes of it were first downloaded on {day}."]
    assert client.get(address(record)).json() == {"deletes": False, "codes": 2, "because": because}
    assert ask(client, record).status_code == 200
    assert read(fetch(demo, client, workorder)) == 404
    found = run(record, client)
    assert found["result_data"]["withdrawn"]["codes_blacklisted"] == 2
    assert files_of(workorder) == []
    assert (found["workorder"], workorder_of(record).state) == (workorder.pk, "cancelled")
    assert state_of("abc12345", "def12345") == [(2, 9), (2, 9)]
    assert UrlPrefix.objects.get().company == demo.company
    (line,) = history_of(Code.objects.get(identifier="abc12345"))
    assert (line.change.origin, line.change.record_key, line.change.created_by) == (
        "workorder",
        record.key,
        demo.admin,
    )


def test_images_are_ordered_no_more(demo: Demo, client: APIClient, record: IngestionRecord) -> None:
    workorder = workorder_of(record)
    assert ask(client, record).status_code == 200
    refused = client.get(f"/api/v2/workorders/{workorder.pk}/download/?images=svg")
    said = "The upload of these codes was withdrawn, so they are handed out no more."
    assert (refused.status_code, refused.json()) == (404, {"detail": said})
    assert not Job.objects.filter(what="images").exists()


def looks(demo: Demo, client: APIClient, workorder: Workorder) -> list[Any]:
    """What shows codes, and gives no file of them away."""
    client_of_staff = as_(demo.staff)
    return [
        client.head(f"/api/v2/workorders/{workorder.pk}/download/"),
        client.get("/api/v2/codes/"),
        client.get("/api/v2/codes/abc12345/"),
        client_of_staff.get(f"/workorders/{workorder.pk}/"),
        client_of_staff.get(f"/workorders/{workorder.pk}/sample.svg"),
        client_of_staff.get(f"/workorders/{workorder.pk}/codes/abc12345/"),
        client_of_staff.get(f"/workorders/{workorder.pk}/codes/abc12345/qr.svg"),
        client_of_staff.get(f"/workorders/{workorder.pk}/codes/abc12345/qr.png?module=4"),
    ]


def test_who_looks_at_codes_has_not_downloaded_them(demo: Demo, client: APIClient, record: IngestionRecord) -> None:
    assert {read(answer) for answer in looks(demo, client, workorder_of(record))} == {200}
    assert workorder_of(record).downloaded_at is None


def test_the_first_download_alone_is_noted(demo: Demo, client: APIClient, record: IngestionRecord) -> None:
    workorder = workorder_of(record)
    read(archive(demo, client, workorder))
    first = workorder_of(record).downloaded_at
    read(archive(demo, client, workorder))
    assert workorder_of(record).downloaded_at == first


def test_codes_older_than_the_notes_of_downloads_count_as_downloaded(
    demo: Demo, client: APIClient, record: IngestionRecord
) -> None:
    Workorder.objects.update(notes_downloads=False)
    found = client.get(address(record)).json()
    said = "It is older than Codeport's notes of downloads, so its codes count as downloaded."
    assert found == {"deletes": False, "codes": 2, "because": [said]}
    assert withdraw_whole(client, record)["result_data"]["withdrawn"]["codes_blacklisted"] == 2


def test_codes_that_a_reason_has_blacklisted_keep_it(demo: Demo, client: APIClient, record: IngestionRecord) -> None:
    Code.objects.filter(identifier="abc12345").update(activation_status=2, blacklist_reason=4)
    read(archive(demo, client, workorder_of(record)))
    assert withdraw_whole(client, record)["result_data"]["withdrawn"]["codes_blacklisted"] == 1
    assert state_of("abc12345", "def12345") == [(2, 4), (2, 9)]


# What is refused


def refused(client: APIClient, record: IngestionRecord) -> str:
    """The sentence with which both calls refuse."""
    told, asked = client.get(address(record)), ask(client, record)
    assert (told.status_code, asked.status_code) == (400, 400)
    assert told.json() == asked.json()
    return str(asked.json()["detail"])


def test_only_what_is_completed_is_withdrawn(demo: Demo, client: APIClient) -> None:
    waiting, wrong = queued(demo.staff, "id\nabc12345\n"), ingested(demo.staff, "id\nshort\n")
    said = "This upload is {}; only one that is completed can be withdrawn."
    assert refused(client, waiting) == said.format("queued")
    assert refused(client, wrong) == said.format("error")


def test_an_upload_is_withdrawn_once(demo: Demo, client: APIClient, record: IngestionRecord) -> None:
    assert ask(client, record).status_code == 200
    assert refused(client, record) == "This upload is being withdrawn."
    run(record, client)
    assert refused(client, record) == "This upload was withdrawn already."
    assert Withdrawal.objects.count() == 1


def test_a_withdrawal_that_was_given_up_is_asked_for_again(
    demo: Demo, client: APIClient, record: IngestionRecord
) -> None:
    ask(client, record)
    Withdrawal.objects.update(status="error", attempts=5)
    found = withdraw_whole(client, record, reason="Once more.")
    assert found["result_data"]["withdrawn"]["reason"] == "Once more."
    assert not Code.objects.exists()


def test_changes_of_codes_are_not_withdrawn(demo: Demo, client: APIClient, record: IngestionRecord) -> None:
    IngestionRecord.objects.update(type="scm")
    assert refused(client, record) == "Only an upload of new codes can be withdrawn; a change of codes is undone."


def test_codes_of_a_secure_order_are_not_withdrawn(demo: Demo, client: APIClient) -> None:
    order = a_secure_order(demo)
    said = "These codes were uploaded into a workorder of secure codes; cancel that workorder instead."
    assert refused(client, ingested(demo.staff, "id\nabc12345\n", workorder=order.pk)) == said


def test_a_reason_is_needed(client: APIClient, record: IngestionRecord) -> None:
    assert ask(client, record, reason=" ").json() == {"reason": ["This field may not be blank."]}
    assert ask(client, record, reason="x" * 1001).status_code == 400
    assert ask(client, record, raeson="x").json() == {"raeson": ["There is no such field; the nearest is `reason`."]}
    assert not Withdrawal.objects.exists()


def test_what_is_expected_is_done_or_nothing(demo: Demo, client: APIClient, record: IngestionRecord) -> None:
    said = "The codes would be deleted, not blacklisted: nothing of them was downloaded or scanned."
    assert ask(client, record, deletes=False).json() == {"detail": said}
    read(archive(demo, client, workorder_of(record)))
    said = ask(client, record, deletes=True).json()["detail"]
    assert said.startswith("The codes would be blacklisted, not deleted. Codes of it were first downloaded on ")
    assert (Withdrawal.objects.count(), workorder_of(record).state) == (0, "completed")
    assert ask(client, record, deletes=False).status_code == 200


def test_who_may_not_withdraws_nothing(demo: Demo, record: IngestionRecord, api: Callable[..., APIClient]) -> None:
    assert ask(api(demo.staff), record).status_code == 403
    assert ask(api(demo.support), record).status_code == 403
    assert ask(api(demo.admin, "ingestion_view"), record).status_code == 403
    assert ask(api(demo.other_staff), record).status_code == 403
    demo.admin.company = demo.other
    demo.admin.save()
    assert ask(api(demo.admin), record).status_code == 404
    assert ask(api(demo.root), record).status_code == 200


def test_a_call_that_is_repeated_with_its_key_is_answered_alike(client: APIClient, record: IngestionRecord) -> None:
    headers = {"Idempotency-Key": "once"}
    first = client.post(address(record), {"reason": "Wrong."}, format="json", headers=headers)
    again = client.post(address(record), {"reason": "Wrong."}, format="json", headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
