"""The parts of the pages of uploads: lines, facts, the options of an earlier upload, the overview."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from ingestion import services
from ingestion.models import IngestionRecord
from ingestion.pages.earlier_options import options_of
from ingestion.pages.lines import build_lines, is_moving, list_records, may_upload
from ingestion.pages.record_facts import describe_file, progress_step
from tests.support.demo import Demo


def record_of(demo: Demo, **changes: Any) -> IngestionRecord:
    """A record of the demo company."""
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="portal")
    IngestionRecord.objects.filter(pk=record.pk).update(**changes)
    record.refresh_from_db()
    return record


def test_only_people_of_a_brand_owner_can_upload(demo: Demo) -> None:
    people = {"staff": demo.staff, "admin": demo.admin, "printer": demo.printer, "support": demo.support}
    assert {name: may_upload(user) for name, user in people.items()} == {
        "staff": True,
        "admin": True,
        "printer": False,
        "support": False,
    }


def test_lines_tell_codes_and_problems(demo: Demo) -> None:
    counts = {"error_counts": {"invalid_id_error": 2, "missing_id_error": 3}, "errors": []}
    records = [
        record_of(demo, status="completed", result_data={"codes_created": 7, "duplicates_ignored": 1}),
        record_of(demo, status="error", result_data=counts),
        record_of(demo),
    ]
    assert [(line.record, line.codes, line.problems) for line in build_lines(records)] == [
        (records[0], 7, 0),
        (records[1], 0, 5),
        (records[2], 0, 0),
    ]
    assert build_lines([]) == []


def test_a_record_that_is_deleted_while_its_list_is_made_has_no_result(demo: Demo) -> None:
    gone = record_of(demo, status="completed", result_data={"codes_created": 7})
    IngestionRecord.objects.filter(pk=gone.pk).delete()
    [line] = build_lines([gone])
    assert (line.record, line.codes, line.problems) == (gone, 0, 0)


def test_lists_do_not_load_results(demo: Demo, django_assert_num_queries: Any) -> None:
    record_of(demo, result_data={"codes_created": 7})
    assert not demo.staff.may("company_view_all")  # asked once, and known from then on
    with django_assert_num_queries(2):
        (line,) = build_lines(list_records(demo.staff))
        assert (line.codes, line.record.company, line.record.created_by) == (7, demo.company, demo.staff)
    assert "result_data" in line.record.get_deferred_fields()


@pytest.mark.parametrize(
    ("status", "moving"), [("uploading", False), ("queued", True), ("processing", True), ("completed", False)]
)
def test_a_list_moves_while_a_worker_has_something_to_do(demo: Demo, status: str, moving: bool) -> None:
    assert is_moving(build_lines([record_of(demo, status=status), record_of(demo, status="error")])) is moving


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, ""),
        ({"delimiter": ";", "encoding": "UTF-8"}, "separated by semicolons, UTF-8"),
        (
            {"delimiter": "\t", "encoding": "UTF-16", "compression": "gzip"},
            "separated by tabs, UTF-16, unpacked from gzip",
        ),
        ({"encoding": "UTF-8"}, "UTF-8"),
        ({"sheet": "Codes", "sheets": "1"}, "sheet Codes"),
        ({"sheet": "Codes", "sheets": "3"}, "sheet Codes, one of 3"),
    ],
)
def test_the_file_is_described_as_it_was_read(facts: dict[str, str], said: str) -> None:
    assert describe_file(IngestionRecord(file_facts=facts)) == said


@pytest.mark.parametrize(
    ("status", "phase", "step"),
    [
        ("uploading", "waiting", 0),
        ("queued", "waiting", 1),
        ("processing", "checking", 1),
        ("processing", "sorting", 1),
        ("processing", "creating", 2),
        ("processing", "reporting", 1),
    ],
)
def test_a_record_that_has_not_ended_is_at_a_step(status: str, phase: str, step: int) -> None:
    assert progress_step(IngestionRecord(status=status, phase=phase)) == step


def test_options_that_were_not_set_are_left_to_the_form() -> None:
    assert options_of({"default_scm_data": {}, "url_prefix": ""}) == {}


def test_the_options_of_an_earlier_upload_fill_the_form() -> None:
    given = {
        "default_scm_data": {"product": "sku1", "activation_status": 2, "blacklist_reason": 7, "lot": "L1"},
        "url_prefix": "https://codes.example.com/",
        "allow_posted_duplicates": True,
        "delimiter": ";",
        "columns": {"Serial": "id"},
        "id_format": "gs1",
        "workorder": 3,
        "sha256": "0" * 64,
    }
    assert options_of(given) == {
        "product": "sku1",
        "activation_status": 2,
        "scm": '[["blacklist_reason", "7"], ["lot", "L1"]]',
        "columns": '{"Serial": "id"}',
        "url_prefix": "https://codes.example.com/",
        "allow_posted_duplicates": True,
        "delimiter": ";",
        "id_format": "gs1",
        "workorder": 3,
    }


def test_the_upload_form_knows_only_earlier_uploads_of_the_own_company(demo: Demo, client: Client) -> None:
    record = record_of(demo, parameters={"default_scm_data": {"product": "sku1"}})
    for user, status in ((demo.staff, 200), (demo.other_staff, 404)):
        client.force_login(user)
        assert client.get("/upload/", {"again": record.key}).status_code == status


def test_the_overview_shows_the_last_uploads_that_arrived(demo: Demo, client: Client) -> None:
    arrived = [record_of(demo, status="completed", file_name=f"file-{number}.csv") for number in range(9)]
    record_of(demo, file_name="not-yet.csv")
    client.force_login(demo.staff)
    answer = client.get("/")
    assert [line.record for line in answer.context["lines"]] == arrived[:0:-1]
    assert answer.context["is_moving"] is False
    assert answer.context["can_upload"] is True
    assert "not-yet.csv" not in answer.content.decode()


def test_the_overview_of_a_printing_partner_offers_no_upload(demo: Demo, client: Client) -> None:
    client.force_login(demo.printer)
    assert client.get("/").context["can_upload"] is False
