"""The parts of what is told after an upload: notes, blocks, lines of CSV, the timeline, the search."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion import services
from ingestion.models import IngestionRecord
from ingestion.results import blocks, record_search
from ingestion.results.blocks import join_blocks
from ingestion.results.error_notes import MOST_NOTES, ErrorNotes
from ingestion.results.errors_csv import errors_csv
from ingestion.results.record_search import find_codes, matching_records
from ingestion.results.rows_with_errors import has_rows_with_errors, rows_with_errors_name
from ingestion.results.timeline import history_of
from portal.models import Company, User
from portal.storage.base import storage
from tests.support.demo import Demo
from workorders.models import Code, Workorder


def record_of(demo: Demo, **changes: Any) -> IngestionRecord:
    """A record of the demo company."""
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    IngestionRecord.objects.filter(pk=record.pk).update(**changes)
    record.refresh_from_db()
    return record


def code_of(company: Company, by: User, identifier: str) -> Code:
    """A code in a workorder of its own."""
    workorder = Workorder.objects.create(
        company=company, reference=identifier, quantity=1, url_prefix="https://x.example/", longest_id=8, created_by=by
    )
    return Code.objects.create(company=company, workorder=workorder, identifier=identifier, sequence=1)


def test_notes_are_told_beside_their_row() -> None:
    notes = ErrorNotes([(2, "id", "Wrong."), (2, "", "Broken."), (4, "lot", "Long.")])
    assert [notes.upto(row) for row in (1, 2, 3, 4, 5)] == [
        "",
        "id: Wrong. | row: Broken.",
        "",
        "lot: Long.",
        "",
    ]


def test_notes_of_rows_that_nobody_asked_about_come_with_the_next() -> None:
    notes = ErrorNotes([(1, "Bad", "Name."), (2, "id", "Wrong.")])
    assert notes.upto(2) == "row 1, Bad: Name. | id: Wrong."


def test_only_so_many_notes_are_told_of_one_row() -> None:
    notes = ErrorNotes([(2, "id", str(number)) for number in range(MOST_NOTES + 1500)])
    said = notes.upto(2).split(" | ")
    assert said[MOST_NOTES - 1 :] == [f"id: {MOST_NOTES - 1}", "and 1,500 more"]


def test_texts_are_joined_to_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 4)
    assert list(join_blocks(["ab", "cd", "é", "fghij"])) == [b"abcd", "éfghij".encode(), b""]
    assert list(join_blocks([], str.encode)) == [b""]


def test_errors_as_csv_run_nothing_in_a_spreadsheet(demo: Demo) -> None:
    record = record_of(demo)
    record.errors.create(row=3, column="id", value="=1+1", error="invalid_id_error", detail="Why.")
    record.errors.create(row=None, column="", value="", error="invalid_file_error", detail='It has a "quote".')
    record.errors.create(row=2, column="a,b", value="x\ny", error="invalid_scm_field_error")
    lines = list(errors_csv(record))
    assert lines[0] == "row,column,value,error,message\r\n"
    assert lines[1].startswith('2,"a,b","x\ny","invalid_scm_field_error","The SCM field cannot be stored.')
    assert lines[2].startswith('3,"id","\'=1+1","invalid_id_error",')
    assert lines[3] == '"","","","invalid_file_error","The file as a whole cannot be read. It has a ""quote""."\r\n'


@pytest.mark.parametrize(
    ("name", "filetype", "expected"),
    [
        ("codes.csv", "csv", "codes-with-errors.csv"),
        ("codes.csv.gz", "csv", "codes-with-errors.csv"),
        ("a/b/codes.v2.json", "json", "codes-with-errors.json"),
        ("codes", "xlsx", "codes-with-errors.xlsx"),
    ],
)
def test_rows_with_errors_are_named_after_the_upload(demo: Demo, name: str, filetype: str, expected: str) -> None:
    assert rows_with_errors_name(record_of(demo, file_name=name, filetype=filetype)) == expected


def test_without_a_name_the_key_serves(demo: Demo) -> None:
    record = record_of(demo)
    assert rows_with_errors_name(record) == f"{record.key}-with-errors.csv"


@pytest.mark.parametrize(
    ("status", "counts", "has"),
    [
        ("error", {"invalid_id_error": 1}, True),
        ("error", {"invalid_id_error": 1, "workorder_error": 1}, True),
        ("error", {"workorder_error": 1}, False),
        ("error", {"url_prefix_error": 1}, False),
        ("error", {"invalid_id_error": 1, "invalid_file_error": 1}, False),
        ("error", {"internal_error": 1}, False),
        ("error", {}, False),
        ("completed", {}, False),
        ("cancelled", {"invalid_id_error": 1}, False),
    ],
)
def test_rows_can_be_corrected_where_rows_are_wrong(
    demo: Demo, status: str, counts: dict[str, int], has: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = record_of(demo, status=status, result_data={"error_counts": counts})
    monkeypatch.setattr(type(storage()), "exists", lambda *_: True)
    assert has_rows_with_errors(record) is has


def test_without_the_file_no_rows_can_be_corrected(demo: Demo) -> None:
    assert not has_rows_with_errors(
        record_of(demo, status="error", result_data={"error_counts": {"invalid_id_error": 1}})
    )


def test_the_timeline_tells_how_the_upload_came_and_ended(demo: Demo) -> None:
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api", by_command=True)
    services.cancel(record, demo.admin)
    said = [text for _event, text in _lines(history_of(record))]
    assert said == ["Upload begun, by the command", "Cancelled"]


def _lines(history: Any) -> list[tuple[Any, str]]:
    """Each line's event and its words, in whichever order they come."""
    return [pair if isinstance(pair[1], str) else (pair[1], pair[0]) for pair in history]


def test_a_search_finds_records_by_key_name_and_uploader(demo: Demo) -> None:
    record = record_of(demo, file_name="Spring-Codes.csv")
    record_of(demo, file_name="autumn.csv", created_by=demo.admin)
    for query in (record.key, record.key.upper(), "spring", "staff@demo"):
        assert list(IngestionRecord.objects.filter(matching_records(demo.staff, query, []))) == [record], query


def test_a_search_finds_the_upload_of_a_code(demo: Demo) -> None:
    code = code_of(demo.company, demo.staff, "abc12345")
    record = record_of(demo, workorder=code.workorder)
    codes = find_codes(demo.staff, "abc12345")
    assert codes == [code]
    assert list(IngestionRecord.objects.filter(matching_records(demo.staff, "abc12345", codes))) == [record]


def test_a_search_finds_uploads_that_were_refused_for_an_id(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_search, "MOST_HOLDERS", 2)
    result = {"errors": [{"duplicate_id_error": ["abc12345"]}], "error_counts": {"duplicate_id_error": 1}}
    records = [record_of(demo, status="error", result_data=result) for _ in range(3)]
    found = IngestionRecord.objects.filter(matching_records(demo.staff, "abc12345", []))
    assert list(found) == records[:0:-1]  # the newest, first
    assert not IngestionRecord.objects.filter(matching_records(demo.other_staff, "abc12345", [])).exists()


def test_codes_are_found_in_the_companies_that_a_person_sees(demo: Demo) -> None:
    own, others = code_of(demo.company, demo.staff, "abc12345"), code_of(demo.other, demo.other_staff, "abc12345")
    assert find_codes(demo.staff, "abc12345") == [own]
    assert find_codes(demo.other_staff, "abc12345") == [others]
    assert set(find_codes(demo.support, "abc12345")) == {own, others}
    assert find_codes(demo.printer, "abc12345") == []
    assert find_codes(demo.staff, "") == []
