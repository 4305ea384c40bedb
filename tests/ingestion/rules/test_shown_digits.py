"""Ids that a workbook holds as numbers, taken as the digits that it shows where the upload says so."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from ingestion.models import IngestionRecord
from ingestion.preview import Preview, preview
from ingestion.readers.base import Batch, CellFault, Trouble
from ingestion.readers.cells import DateCell, NumericCell
from ingestion.rules.shown_digits import ShownDigits
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.tokens import client_of
from tests.support.uploads import errors, ingested, queued, uploaded
from tests.support.workbooks import rows_of, text, workbook
from workorders.models import Code

NUMBERS = ["12345678", "12345679", "90000001"]


def book(*values: str, code: str = "0", style: str = "1") -> bytes:
    """A workbook whose column `id` has these numbers, in a number format."""
    cells = [f'<c r="A{row}" s="{style}"><v>{value}</v></c>' for row, value in enumerate(values, 2)]
    return workbook(rows_of(text("A1", "id"), *cells), formats=(code,))


def seen(demo: Demo, content: bytes, **parameters: Any) -> Preview:
    given = {"default_scm_data": {}} | parameters
    record = IngestionRecord(company=demo.company, type="code", filetype="xlsx", parameters=given)
    return preview(record, BytesIO(content))


def ids_of(demo: Demo) -> list[str]:
    return [*Code.objects.filter(company=demo.company).order_by("sequence").values_list("identifier", flat=True)]


@pytest.mark.parametrize(
    ("values", "code", "ids"),
    [
        (NUMBERS, "0", NUMBERS),
        (NUMBERS, "General", NUMBERS),
        (["12", "345", "6789"], "00000000", ["00000012", "00000345", "00006789"]),
        (["123456789012345"], "0", ["123456789012345"]),
    ],
)
def test_the_digits_shown_become_ids(committed_demo: Demo, values: list[str], code: str, ids: list[str]) -> None:
    record = ingested(committed_demo.staff, book(*values, code=code), "xlsx", shown_digits=True)
    assert (record.status, ids_of(committed_demo)) == ("completed", ids)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("12345678.5", "0"),
        ("-12345678", "0"),
        ("12345678", "#,##0"),
        ("12345678", "0000-0000"),
        ("12345678", '"A"0'),
        ("1234567890123456", "0"),
        ("45000", "yyyy-mm-dd"),
    ],
)
def test_what_shows_more_than_digits_stays_an_error(committed_demo: Demo, value: str, code: str) -> None:
    content = book(value, code=code.replace('"', "&quot;"))
    record = ingested(committed_demo.staff, content, "xlsx", shown_digits=True)
    assert record.error_counts == {"invalid_id_error": 1}
    assert ids_of(committed_demo) == []
    assert seen(committed_demo, content).offers == []


def test_a_number_of_another_length_may_have_lost_a_zero(committed_demo: Demo) -> None:
    content = book("12345678", "1234567", "12345679")
    record = ingested(committed_demo.staff, content, "xlsx", shown_digits=True)
    ((row, column, value, _message),) = errors(record)
    assert (row, column, value) == (3, "id", "1234567")
    (line,) = (line for line in seen(committed_demo, content, shown_digits=True).lines if line.wrong)
    assert "It is a number that shows 7 digits, and row 2 has 8: zeros may be lost." in line.wrong[0]
    assert seen(committed_demo, content).offers == []


def test_without_the_option_numbers_are_no_ids(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, book(*NUMBERS), "xlsx")
    assert record.error_counts == {"invalid_id_error": 3}


def test_texts_and_digits_may_stand_together(committed_demo: Demo) -> None:
    rows = rows_of(text("A1", "id"), text("A2", "abc-000001"), '<c r="A3"><v>12345678</v></c>')
    record = ingested(committed_demo.staff, workbook(rows), "xlsx", shown_digits=True)
    assert (record.status, ids_of(committed_demo)) == ("completed", ["abc-000001", "12345678"])
    assert seen(committed_demo, workbook(rows)).offers == []


def test_the_preview_offers_the_digits_and_shows_them_when_they_are_taken(demo: Demo) -> None:
    content = book("12", "345", code="00000000")
    found = seen(demo, content)
    (offer,) = found.offers
    assert (offer.option, offer.value, offer.action) == ("shown_digits", "true", "Use the shown digits as ids")
    assert offer.samples == ("00000012", "00000345")
    assert found.told[0].startswith("Row 2, id: ")
    assert [line.shown[0][2] for line in found.lines] == [True, True]
    taken = seen(demo, content, shown_digits=True)
    assert (taken.offers, taken.told, taken.first_id) == ([], [], "00000012")
    assert [line.shown for line in taken.lines] == [[("00000012", "", False)], [("00000345", "", False)]]


def test_the_digits_are_taken_of_the_column_that_is_named_id(demo: Demo) -> None:
    cells = rows_of(text("A1", "Serial No"), '<c r="A2"><v>12345678</v></c>')
    assert seen(demo, workbook(cells)).offers == []
    assert seen(demo, workbook(cells), columns={"Serial No": "id"}).offers[0].option == "shown_digits"
    taken = seen(demo, workbook(cells), columns={"Serial No": "id"}, shown_digits=True)
    assert (taken.told, taken.first_id) == ([], "12345678")


def test_the_api_takes_it_for_workbooks_alone(demo: Demo) -> None:
    client = client_of(demo.staff, "ingestion_code_create")
    refused = client.post(
        "/api/v2/ingestion/codes/upload/process/", {"record": uploaded(client), "shown_digits": True}, format="json"
    )
    said = "Only a workbook shows numbers otherwise. Leave it out."
    assert (refused.status_code, refused.json()) == (400, {"shown_digits": [said]})


def test_a_button_of_the_page_says_it_as_a_text(demo: Demo) -> None:
    record = queued(demo.staff, book(*NUMBERS), "xlsx")
    IngestionRecord.objects.filter(pk=record.pk).update(status="uploading")
    from portal.storage.base import storage

    storage().save(record.incoming_path, BytesIO(book(*NUMBERS)))
    posted = {"kind": "new", "name": "a.xlsx", "record": record.key}
    plain = as_(demo.staff).post("/upload/preview/", posted).content.decode()
    assert 'data-offer="shown_digits" value="true">Use the shown digits as ids<' in plain
    assert 'class="bad number"' in plain
    assert "Numbers stand at the right, texts at the left." in plain
    taken = as_(demo.staff).post("/upload/preview/", {**posted, "options": '{"shown_digits": "true"}'}).content.decode()
    assert '<option value="true">are the digits shown</option>' in taken
    assert "Nothing is wrong in the first 3 rows." in taken


def test_a_fault_goes_with_the_digits_that_are_taken_and_no_other() -> None:
    rows = [[NumericCell.of("12345678", "12345678", "0"), "x"], [DateCell.of("2026-01-01", "46023", "d.m.yyyy"), "y"]]
    faults = [CellFault(row, at, "", Trouble.DIGITS, "said") for row in (2, 3) for at in (0, 1)]
    taken = ShownDigits().take(Batch(("id", "lot"), 2, rows, faults), "id")
    assert taken.rows == [["12345678", "x"], ["2026-01-01", "y"]]
    assert [(fault.row, fault.at) for fault in taken.faults] == [(2, 1), (3, 0), (3, 1)]
