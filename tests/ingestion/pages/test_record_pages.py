"""The list of records and the page of one: what happened, how long it takes, what is searched and found."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ingestion import engine, expiry, services
from ingestion.models import IngestionRecord
from portal.models import User
from portal.storage.base import storage
from portal.timeline import events_of
from tests.support.demo import Demo
from tests.support.pages import POLL, a_record, a_refusal, a_workorder, as_, seen
from tests.support.secure import a_secure_order
from tests.support.uploads import ingested, queued
from workorders.models import Code

LOOKUPS_OF_THE_PERSON = 4  # session, person, the company with its language, and the permissions


def happened(record: IngestionRecord) -> list[tuple[str, str | None]]:
    return [(event.what, event.by.email if event.by else None) for event in events_of(record)]


# What happened


def test_a_completed_record_tells_who_did_what(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, "id\nabc12345\n")
    mine = committed_demo.staff.email
    assert happened(record) == [("created", mine), ("queued", mine), ("begun", None), ("completed", None)]
    page = seen(committed_demo.staff, f"/ingestions/{record.key}/")
    assert re.findall(r"<li> <strong>(.*?)</strong>(?: by (\S+))?", page) == [
        ("Upload begun", mine),
        ("File received, check asked for", mine),
        ("Taken up by a worker", ""),
        ("Completed", ""),
    ]


def test_a_refused_record_tells_so(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, "id\nshort\n")
    assert happened(record)[-1] == ("error", None)
    assert "<strong>Refused</strong>" in seen(committed_demo.staff, f"/ingestions/{record.key}/")


def test_a_lost_worker_stands_in_the_timeline(committed_demo: Demo) -> None:
    record = queued(committed_demo.staff, "id\nabc12345\n")
    assert IngestionRecord.claim(record.pk, "checking")
    IngestionRecord.objects.update(lease_until="2020-01-01T00:00Z")
    services.requeue_stale()
    engine.run(record.pk)
    assert [what for what, _ in happened(record)][2:] == ["begun", "lost", "begun", "completed"]
    page = seen(committed_demo.staff, f"/ingestions/{record.key}/")
    assert "Worker lost, back in the queue" in page
    assert "Taken up by a worker, attempt 2" in page


def test_who_cancelled_is_named(demo: Demo) -> None:
    record = queued(demo.staff, "id\nabc12345\n")
    as_(demo.admin).post(f"/ingestions/{record.key}/cancel/")
    assert happened(record)[-1] == ("cancelled", demo.admin.email)
    as_(demo.admin).post(f"/ingestions/{record.key}/cancel/")
    assert [what for what, _ in happened(record)].count("cancelled") == 1


def test_an_upload_that_nobody_processed_expired(demo: Demo) -> None:
    assert demo.staff.company is not None
    record = services.start_upload(demo.staff, demo.staff.company, filetype="csv", mode="api")
    IngestionRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))
    expiry.expire()
    assert happened(record) == [("created", demo.staff.email), ("expired", None)]


def test_operators_who_retried_are_named_to_support_alone(demo: Demo) -> None:
    record = queued(demo.staff, "id\nabc12345\n")
    IngestionRecord.objects.update(status="error", result_data={"error_counts": {"internal_error": 1}})
    record.errors.create(error="internal_error")
    assert services.retry(record, demo.root)
    assert happened(record)[-1] == ("retried", demo.root.email)
    path = f"/ingestions/{record.key}/"
    assert "Sent back into the queue</strong> by the operators of this portal" in seen(demo.staff, path)
    assert f"Sent back into the queue</strong> by {demo.root.email}" in seen(demo.support, path)
    office = seen(demo.root, f"/admin/ingestion/ingestionrecord/{record.pk}/change/")
    assert f"Sent back into the queue {demo.root.email}" in office


def test_the_poll_brings_the_timeline_when_it_has_grown(committed_demo: Demo) -> None:
    record = queued(committed_demo.staff, "id\nabc12345\n")
    path = f"/ingestions/{record.key}/"
    (state,) = re.findall(r'hx-headers=\'{"Seen": "([^"]+)"}\'', seen(committed_demo.staff, path))
    assert 'id="history"' not in seen(committed_demo.staff, path, **POLL, Seen=state)
    engine.run(record.pk)
    part = seen(committed_demo.staff, path, **POLL, Seen=state)
    assert '<section id="history" class="stack" aria-labelledby="history-title" hx-swap-oob="true">' in part
    assert "<strong>Completed</strong>" in part


# Record and workorder


def test_record_and_workorder_name_each_other(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, "id\nabc12345\n", reference="Spring")
    at, of = f"/ingestions/{record.key}/", f"/workorders/{record.workorder_id}/"
    assert f'<dt>Workorder</dt> <dd><a href="{of}">Spring</a></dd>' in seen(committed_demo.staff, at)
    assert f'<dt>Uploaded file</dt> <dd><a href="{at}">codes.csv</a></dd>' in seen(committed_demo.staff, of)
    assert f'<dt>Workorder</dt> <dd><a href="{of}">Spring</a></dd>' in seen(committed_demo.support, at)
    assert 'href="' + at in seen(committed_demo.staff, "/ingestions/?q=ODES.c")


def test_the_printing_partner_is_told_no_file(committed_demo: Demo) -> None:
    secure = a_secure_order(committed_demo)
    ingested(committed_demo.staff, "id\nabc12345\n", workorder=secure.pk)
    assert "Uploaded file" in seen(committed_demo.staff, f"/workorders/{secure.pk}/")
    assert "Uploaded file" not in seen(committed_demo.printer, f"/workorders/{secure.pk}/")


# The same file again


def test_after_a_missing_product_was_created_the_same_file_is_checked_again(committed_demo: Demo) -> None:
    staff = committed_demo.staff
    record = ingested(staff, "id,product\nabc12345,new & old\nabc12346,new & old\nabc12347,new-2\n")
    path = f"/ingestions/{record.key}/"
    page = seen(staff, path)
    offer = '<a href="/products/create/?sku={}&amp;next=' + path + '">Create {}</a>'
    assert offer.format("new%20%26%20old", "new &amp; old") in page
    assert page.count("/products/create/?sku=") == 2
    assert f'action="{path}check-again/"' in page
    for sku in ("new & old", "new-2"):
        assert (
            f'value="{sku.replace("&", "&amp;")}"' in as_(staff).get("/products/create/", {"sku": sku}).content.decode()
        )
        answer = as_(staff).post(f"/products/create/?next={path}", {"sku": sku, "name": ""})
        assert (answer.status_code, answer["Location"]) == (302, path)
    answer = as_(staff).post(f"{path}check-again/")
    assert (answer.status_code, answer["Location"]) == (302, path)
    engine.run(record.pk)
    record.refresh_from_db()
    assert (record.status, record.result_data["codes_created"]) == ("completed", 3)
    assert "Check of the same file asked for again</strong> by staff@demo.example" in seen(staff, path)


def test_who_may_not_upload_cannot_have_a_file_checked_again(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, "id\nshort\n")
    path = f"/ingestions/{record.key}/"
    assert "check-again" not in seen(committed_demo.support, path)
    for user in (committed_demo.support, committed_demo.other_staff):
        assert as_(user).post(f"{path}check-again/").status_code == 404
    committed_demo.staff.groups.clear()
    committed_demo.staff.user_permissions.add(Permission.objects.get(codename="ingestion_view"))
    assert "check-again" not in seen(committed_demo.staff, path)
    assert as_(committed_demo.staff).post(f"{path}check-again/").status_code == 403
    record.refresh_from_db()
    assert record.status == "error"


def test_a_file_that_is_not_kept_is_not_offered_again(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, "id\nshort\n")
    storage().delete(record.file_path)
    path = f"/ingestions/{record.key}/"
    assert "check-again" not in seen(committed_demo.staff, path)
    answer = as_(committed_demo.staff).post(f"{path}check-again/", follow=True)
    assert "It cannot be checked again" in answer.content.decode()


# How long it takes


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"phase": "checking", "rows_done": 500_000, "rows_total": 1_000_000}, "about 50 seconds left"),
        ({"phase": "creating", "rows_done": 0, "rows_total": 1_000_000}, "about 20 seconds left"),
        ({"phase": "creating", "rows_done": 900_000, "rows_total": 1_000_000}, "a few seconds left"),
        ({"phase": "checking", "rows_done": 50_000, "rows_total": 1_000_000}, "about 11 minutes left"),
        ({"phase": "checking", "rows_done": 10_000, "rows_total": 1_000_000}, ""),  # too little to tell
        ({"phase": "checking", "rows_done": 500_000, "rows_total": None}, ""),
        ({"phase": "reporting", "rows_done": 5, "rows_total": 10}, ""),
    ],
)
def test_the_time_left_is_told_once_it_is_known(demo: Demo, fields: dict[str, Any], said: str) -> None:
    record = a_record(
        demo.staff, "processing", status_updated_at=timezone.now() - timedelta(seconds=20), lease_until=None, **fields
    )
    page = seen(demo.staff, f"/ingestions/{record.key}/", **POLL)
    assert re.findall(r"· ([^<]*)</span>", page) == ([said] if said else [])


@pytest.mark.parametrize(
    ("phase", "said"),
    [
        ("checking", "rows checked"),
        ("sorting", "rows compared with all others"),
        ("creating", "codes created"),
        ("reporting", "problems listed"),
    ],
)
def test_each_phase_counts_in_words_of_its_own(demo: Demo, phase: str, said: str) -> None:
    record = a_record(demo.staff, "processing", phase=phase, rows_done=1200, rows_total=3000)
    assert f"<strong>1,200</strong> of 3,000 {said}" in seen(demo.staff, f"/ingestions/{record.key}/", **POLL)


def test_nothing_is_guessed_in_the_first_seconds(demo: Demo) -> None:
    record = a_record(demo.staff, "processing", phase="checking", rows_done=500_000, rows_total=1_000_000)
    assert " left</span>" not in seen(demo.staff, f"/ingestions/{record.key}/", **POLL)


def test_a_poll_is_one_query_beyond_those_for_the_person(demo: Demo) -> None:
    record = a_record(demo.staff, "processing", phase="creating", rows_done=461_200, rows_total=1_000_000)
    client, headers = as_(demo.staff), {"HX-Request": "true", "Seen": record.state}
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/ingestions/{record.key}/", headers=headers).status_code == 200
    asked = [query["sql"] for query in captured.captured_queries]
    assert sum('FROM "ingestion_ingestionrecord"' in sql for sql in asked) == 1
    assert len(asked) == LOOKUPS_OF_THE_PERSON + 1, asked


# The list


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?ingestion_mode=api", ["api.json"]),
        ("?filetype=json", ["api.json"]),
        ("?filetype=nonsense", ["new.csv", "api.json", "old.csv"]),
        ("?created_by={admin}", ["new.csv"]),
        ("?created_by={other}", ["new.csv", "api.json", "old.csv"]),  # nobody of the company
        ("?from=2024-05-02", ["new.csv", "api.json"]),
        ("?to=2024-05-01", ["old.csv"]),
        ("?from=2024-05-02&to=2024-05-02", ["api.json"]),
        ("?from=2024-13-45&to=yesterday", ["new.csv", "api.json", "old.csv"]),
        ("?from=\uff12\uff10\uff12\uff14-05-02", ["new.csv", "api.json", "old.csv"]),
        ("?to=9999-12-31", ["new.csv", "api.json", "old.csv"]),
        ("?sort=oldest", ["old.csv", "api.json", "new.csv"]),
        ("?sort=file", ["api.json", "new.csv", "old.csv"]),
        ("?sort=largest", ["old.csv", "new.csv", "api.json"]),
        ("?sort=uploader", ["new.csv", "api.json", "old.csv"]),
        ("?sort=nonsense", ["new.csv", "api.json", "old.csv"]),
        ("?company={other_company}", ["new.csv", "api.json", "old.csv"]),  # is not offered to them
    ],
)
def test_records_are_narrowed_and_sorted_by_url(demo: Demo, query: str, found: list[str]) -> None:
    a_record(demo.staff, file_name="old.csv", file_size=9, created_at=datetime(2024, 5, 1, 23, 59, tzinfo=UTC))
    a_record(
        demo.staff,
        file_name="api.json",
        filetype="json",
        ingestion_mode="api",
        created_at=datetime(2024, 5, 2, tzinfo=UTC),
    )
    a_record(demo.admin, file_name="new.csv", file_size=5)
    known = {"admin": demo.admin.pk, "other": demo.other_staff.pk, "other_company": demo.other.pk}
    page = seen(demo.staff, f"/ingestions/{query.format(**known)}")
    assert re.findall(r">(\w+\.(?:csv|json))</a>", page) == found


@pytest.mark.parametrize(
    ("zone", "query", "found"),
    [
        ("Europe/Berlin", "?from=2026-03-29&to=2026-03-29", ["spring-last.csv", "spring-first.csv"]),  # 23 hours
        ("Europe/Berlin", "?from=2026-10-25&to=2026-10-25", ["autumn-last.csv", "autumn-first.csv"]),  # 25 hours
        ("Europe/Berlin", "?to=2026-03-28", []),
        ("Europe/Berlin", "?from=2026-10-26", []),
        ("Asia/Shanghai", "?from=2026-03-29&to=2026-03-29", ["spring-first.csv"]),
        ("Asia/Shanghai", "?from=2026-10-26", ["autumn-last.csv"]),
        ("", "?from=2026-03-29&to=2026-03-29", ["spring-last.csv"]),  # UTC
    ],
)
def test_days_are_those_of_the_readers_zone(demo: Demo, zone: str, query: str, found: list[str]) -> None:
    for name, moment in (
        ("spring-first", datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("spring-last", datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)),
        ("autumn-first", datetime(2026, 10, 24, 22, tzinfo=UTC)),
        ("autumn-last", datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),
    ):
        a_record(demo.staff, file_name=f"{name}.csv", created_at=moment)
    User.objects.filter(pk=demo.staff.pk).update(time_zone=zone)
    assert re.findall(r">([\w-]+\.csv)</a>", seen(demo.staff, f"/ingestions/{query}")) == found


def test_filters_that_few_need_are_folded_away_until_they_are_used(demo: Demo) -> None:
    a_record(demo.staff)
    assert '<details class="narrower">' in seen(demo.staff, "/ingestions/")
    assert '<details class="narrower" open>' in seen(demo.staff, "/ingestions/?from=2024-05-01")
    assert "Nothing fits this filter" in seen(demo.staff, "/ingestions/?to=2024-05-01")
    assert 'name="company"' not in seen(demo.staff, "/ingestions/")
    assert f'<option value="{demo.other.pk}">Other Brands</option>' in seen(demo.support, "/ingestions/")


def test_a_code_leads_to_the_file_that_brought_it(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, "id\nabc12345\n")
    a_record(committed_demo.staff, file_name="other.csv")
    for query in ("abc12345", "http://127.0.0.1:8000/c/demo/abc12345"):
        page = seen(committed_demo.support, f"/ingestions/?q={query}")
        assert "other.csv" not in page
        assert f'href="/ingestions/{record.key}/"' in page
        assert '<span class="id">abc12345</span> of Demo Brands exists, in the workorder' in page
    mine = seen(committed_demo.staff, "/ingestions/?q=abc12345")
    assert f'href="/workorders/{record.workorder_id}/codes/abc12345/"' in mine
    theirs = seen(committed_demo.other_staff, "/ingestions/?q=abc12345")
    assert "Nothing fits this filter" in theirs
    assert "exists" not in theirs


def test_a_minted_code_is_found_without_a_file(demo: Demo) -> None:
    a_workorder(demo.staff)
    page = seen(demo.support, "/ingestions/?q=code-0-1")
    assert "of Demo Brands exists, in the workorder <a href=" in page


def test_an_id_leads_to_the_file_that_was_refused_for_it(committed_demo: Demo) -> None:
    for name, identifier in (("refused.csv", "wanted-id"), ("second.csv", "another-id")):
        record = ingested(committed_demo.staff, f"id\n{identifier}\n{identifier}\n")
        IngestionRecord.objects.filter(pk=record.pk, status="error").update(file_name=name)
    page = seen(committed_demo.support, "/ingestions/?q=wanted-id")
    assert "refused.csv" in page
    assert "second.csv" not in page
    assert "refused.csv" not in seen(committed_demo.other_staff, "/ingestions/?q=wanted-id")


def test_support_reads_and_is_offered_nothing_else(demo: Demo) -> None:
    record = a_refusal(demo.staff, {"missing_id_error": 1}, file_facts={"encoding": "UTF-8", "delimiter": ";"})
    waiting = a_record(demo.staff, "queued")
    for shown in (record, waiting):
        page = seen(demo.support, f"/ingestions/{shown.key}/")
        main = page.partition("<main")[2].partition("</main>")[0]
        links = set(re.findall(r'href="([^"]*)"', main))
        assert not [link for link in links if "cancel" in link or "upload" in link or "workorders" in link]
        assert "Demo Brands" in main
    assert "separated by semicolons, UTF-8" in seen(demo.support, f"/ingestions/{record.key}/")


@pytest.mark.parametrize("query", ["?sort=file", "?q=file&from=2020-01-01", "?sort=uploader&q=code-0-1"])
def test_a_longer_narrowed_list_takes_no_more_queries(demo: Demo, query: str) -> None:
    def queries(user: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert as_(user).get(f"/ingestions/{query}").status_code == 200
        return len(captured)

    a_record(demo.staff, file_name="file.csv")
    few = queries(demo.staff), queries(demo.support)
    for _ in range(5):
        a_record(demo.staff, file_name="file.csv")
        a_record(demo.admin, file_name="file.csv")
    assert (queries(demo.staff), queries(demo.support)) == few
    assert Code.objects.exists()


# Errors


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", [2, 3, 4]),
        ("?sort=last", [4, 3, 2]),
        ("?sort=kind", [3, 4, 2]),
        ("?sort=column", [4, 2, 3]),
        ("?sort=value", [3, 2, 4]),
        ("?sort=value&error=invalid_id_error", [3, 4]),
        ("?q=3", [3]),  # as a row
        ("?q=VAL&sort=last", [4, 3, 2]),
        ("?sort=nonsense", [2, 3, 4]),
        (f"?q={'9' * 5000}", []),
    ],
)
def test_errors_are_sorted_by_url(demo: Demo, query: str, rows: list[int]) -> None:
    record = a_refusal(demo.staff, {"missing_id_error": 1, "invalid_id_error": 2})
    for row, column, value in ((2, "id", "val-b"), (3, "id", "val-a"), (4, "ean", "val-c")):
        record.errors.filter(row=row).update(column=column, value=value)
    page = seen(demo.staff, f"/ingestions/{record.key}/{query}")
    assert [int(row) for row in re.findall(r'<th scope="row" class="number">(\d+)</th>', page)] == rows


def test_a_search_that_finds_much_says_so(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.results.error_list.MOST_FOUND", 30)
    record = a_refusal(demo.staff, {"missing_id_error": 40})
    page = seen(demo.staff, f"/ingestions/{record.key}/?q=value&page=2")
    assert "26 to 30 of 30" in page
    assert "These are the first that fit." in page
    assert "These are the first that fit." not in seen(demo.staff, f"/ingestions/{record.key}/?q=value31x")


# Uploading again


def test_refused_files_of_others_do_not_crowd_out_the_own(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.results.record_search.MOST_HOLDERS", 3)
    refused = {"status": "error", "ingestion_mode": "api", "filetype": "csv"}
    refused["result_data"] = {"errors": [{"duplicate_id_error": ["wanted-id"]}], "error_counts": {}}  # type: ignore[assignment]  # any JSON
    for company, user, count in ((demo.other, demo.other_staff, 5), (demo.company, demo.staff, 1)):
        IngestionRecord.objects.bulk_create(
            IngestionRecord(company=company, created_by=user, file_name=f"{company.slug}-{n}.csv", **refused)
            for n in range(count)
        )
    IngestionRecord.objects.filter(company=demo.company).update(created_by=demo.staff)
    assert "demo-0.csv" in seen(demo.staff, "/ingestions/?q=wanted-id")
    page = seen(demo.support, "/ingestions/?q=wanted-id")
    assert ("demo-0.csv" in page, "other-4.csv" in page) == (True, True)


def test_the_upload_after_a_refused_one_begins_with_its_options(demo: Demo) -> None:
    workorder = a_secure_order(demo).pk
    record = a_refusal(
        demo.staff,
        {"missing_id_error": 1},
        parameters={
            "default_scm_data": {"product": "gone", "activation_status": "1", "blacklist_reason": 3, "pallet": 7},
            "url_prefix": "https://id.example/",
            "allow_posted_duplicates": True,
            "workorder": workorder,
            "id_format": "gs1",
        },
    )
    (link,) = re.findall(
        r'href="(/upload/[^"]*)">Upload the corrected file', seen(demo.staff, f"/ingestions/{record.key}/")
    )
    assert link == f"/upload/?again={record.key}&amp;workorder={workorder}"
    page = seen(demo.staff, link.replace("&amp;", "&"))
    assert '<option value="gone" selected>gone</option>' in page  # which the check will refuse by name
    assert '<option value="1" selected>Active</option>' in page
    assert re.search('<option value="gs1"[^>]* selected>', page)
    assert 'name="url_prefix" value="https://id.example/"' in page
    assert 'aria-describedby="duplicates-hint" checked' in page
    assert "[[&quot;blacklist_reason&quot;, &quot;3&quot;], [&quot;pallet&quot;, &quot;7&quot;]]" in page
    assert '<details id="options" class="sheet" open>' in page


def test_the_options_of_another_company_are_nobodys(demo: Demo) -> None:
    record = a_refusal(demo.staff, {"missing_id_error": 1})
    assert as_(demo.other_staff).get(f"/upload/?again={record.key}").status_code == 404
    assert as_(demo.staff).get("/upload/?again=nothing").status_code == 404
    assert '<details id="options" class="sheet">' in seen(demo.staff, f"/upload/?again={record.key}")


def test_a_file_that_is_here_unchecked_is_told_apart_from_one_that_is_awaited(demo: Demo) -> None:
    record = a_record(demo.staff, "uploading")
    path = f"/ingestions/{record.key}/"
    assert "The file has not arrived yet." in seen(demo.staff, path)
    storage().save(record.incoming_path, ContentFile(b"id\nabc12345\n"))
    page = seen(demo.staff, path)
    assert "The file is here and is not checked yet" in page
    assert "has not arrived" not in page


# In the reader's language


REFUSED = "id,product,scm\nabc 1,sku1,\nabc12345,sku-1,\nabc12345,,\nabc67890,,x,y\n"
SAID_OF_REFUSED = {
    "de": [
        "Zeichen 4 ist ein Leerzeichen.",
        "Sie hat zu viele Felder: 4, wo die Kopfzeile 3 hat. Eine Zelle, die ein Trennzeichen enthält, muss in",
        "Es sieht wie `sku1` aus.",
        "Sie steht in Zeile 3 der Datei.",
    ],
    "zh-hans": [
        "第 4 个字符是 空格。",
        "此处有 4 个，而表头有 3 个。 含有分隔符的单元格必须用引号括起来。",
        "它像是 `sku1`。",
        "它出现在文件的第 3 行。",
    ],
}


@pytest.mark.parametrize("language", SAID_OF_REFUSED)
def test_what_is_wrong_with_rows_is_read_in_the_language_of_the_person(committed_demo: Demo, language: str) -> None:
    record = ingested(committed_demo.staff, REFUSED)
    stored = {error.detail for error in record.errors.all()}
    assert (
        "It has too many fields: 4 where the header has 3. A cell that holds a separator has to stand in quotes."
        in stored
    )
    client = as_(committed_demo.staff)
    headers = {"Accept-Language": language}
    page = client.get(f"/ingestions/{record.key}/", headers=headers).content.decode()
    csv = client.get(f"/ingestions/{record.key}/errors.csv", headers=headers).getvalue().decode()
    rows = client.get(f"/ingestions/{record.key}/rows-with-errors/", headers=headers).getvalue().decode()
    for said in SAID_OF_REFUSED[language]:
        assert said in page.replace("<code>", "`").replace("</code>", "`"), said
        assert said in csv
        assert said in rows
    assert "It has" not in page + csv + rows
