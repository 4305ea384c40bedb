"""Uploads into workorders of secure codes: what they take, what they refuse, and several at once."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import zxingcpp
from django.db import transaction
from PIL import Image
from rest_framework.test import APIClient

from ingestion import engine
from ingestion.models import IngestionRecord
from ingestion.results.rows_with_errors import has_rows_with_errors, stream_rows_with_errors
from portal.timeline import events_of
from portal.values.whole_numbers import NOT_WHOLE
from tests.support.commands import run
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.running import ended, in_thread, wait_for, waiting_for_locks
from tests.support.secure import a_secure_order, brought_to
from tests.support.tokens import client_of
from tests.support.uploads import GET_POST_DATA, PROCESS, WRONG_STATE, ingested, post_file, queued, status_of, uploaded
from workorders import job_runner
from workorders.models import Code, Job, Workorder
from workorders.secure import uploads, workflow


def ids(first: int, last: int) -> str:
    """A file of ids, numbered from `first` to `last`, the last one on top."""
    return "id\n" + "".join(f"id-{number:06}\n" for number in range(last, first - 1, -1))


def sequences(workorder: Workorder) -> list[tuple[int, str]]:
    """Sequence and id of each code, in order."""
    return list(workorder.codes.order_by("sequence").values_list("sequence", "identifier"))


def refusal_of(record: IngestionRecord) -> list[tuple[str, int | None, str]]:
    """Kind, row and detail of each error."""
    return list(record.errors.values_list("error", "row", "detail"))


def answer(client: APIClient, key: str, **parameters: Any) -> Any:
    return client.post(PROCESS, {"record": key, **parameters}, format="json")


def archive_of(client: APIClient, workorder: Workorder) -> zipfile.ZipFile:
    found: Any = client.get(f"/api/v2/workorders/{workorder.pk}/download/")
    assert found.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(found.streaming_content)))


def started(*records: IngestionRecord) -> list[Thread]:
    """The records in work, each in a thread of its own."""
    threads = [Thread(target=in_thread, args=(engine.run, record.pk)) for record in records]
    for thread in threads:
        thread.start()
    return threads


# What it takes


@pytest.mark.parametrize("state", ["new", "ready_to_print", "printed", "completed"])
def test_codes_join_a_workorder_before_and_after_printing(committed_demo: Demo, state: str) -> None:
    workorder = brought_to(a_secure_order(committed_demo, quantity=5), state, committed_demo)
    record = ingested(committed_demo.staff, "id,product\nid-000001,sku1\nid-000002,\n", workorder=workorder.pk)
    workorder.refresh_from_db()
    assert (record.status, record.workorder, workorder.state) == ("completed", workorder, state)
    assert (workorder.quantity, workorder.uploaded_quantity) == (5, 2)
    assert sequences(workorder) == [(1, "id-000001"), (2, "id-000002")]
    assert [str(code.product) for code in workorder.codes.order_by("sequence")] == ["sku1", "None"]
    last = events_of(workorder).last()
    assert last is not None
    assert (last.what, last.by, last.detail) == ("uploaded", committed_demo.staff, {"codes": 2, "upload": record.key})
    assert Workorder.objects.count() == 1


def test_several_files_are_numbered_on_without_gaps(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo, quantity=6)
    ingested(committed_demo.staff, ids(1, 2), workorder=workorder.pk)
    repeated = "id\nid-000009\n\nid-000008\nid-000009\nid-000007\n"
    second = ingested(committed_demo.staff, repeated, workorder=workorder.pk, allow_posted_duplicates=True)
    ingested(committed_demo.staff, ids(3, 3), workorder=workorder.pk)
    assert second.result_data == {"codes_created": 3, "duplicates_ignored": 1}
    assert sequences(workorder) == [
        (1, "id-000002"),
        (2, "id-000001"),
        (3, "id-000009"),
        (4, "id-000008"),
        (5, "id-000007"),
        (6, "id-000003"),
    ]


def test_the_api_takes_a_workorder_and_its_record_says_so(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo, use_serial_number=True)
    client = client_of(committed_demo.staff)
    key = uploaded(client, ids(1, 2))
    said = {"workorder": workorder.pk, "url_prefix": "https://demo.test/", "use_serial_number": True}
    assert answer(client, key, **said).status_code == 200
    record = IngestionRecord.objects.get(key=key)
    assert record.parameters == {
        "default_scm_data": {},
        "use_serial_number": True,
        "url_prefix": "https://demo.test/",
        "allow_posted_duplicates": False,
        "workorder": workorder.pk,
    }
    engine.run(record.pk)
    assert client.get(f"/api/v2/ingestion/{key}/").json()["workorder"] == workorder.pk
    rows = archive_of(client, workorder).read("codes.csv").decode().splitlines()
    assert rows[1] == "id-000002,0000000001,1,1,https://demo.test/id-000002"


def test_serial_numbers_that_were_not_ordered_are_refused(demo: Demo) -> None:
    workorder = a_secure_order(demo)
    client = client_of(demo.staff)
    key = uploaded(client, ids(1, 2))
    refused = answer(client, key, workorder=workorder.pk, use_serial_number=True)
    assert (refused.status_code, refused.json()) == (
        400,
        {"use_serial_number": ["The codes of this workorder were ordered without serial numbers; leave it out."]},
    )
    assert answer(client, key, workorder=workorder.pk, use_serial_number=False).status_code == 200


def test_the_command_takes_a_workorder(committed_demo: Demo, tmp_path: Path) -> None:
    workorder = a_secure_order(committed_demo)
    file = tmp_path / "codes.csv"
    file.write_text(ids(1, 3))
    run("ingest", str(file), "--company", "demo", "--workorder", str(workorder.pk))
    assert workorder.codes.count() == 3


def test_codes_that_join_a_completed_workorder_become_active_if_that_was_ordered(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo, activate_on_complete=True)
    ingested(committed_demo.staff, ids(1, 1), workorder=workorder.pk)
    brought_to(workorder, "completed", committed_demo)
    ingested(committed_demo.staff, ids(2, 3), workorder=workorder.pk)
    assert statuses(workorder) == [0, 1, 1]  # the first one waits for its job
    (job,) = workorder.jobs.filter(what=Job.What.ACTIVATE)
    assert job.parameters == {"after": 0, "until": 1}
    job_runner.run(job.pk)
    assert statuses(workorder) == [1, 1, 1]


def statuses(workorder: Workorder) -> list[int]:
    return list(workorder.codes.order_by("sequence").values_list("activation_status", flat=True))


LATE = "id,activation_status\nlate-0001,\nlate-0002,0\nlate-0003,1\nlate-0004,2\n"


@pytest.mark.parametrize("entry", ["process", "process-from-file", "command", "page", "json"])
def test_late_codes_are_active_whichever_way_they_come(committed_demo: Demo, tmp_path: Path, entry: str) -> None:
    workorder = a_secure_order(committed_demo, activate_on_complete=True)
    brought_to(workorder, "completed", committed_demo)
    if entry == "command":
        (tmp_path / "codes.csv").write_text(LATE)
        run("ingest", str(tmp_path / "codes.csv"), "--company", "demo", "--workorder", str(workorder.pk))
    elif entry == "json":
        rows = '[{"id": "late-0001"}, {"id": "late-0002", "activation_status": 0}, {"id": "late-0003"}]'
        ingested(committed_demo.staff, rows, "json", workorder=workorder.pk)
    else:
        client: Any = as_(committed_demo.staff) if entry == "page" else client_of(committed_demo.staff)
        how = {"content_type": "application/json"} if entry == "page" else {"format": "json"}
        answer = client.post(GET_POST_DATA, {"filetype": "csv"}, **how).json()
        post_file(answer["post_data"], LATE)
        path = PROCESS.replace("upload/process", "process-from-file") if entry == "process-from-file" else PROCESS
        sent = {"record": answer["record_key"], "workorder": workorder.pk}
        assert client.post(path, sent, **how).status_code == 200
        engine.run(IngestionRecord.objects.get(key=answer["record_key"]).pk)
    assert statuses(workorder) == ([1, 0, 1] if entry == "json" else [1, 0, 1, 2])
    assert not workorder.jobs.filter(what=Job.What.ACTIVATE, parameters__after__gt=0).exists()


@pytest.mark.parametrize(
    ("defaults", "status"), [({}, 1), ({"activation_status": ""}, 1), ({"activation_status": 0}, 0)]
)
def test_the_uploads_own_default_goes_before_the_order(committed_demo: Demo, defaults: Any, status: int) -> None:
    workorder = a_secure_order(committed_demo, activate_on_complete=True)
    brought_to(workorder, "completed", committed_demo)
    ingested(committed_demo.staff, ids(1, 1), workorder=workorder.pk, default_scm_data=defaults)
    assert statuses(workorder) == [status]


def test_codes_that_are_loaded_while_the_workorder_is_completed_become_active_too(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    workorder = a_secure_order(committed_demo, activate_on_complete=True)
    brought_to(workorder, "printed", committed_demo)
    lock_for_upload = uploads.lock_for_upload

    def completed_first(pk: int) -> Workorder:
        workflow.complete(workorder, committed_demo.staff)
        return lock_for_upload(pk)

    monkeypatch.setattr(uploads, "lock_for_upload", completed_first)
    ingested(committed_demo.staff, ids(1, 2), workorder=workorder.pk)
    assert statuses(workorder) == [0, 0]
    job = workorder.jobs.filter(what=Job.What.ACTIVATE).latest("pk")
    assert job.parameters == {"after": 0, "until": 2}
    job_runner.run(job.pk)
    assert statuses(workorder) == [1, 1]


# Its archive


def test_the_archive_is_made_anew_when_codes_join(committed_demo: Demo) -> None:
    workorder, client = a_secure_order(committed_demo, layout="outside"), client_of(committed_demo.staff)
    path = f"/api/v2/workorders/{workorder.pk}/download/"
    assert client.get(path).status_code == 404
    ingested(committed_demo.staff, ids(1, 2), workorder=workorder.pk)
    job_runner.run(workorder.jobs.get(what=Job.What.ARCHIVE).pk)
    workorder.refresh_from_db()
    assert workorder.state == "new"
    first = archive_of(client, workorder)
    ingested(committed_demo.staff, ids(3, 5), workorder=workorder.pk)
    second = archive_of(client, workorder)
    found = [list(csv.DictReader(io.StringIO(each.read("codes.csv").decode()))) for each in (first, second)]
    assert [[row["sequence"] for row in rows] for rows in found] == [["1", "2"], ["1", "2", "3", "4", "5"]]
    manifest = json.loads(second.read("manifest.json"))
    expected = {"type": "SSC", "quantity": 5, "ordered_quantity": 100, "layout": "outside"}
    assert {name: manifest[name] for name in expected} == expected
    assert (manifest["qr_version"], manifest["qr_level"]) == (3, "L")


def test_the_sample_shows_a_specimen_in_the_layout_of_the_workorder(committed_demo: Demo) -> None:
    workorder, client = a_secure_order(committed_demo, layout="outside"), client_of(committed_demo.staff)
    ingested(committed_demo.staff, ids(1, 1), workorder=workorder.pk)
    archive = archive_of(client, workorder)
    picture = Image.open(archive.open("sample_qr.png"))
    assert picture.size == (10 * (29 + 8 + 13 + 4), 10 * (29 + 8))
    (symbol,) = zxingcpp.read_barcodes(picture)
    assert (symbol.text, str(symbol.ec_level)) == ("https://demo.test/id-000001", "L")
    assert b"specimen of the secure graphic" in archive.read("README.txt")


def test_no_plain_images_are_made_of_secure_codes(committed_demo: Demo) -> None:
    workorder, client = a_secure_order(committed_demo), client_of(committed_demo.staff)
    ingested(committed_demo.staff, ids(1, 1), workorder=workorder.pk)
    pages, code = as_(committed_demo.staff), f"/workorders/{workorder.pk}/codes/id-000001/qr"
    assert [pages.get(f"{code}.{kind}").status_code for kind in ("pdf", "png", "svg")] == [404, 200, 200]
    assert Image.open(io.BytesIO(pages.get(f"{code}.png").content)).size == (410, 410)  # a specimen
    assert pages.get(f"/workorders/{workorder.pk}/images/").status_code == 404
    refused = client.get(f"/api/v2/workorders/{workorder.pk}/download/?images=svg")
    sentence = "Secure codes are never printed without their graphic, so there are no plain images of them."
    assert (refused.status_code, refused.json()) == (400, {"images": [sentence]})
    assert not workorder.jobs.filter(what=Job.What.IMAGES).exists()


# What it refuses


@pytest.mark.parametrize(
    ("case", "sentence"),
    [
        ("unknown", "The company has no workorder with this id."),
        ("foreign", "The company has no workorder with this id."),
        (
            "SID",
            "The workorder is one of serialized identifiers; codes are uploaded only into one of secure codes (SSC).",
        ),
        ("cancelled", "The workorder was cancelled, so it takes no codes."),
        ("full", "The workorder has 1 of 1 codes, so it takes no more."),
        ("text", NOT_WHOLE),
    ],
)
def test_process_refuses_at_once_what_is_known_to_be_wrong(committed_demo: Demo, case: str, sentence: str) -> None:
    def full() -> int:
        workorder = a_secure_order(committed_demo, quantity=1)
        ingested(committed_demo.staff, ids(1, 1), workorder=workorder.pk)
        return workorder.pk

    cases: dict[str, Callable[[], object]] = {
        "unknown": lambda: 2**70,
        "foreign": lambda: (
            Workorder.objects.create(
                company=committed_demo.other, type="SSC", reference="Theirs", quantity=9, created_by=committed_demo.root
            ).pk
        ),
        "SID": lambda: ingested(committed_demo.staff, ids(1, 1)).workorder_id,
        "cancelled": lambda: brought_to(a_secure_order(committed_demo), "cancelled", committed_demo).pk,
        "full": full,
        "text": lambda: "x",
    }
    client = client_of(committed_demo.staff)
    key = uploaded(client, ids(8, 9))
    refused = answer(client, key, workorder=cases[case]())
    assert (refused.status_code, refused.json()) == (400, {"workorder": [sentence]})
    assert IngestionRecord.objects.get(key=key).status == "uploading"


def test_another_url_prefix_than_the_workorders_is_refused_and_not_claimed(committed_demo: Demo) -> None:
    workorder, client = a_secure_order(committed_demo), client_of(committed_demo.staff)
    refused = answer(client, uploaded(client), workorder=workorder.pk, url_prefix="https://x.test/")
    sentence = "The codes of this workorder begin with https://demo.test/; leave the prefix out."
    assert (refused.status_code, refused.json()) == (400, {"url_prefix": [sentence]})
    assert [prefix.prefix for prefix in committed_demo.company.url_prefixes.all()] == ["demo.test/"]


def test_an_upload_that_filled_its_workorder_is_refused_for_its_state(committed_demo: Demo) -> None:
    workorder, client = a_secure_order(committed_demo, quantity=2), client_of(committed_demo.staff)
    key = uploaded(client, ids(1, 2))
    assert answer(client, key, workorder=workorder.pk).status_code == 200
    engine.run(IngestionRecord.objects.get(key=key).pk)
    again = answer(client, key, workorder=workorder.pk)
    assert (again.status_code, again.json()) == (400, {"detail": WRONG_STATE})


def test_a_file_with_more_codes_than_there_is_room_leaves_everything_as_it_was(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo, quantity=3)
    ingested(committed_demo.staff, ids(1, 1), workorder=workorder.pk)
    record = ingested(committed_demo.staff, ids(2, 4), workorder=workorder.pk)
    sentence = "The workorder has 1 of 3 codes; there is room for 2 more, and the file has 3."
    assert (record.status, record.workorder) == ("error", None)
    assert refusal_of(record) == [("workorder_error", None, sentence)]
    assert record.result_data == {"errors": [{"workorder_error": []}], "error_counts": {"workorder_error": 1}}
    assert not has_rows_with_errors(record)  # no row is wrong
    workorder.refresh_from_db()
    assert (workorder.uploaded_quantity, workorder.codes.count()) == (1, 1)
    assert [event.what for event in events_of(workorder)] == ["ordered", "uploaded"]


def test_too_many_codes_and_every_other_error_are_told_together(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo, quantity=2)
    ingested(committed_demo.staff, ids(1, 1), workorder=workorder.pk)
    record = ingested(committed_demo.staff, "id\nid-000001\nshort\nid-000002\n", workorder=workorder.pk)
    assert record.result_data["error_counts"] == {
        "invalid_id_error": 1,
        "workorder_error": 1,
        "duplicate_id_error": 1,
    }
    rows = list(csv.reader(io.StringIO(b"".join(stream_rows_with_errors(record)).decode("utf-8-sig"))))[1:]
    assert [(bool(note), identifier) for note, identifier in rows] == [
        (True, "id-000001"),
        (True, "short"),
        (False, "id-000002"),
    ]


@pytest.mark.parametrize(("layout", "capacity"), [("inside", 46), ("outside", 53), ("inside_hybrid", 34)])
def test_each_url_must_fit_the_symbol_of_the_layout(committed_demo: Demo, layout: str, capacity: int) -> None:
    workorder = a_secure_order(committed_demo, layout=layout)
    longest = capacity - len("https://demo.test/")
    fits, too_long = "a" * longest, "b" * (longest + 1)
    record = ingested(committed_demo.staff, f"id\n{fits}\n{too_long}\n", workorder=workorder.pk)
    sentence = f"The longest id that fits has {longest} characters, this has {longest + 1}."
    assert refusal_of(record) == [("url_too_long_error", 3, sentence)]
    assert ingested(committed_demo.staff, f"id\n{fits}\n", workorder=workorder.pk).status == "completed"


# At once


def test_two_uploads_at_once_never_exceed_the_quantity(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo, quantity=10)
    records = [queued(committed_demo.staff, ids(at, at + 5), workorder=workorder.pk) for at in (1, 11)]
    with transaction.atomic():
        uploads.lock_for_upload(workorder.pk)
        threads = started(*records)
        wait_for(lambda: waiting_for_locks() == 2, "both have been checked, and wait")
    ended(threads)
    assert sorted(map(status_of, records)) == ["completed", "error"]
    (loser,) = [record for record in records if record.status == "error"]
    sentence = "The workorder has 6 of 10 codes; there is room for 4 more, and the file has 6."
    assert refusal_of(loser) == [("workorder_error", None, sentence)]
    workorder.refresh_from_db()
    assert (workorder.uploaded_quantity, workorder.codes.count()) == (6, 6)


def test_two_uploads_at_once_that_fit_are_numbered_without_gaps(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo, quantity=6000)
    records = [queued(committed_demo.staff, ids(at, at + 2999), workorder=workorder.pk) for at in (1, 5001)]
    ended(started(*records))
    assert [status_of(record) for record in records] == ["completed", "completed"]
    found = sequences(workorder)
    assert [sequence for sequence, _ in found] == list(range(1, 6001))
    halves = [[identifier for _, identifier in half] for half in (found[:3000], found[3000:])]
    assert all(half == sorted(half, reverse=True) for half in halves)


def test_an_upload_that_waits_while_the_workorder_is_cancelled_loses(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo)
    record = queued(committed_demo.staff, ids(1, 9), workorder=workorder.pk)
    with transaction.atomic():
        uploads.lock_for_upload(workorder.pk)
        threads = started(record)
        wait_for(lambda: waiting_for_locks() == 1, "it has been checked, and waits")
        workflow.cancel(workorder, committed_demo.admin)
    ended(threads)
    assert_lost(record)


def test_an_upload_that_loads_while_the_workorder_is_cancelled_loses(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo)
    record = queued(committed_demo.staff, ids(1, 9), workorder=workorder.pk)
    with transaction.atomic():
        Workorder.objects.select_for_update().get(pk=workorder.pk)
        threads = started(record)
        wait_for(lambda: waiting_for_locks() == 1, "its codes are loaded, and it waits")
        workflow.cancel(workorder, committed_demo.admin)
    ended(threads)
    assert_lost(record)


def assert_lost(record: IngestionRecord) -> None:
    assert status_of(record) == "error"
    assert refusal_of(record) == [("workorder_error", None, "The workorder was cancelled, so it takes no codes.")]
    assert not Code.objects.exists()


def test_a_cancellation_blacklists_the_codes_of_every_upload(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo)
    ingested(committed_demo.staff, ids(1, 2), workorder=workorder.pk)
    workflow.cancel(workorder, committed_demo.admin)
    job_runner.run(workorder.jobs.get(what=Job.What.BLACKLIST).pk)
    assert set(workorder.codes.values_list("activation_status", "blacklist_reason")) == {(2, 9)}
