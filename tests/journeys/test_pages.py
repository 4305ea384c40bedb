"""The pages, by what each person sees and may do."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.staticfiles import finders
from django.db import connection
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ingestion.pages import upload as views
from portal.http.error_pages import server_error
from tests.support.demo import Demo
from tests.support.pages import POLL, a_record, a_refusal, a_workorder, as_, seen
from workorders.models import Code, Product, Workorder

PAGES = (
    "/",
    "/upload/",
    "/ingestions/",
    "/workorders/",
    "/codes/",
    "/products/",
    "/people/",
    "/tokens/",
    "/equipment/",
    "/substrates/",
)


# Who may pass


@pytest.mark.parametrize("path", [*PAGES, "/ingestions/abc/", "/ingestions/abc/cancel/", "/workorders/1/download/"])
def test_a_stranger_is_asked_to_sign_in_first(db: None, client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 302
    assert response.headers["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("staff", {"/", "/upload/", "/ingestions/", "/workorders/", "/codes/", "/products/", "/tokens/"}),
        ("admin", {*PAGES} - {"/equipment/", "/substrates/"}),
        ("support", {"/", "/ingestions/", "/workorders/", "/codes/", "/tokens/"}),
        ("printer", {"/", "/workorders/", "/tokens/", "/equipment/", "/substrates/"}),
    ],
)
def test_a_role_sees_the_links_it_may_follow_and_no_others(demo: Demo, role: str, allowed: set[str]) -> None:
    client = as_(getattr(demo, role))
    links = set(re.findall(r'href="([^"]*)"', client.get("/").content.decode()))
    for path in PAGES:
        assert client.get(path).status_code == (200 if path in allowed else 403), path
        assert (path in links) == (path in allowed), path


def test_what_belongs_to_another_company_does_not_exist(demo: Demo) -> None:
    record, refusal = a_record(demo.staff), a_refusal(demo.staff, {"missing_id_error": 1})
    order = f"/workorders/{record.workorder_id}/"
    paths = [
        f"/ingestions/{record.key}/",
        f"/ingestions/{refusal.key}/errors.csv",
        *(f"{order}{part}" for part in ("", "sample.svg", "download/", "serial-numbers/")),
    ]
    for path in paths:
        own = as_(demo.staff).get(path)
        assert b"".join(own)  # all of a stream, which then closes its file
        assert own.status_code == 200, path
        assert as_(demo.other_staff).get(path).status_code == 404, path
    assert "codes.csv" not in seen(demo.other_staff, "/ingestions/")
    assert "Order 0" not in seen(demo.other_staff, "/workorders/")
    demo.other_staff.groups.add(Group.objects.get(name="admin"))
    open_record = a_record(demo.staff, "queued")
    assert as_(demo.other_staff).post(f"/ingestions/{open_record.key}/cancel/").status_code == 404


@pytest.mark.parametrize(
    "path", ["/ingestions/nothing/", "/workorders/99/", "/workorders/99999999999999999999/", "/no"]
)
def test_what_is_not_there_is_said_on_a_page_of_ours(demo: Demo, path: str) -> None:
    response = as_(demo.staff).get(path)
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


@pytest.mark.parametrize("path", ["/static/", "/static/css/", "/static/css", "/static/../", "/.git/config"])
def test_no_folder_tells_what_is_in_it(db: None, client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, "There is nothing here" in response.content.decode()) == (404, True)


def test_a_failure_tells_nothing_of_what_failed(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("SELECT secret FROM portal_user")

    client = Client(raise_request_exception=False)
    client.force_login(demo.staff)
    monkeypatch.setattr("portal.accounts.token_views.tokens_for", fail)
    monkeypatch.setattr("rest_framework.views.APIView.check_throttles", fail)
    for path in ("/tokens/", "/api/v2/me/"):
        response = client.get(path)
        assert response.status_code == 500
        for told in ("SELECT", "RuntimeError", "Traceback", ".py"):
            assert told not in response.content.decode(), (path, told)


def test_a_person_without_a_role_is_told_so(demo: Demo) -> None:
    demo.staff.groups.clear()
    assert "Your account has no role yet" in seen(demo.staff, "/")


def test_a_person_of_no_company_cannot_upload_and_is_told_why(demo: Demo) -> None:
    response = as_(demo.root).get("/upload/")
    assert response.status_code == 403
    assert "Codes belong to a brand owner" in response.content.decode()
    for path in ("/", "/ingestions/", "/workorders/", "/products/"):
        assert 'href="/upload/"' not in seen(demo.root, path)


# Sign-in and pages without a person


def test_the_sign_in_page_says_what_codeport_is_and_why_it_refused(demo: Demo, client: Client) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert "Codeport takes a file of your product identifiers" in page
    refused = client.post("/accounts/login/", {"login": "staff@demo.example", "password": "wrong"})
    assert refused.status_code == 200
    assert 'role="alert"' in refused.content.decode()
    assert 'value="staff@demo.example"' in refused.content.decode()
    accepted = client.post(
        "/accounts/login/?next=/products/", {"login": "staff@demo.example", "password": demo.password}
    )
    assert accepted.headers["Location"] in ("/", "/products/")


def test_the_page_of_a_failure_needs_no_database(rf: RequestFactory) -> None:
    request: HttpRequest = rf.get("/ingestions/")
    response = server_error(request)  # a query would fail here: the test asks for no database
    assert response.status_code == 500
    assert "Codeport failed" in response.content.decode()


def test_a_form_that_is_out_of_date_is_explained(demo: Demo) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(demo.admin)
    response = client.post(f"/ingestions/{a_record(demo.staff, 'queued').key}/cancel/")
    assert response.status_code == 403
    assert "This form is out of date" in response.content.decode()


# Overview


def test_an_empty_overview_teaches_the_next_step(demo: Demo) -> None:
    page = seen(demo.staff, "/")
    assert "No uploads yet" in page
    assert "Write a CSV file" in page
    printer = seen(demo.printer, "/")
    assert "No workorders yet" in printer
    assert "uploads" not in printer


def test_the_overview_shows_what_arrived_and_what_came_of_it(demo: Demo) -> None:
    a_record(demo.staff, file_name="good.csv")
    a_refusal(demo.staff, {"missing_id_error": 2, "invalid_id_error": 1}, file_name="bad.csv")
    a_record(demo.staff, "uploading", file_name="given-up.csv")
    page = seen(demo.staff, "/")
    assert "good.csv" in page
    assert "2 codes" in page
    assert "3 problems" in page
    assert "given-up.csv" not in page
    assert "Order 0" in page


def test_support_sees_whose_each_record_is(demo: Demo) -> None:
    a_record(demo.staff)
    a_record(demo.other_staff)
    for path in ("/", "/ingestions/"):
        page = seen(demo.support, path)
        assert "Demo Brands" in page
        assert "Other Brands" in page
        assert ("Order 0" in page) == (path == "/")


# Upload


def test_the_upload_form_offers_the_companys_products_and_knows_the_limit(demo: Demo) -> None:
    Product.objects.filter(company=demo.company, sku="sku5").update(is_archived=True)
    page = seen(demo.staff, "/upload/")
    assert re.findall(r'<option value="(\w*)">(?:None|\w+ ·)', page) == ["", "NICK1", "sku1", "sku2", "sku3", "sku4"]
    assert f'data-max-bytes="{settings.MAX_UPLOAD_BYTES}"' in page
    assert 'data-start-url="/api/v2/ingestion/codes/upload/get-post-data/"' in page
    assert "<noscript>" in page


def test_a_long_list_of_products_is_typed_instead(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PRODUCTS_TO_CHOOSE_FROM", 3)
    assert '<input id="product"' in seen(demo.staff, "/upload/")


# Lists


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"spring.csv", "autumn.csv"}),
        ("?q=SPRING", {"spring.csv"}),
        ("?q=admin@demo", {"autumn.csv"}),
        ("?q=keyofautumn1", {"autumn.csv"}),
        ("?status=queued", {"autumn.csv"}),
        ("?status=queued&q=spring", set()),
        ("?status=nonsense", {"spring.csv", "autumn.csv"}),
        ("?q=%25", set()),
        ("?page=99", {"spring.csv", "autumn.csv"}),
        ("?page=x", {"spring.csv", "autumn.csv"}),
    ],
)
def test_records_are_searched_and_filtered_by_url(demo: Demo, query: str, found: set[str]) -> None:
    a_record(demo.staff, file_name="spring.csv")
    a_record(demo.admin, "queued", file_name="autumn.csv", key="keyofautumn1")
    page = seen(demo.staff, f"/ingestions/{query}")
    assert {name for name in ("spring.csv", "autumn.csv") if name in page} == found
    assert ("Nothing fits this filter" in page) == (not found)


def test_a_long_list_is_paged_and_the_links_keep_the_filter(demo: Demo) -> None:
    for number in range(30):
        a_record(demo.staff, "cancelled", file_name=f"part-{number:02}.csv")
    page = seen(demo.staff, "/ingestions/?q=part&status=cancelled")
    assert "1 to 25 of 30" in page
    assert 'href="?q=part&amp;status=cancelled&amp;page=2"' in page
    assert "26 to 30 of 30" in seen(demo.staff, "/ingestions/?q=part&status=cancelled&page=2")


def test_a_list_asks_for_itself_again_only_while_something_moves(demo: Demo) -> None:
    a_record(demo.staff, "cancelled")
    a_record(demo.staff, "uploading")
    assert "every 2s" not in seen(demo.staff, "/ingestions/")
    a_record(demo.staff, "queued")
    assert "every 2s" in seen(demo.staff, "/ingestions/")
    assert "every 2s" in seen(demo.staff, "/")


def test_archived_workorders_and_products_are_shown_on_request(demo: Demo) -> None:
    a_workorder(demo.staff, reference="Current", remarks="for the fair")
    a_workorder(demo.staff, reference="Ready", state="ready_to_print")
    a_workorder(demo.staff, reference="Put away", is_archived=True)
    Product.objects.filter(sku="sku2").update(is_archived=True)
    for query, found in {
        "": {"Current", "Ready"},
        "?state=archived": {"Put away"},
        "?state=ready_to_print": {"Ready"},
        "?q=fair": {"Current"},
    }.items():
        page = seen(demo.staff, f"/workorders/{query}")
        assert {name for name in ("Current", "Ready", "Put away") if f">{name}</a>" in page} == found, query
    assert ">sku2<" not in seen(demo.staff, "/products/")
    assert ">sku2<" in seen(demo.staff, "/products/?state=archived")
    assert ">NICK1<" in seen(demo.staff, "/products/?q=nick")


@pytest.mark.parametrize("path", ["/", "/ingestions/", "/workorders/", "/codes/", "/products/"])
def test_a_longer_list_takes_no_more_queries(demo: Demo, path: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    client = as_(demo.staff)
    a_record(demo.staff)
    a_refusal(demo.staff, {"missing_id_error": 1})
    few = queries()
    for number in range(10):
        a_record(demo.staff)
        a_refusal(demo.admin, {"missing_id_error": 1})
        Product.objects.create(company=demo.company, sku=f"more{number}")
    assert queries() == few


# A record


def test_a_record_in_work_polls_a_part_of_its_page(demo: Demo) -> None:
    record = a_record(demo.staff, "processing", phase="creating", rows_done=461_200, rows_total=1_000_000)
    path = f"/ingestions/{record.key}/"
    page, part = seen(demo.staff, path), seen(demo.staff, path, **POLL)
    for text in (page, part):
        assert 'hx-trigger="every 1s"' in text
        assert "<strong>461,200</strong> of 1,000,000 codes created" in text
        assert '<progress id="progress" aria-label="Creating codes" value="46" max="100">' in text
    assert "<html" in page
    assert "<html" not in part
    assert "<title>46% Processing: codes.csv · Codeport</title>" in part
    assert "HX-Request" in as_(demo.staff).get(path).headers["Vary"]


@pytest.mark.parametrize("status", ["completed", "error", "cancelled"])
def test_the_poll_ends_with_the_record(demo: Demo, status: str) -> None:
    record = a_refusal(demo.staff, {"missing_id_error": 1}) if status == "error" else a_record(demo.staff, status)
    assert 'hx-trigger="every' not in seen(demo.staff, f"/ingestions/{record.key}/", **POLL)


def test_a_completed_record_leads_to_its_codes(demo: Demo) -> None:
    record = a_record(demo.staff)
    page = seen(demo.staff, f"/ingestions/{record.key}/")
    assert "<dd>2</dd>" in page
    assert f'href="/workorders/{record.workorder_id}/download/"' in page
    theirs = seen(demo.support, f"/ingestions/{record.key}/")
    assert "<dd>2</dd>" in theirs
    assert f"/workorders/{record.workorder_id}/download/" not in theirs  # it would be refused
    assert f'href="/workorders/{record.workorder_id}/"' in theirs
    assert f'href="/workorders/{record.workorder_id}/"' in seen(demo.root, f"/ingestions/{record.key}/")
    assert str(record.workorder) in seen(demo.root, f"/workorders/{record.workorder_id}/")


def test_the_archive_is_offered_once_it_is_there(demo: Demo) -> None:
    order = a_workorder(demo.staff, state="new")
    record = a_record(demo.staff, workorder=order, result_data={"codes_created": 2, "duplicates_ignored": 0})
    for path in (f"/ingestions/{record.key}/", f"/workorders/{order.pk}/"):
        page = seen(demo.staff, path)
        assert "every" in page
        assert "archive is being made" in page
        assert "/download/" not in page
    Workorder.objects.filter(pk=order.pk).update(state="completed")
    for path in (f"/ingestions/{record.key}/", f"/workorders/{order.pk}/"):
        page = seen(demo.staff, path)
        assert 'hx-trigger="every' not in page
        assert "/download/" in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status": "queued", "status_updated_at": -60}, "Still no worker has taken this upload"),
        ({"status": "queued", "status_updated_at": -5}, ""),
        ({"status": "processing", "lease_until": -20}, "The worker has not been heard of lately"),
        ({"status": "processing", "lease_until": 20}, ""),
        ({"status": "uploading"}, "The file has not arrived yet"),
    ],
)
def test_silence_is_said_plainly(demo: Demo, fields: dict[str, Any], said: str) -> None:
    now = timezone.now()
    moments = {name: now + timedelta(seconds=value) for name, value in fields.items() if isinstance(value, int)}
    page = seen(demo.staff, f"/ingestions/{a_record(demo.staff, **(fields | moments)).key}/")
    assert (said or "notice wait") in page or not said
    assert page.count('class="notice wait"') == 1 + bool(said and fields["status"] != "uploading")  # one waits, hidden


def test_errors_are_summed_up_by_kind_and_listed_by_row(demo: Demo) -> None:
    record = a_refusal(demo.staff, {"missing_id_error": 2, "invalid_id_error": 30})
    page = seen(demo.staff, f"/ingestions/{record.key}/")
    assert "Nothing was stored." in page
    assert "32 problems" in page
    assert page.index("30</data> Invalid id") < page.index("2</data> Missing id")
    assert "Fill the column id" in page
    assert "1 to 25 of 32" in page
    assert page.index("value2x") < page.index("value3x")
    assert "The row has no id." in page


def test_a_failure_of_ours_is_not_blamed_on_the_file(demo: Demo) -> None:
    page = seen(demo.staff, f"/ingestions/{a_refusal(demo.staff, {'internal_error': 1}).key}/")
    assert "Codeport could not finish this upload" in page
    assert "Mend the file" not in page


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?error=missing_id_error", "1 to 2 of 2"),
        ("?error=invalid_id_error&page=2", "26 to 30 of 30"),
        ("?error=nonsense", "1 to 25 of 32"),
        ("?q=VALUE33X", "1 to 1 of 1"),
        ("?q=value33x&error=invalid_id_error", "1 to 1 of 1"),
        ("?q=zzz", "No problem fits this filter"),
    ],
)
def test_errors_are_searched_and_filtered_by_url(demo: Demo, query: str, count: str) -> None:
    record = a_refusal(demo.staff, {"missing_id_error": 2, "invalid_id_error": 30})
    assert count in seen(demo.staff, f"/ingestions/{record.key}/{query}")


def test_errors_are_paged_without_counting_them(demo: Demo) -> None:
    record = a_refusal(demo.staff, {"missing_id_error": 30})
    client = as_(demo.staff)
    with CaptureQueriesContext(connection) as captured:
        client.get(f"/ingestions/{record.key}/?error=missing_id_error&page=2")
    assert not [query for query in captured.captured_queries if "COUNT(" in query["sql"]]


def test_errors_csv_is_a_download(demo: Demo) -> None:
    record = a_refusal(demo.staff, {"missing_id_error": 2})
    for user in (demo.staff, demo.support):
        response = as_(user).get(f"/ingestions/{record.key}/errors.csv")
        lines = b"".join(response).decode().splitlines()
        assert lines[0] == "row,column,value,error,message"
        assert len(lines) == 3
        assert "attachment" in response.headers["Content-Disposition"]


def test_what_the_uploader_typed_is_shown_as_text(demo: Demo) -> None:
    evil = "<img src=x>"
    data = {"default_scm_data": {"pallet": evil}, "url_prefix": evil, "allow_posted_duplicates": True}
    record = a_record(demo.staff, "queued", file_name=evil, parameters=data)
    for path in ("/", "/ingestions/", f"/ingestions/{record.key}/", f"/ingestions/{record.key}/cancel/"):
        assert evil not in seen(demo.admin, path)


# Cancelling


def test_cancelling_asks_first_and_then_ends_the_upload(demo: Demo) -> None:
    record = a_record(demo.staff, "queued")
    path = f"/ingestions/{record.key}/"
    assert f'href="{path}cancel/"' in seen(demo.admin, path)
    assert "Cancel this upload?" in seen(demo.admin, f"{path}cancel/")
    record.refresh_from_db()
    assert record.status == "queued"
    response = as_(demo.admin).post(f"{path}cancel/", follow=True)
    assert "Nothing of this upload is kept" in response.content.decode()
    record.refresh_from_db()
    assert record.status == "cancelled"


def test_what_has_ended_cannot_be_cancelled(demo: Demo) -> None:
    record = a_record(demo.staff)
    client = as_(demo.admin)
    assert client.get(f"/ingestions/{record.key}/cancel/").headers["Location"] == f"/ingestions/{record.key}/"
    page = client.post(f"/ingestions/{record.key}/cancel/", follow=True).content.decode()
    assert "had already ended" in page
    assert client.put(f"/ingestions/{record.key}/cancel/").status_code == 405
    record.refresh_from_db()
    assert record.status == "completed"


def test_people_cancel_their_own_upload(demo: Demo) -> None:
    record = a_record(demo.staff, "queued")
    path = f"/ingestions/{record.key}/"
    assert f'href="{path}cancel/"' in seen(demo.staff, path)
    said = "No code will be created and the file is not kept; to have the codes later, it must be uploaded again."
    assert said in seen(demo.staff, f"{path}cancel/")
    assert as_(demo.staff).post(f"{path}cancel/").status_code == 302
    record.refresh_from_db()
    assert record.status == "cancelled"


@pytest.mark.parametrize("role", ["staff", "support", "printer"])
def test_cancelling_what_others_uploaded_needs_the_permission(demo: Demo, role: str) -> None:
    record = a_record(demo.admin, "queued")
    client = as_(getattr(demo, role))
    assert client.post(f"/ingestions/{record.key}/cancel/").status_code == 403
    if role != "printer":
        assert "cancel/" not in client.get(f"/ingestions/{record.key}/").content.decode()
    record.refresh_from_db()
    assert record.status == "queued"


# A workorder


def test_a_workorder_shows_its_first_codes_and_a_sample(demo: Demo) -> None:
    order = a_workorder(demo.staff, remarks="for the fair")
    page = seen(demo.staff, f"/workorders/{order.pk}/")
    for text in ("code-0-1", "code-0-2", "inactive", "for the fair", order.url_prefix):
        assert text in page
    sample = as_(demo.staff).get(f"/workorders/{order.pk}/sample.svg")
    assert sample.headers["Content-Type"] == "image/svg+xml"
    assert b"<svg" in sample.content
    Code.objects.filter(workorder=order).delete()
    assert as_(demo.staff).get(f"/workorders/{order.pk}/sample.svg").status_code == 404
    assert "sample.svg" not in seen(demo.staff, f"/workorders/{order.pk}/")


@pytest.mark.parametrize(
    ("call", "filename", "members"),
    [
        ("download", "order-0.zip", {"codes.csv", "manifest.json", "README.txt", "sample_qr.png", "sample_qr.svg"}),
        ("serial-numbers", "order-0-serial-numbers.zip", {"codes.csv", "sample_qr.png", "sample_qr.svg"}),
    ],
)
def test_the_downloads_are_zips_named_after_the_workorder(
    demo: Demo, call: str, filename: str, members: set[str]
) -> None:
    response = as_(demo.staff).get(f"/workorders/{a_workorder(demo.staff).pk}/{call}/")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{filename}"'
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response)))
    assert set(archive.namelist()) == members


def test_downloads_need_their_permissions(demo: Demo) -> None:
    order = a_workorder(demo.staff)
    assert as_(demo.printer).get(f"/workorders/{order.pk}/serial-numbers/").status_code == 403
    assert as_(demo.support).get(f"/workorders/{order.pk}/download/").status_code == 403
    assert as_(demo.support).get(f"/workorders/{order.pk}/sample.svg").status_code == 403


# What holds for every page


@pytest.fixture
def every_page(demo: Demo) -> Callable[[], dict[str, str]]:
    """The HTML of each page of an admin, by its path."""
    records = [
        a_record(demo.staff),
        a_refusal(demo.staff, {"missing_id_error": 30}),
        *(a_record(demo.staff, status) for status in ("uploading", "queued", "processing", "cancelled")),
    ]
    paths = [*PAGES, *(f"/ingestions/{record.key}/" for record in records)]
    paths += [f"/ingestions/{records[3].key}/cancel/", f"/workorders/{records[0].workorder_id}/"]
    paths += [f"/workorders/{records[0].workorder_id}/codes/code-0-1/", "/codes/?q=nothing"]
    paths += ["/accounts/password/change/", "/accounts/logout/", "/ingestions/?q=nothing"]
    client = as_(demo.admin)
    return lambda: (
        {"/accounts/login/": Client().get("/accounts/login/").content.decode()}
        | {path: client.get(path).content.decode() for path in paths}
    )


def test_every_page_keeps_to_the_content_security_policy(every_page: Callable[[], dict[str, str]]) -> None:
    for path, html in every_page().items():
        scripts = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", html)
        assert all('type="application/json"' in script for script in scripts), path  # data, which nothing runs
        assert not re.findall(r"<style|\sstyle=|\son\w+=", html), path
        assert "{#" not in html, path


def test_every_page_has_a_title_one_heading_and_labels(every_page: Callable[[], dict[str, str]]) -> None:
    titles = []
    for path, html in every_page().items():
        assert html.count("<h1") == 1, path
        levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
        assert all(after - before <= 1 for before, after in pairwise(levels)), (path, levels)
        labelled = set(re.findall(r'<label for="([^"]*)"', html))
        controls = re.findall(r"<(?:input|select|textarea)\b[^>]*>", html.partition("<template")[0])
        named = {found[1] for tag in controls if "hidden" not in tag and (found := re.search(r'\bid="([^"]*)"', tag))}
        assert named <= labelled, path
        assert len(re.findall(r'\sid="([^"]*)"', html)) == len(set(re.findall(r'\sid="([^"]*)"', html))), path
        titles += re.findall(r"<title>(.*?)</title>", html, re.DOTALL)
    assert len(titles) == len(every_page())
    assert all(title.endswith("· Codeport") for title in titles)


def test_a_page_and_all_it_loads_weighs_less_than_100_kilobytes(every_page: Callable[[], dict[str, str]]) -> None:
    for path, html in every_page().items():
        names = set(re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js|svg))"', html))
        if "js/upload.js" in names:
            names |= {f"js/{name}.js" for name in ("columns", "fields", "transfer")}
        files = [finders.find(name) or "" for name in names]
        assert sum(Path(file).stat().st_size for file in files) + len(html) < 100_000, path
