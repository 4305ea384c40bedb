"""The uploaded rows with their errors beside them: every row is there, ready to be corrected and uploaded again."""

from __future__ import annotations

import csv
import io
import json

import pytest
import python_calamine
from django.test import Client

from ingestion.models import IngestionRecord
from ingestion.results.rows_with_errors import stream_rows_with_errors
from tests.support.demo import Demo
from tests.support.example_files import upload
from tests.support.paths import FILES
from tests.support.tokens import client_of
from tests.support.uploads import ingested
from workorders.models import Code

WRONG = "id,product,note\nshort,sku1,=cmd()\n\nabc12345,sku1,é\nabc12346,sku9\nabc12347,sku1,x,y\n,sku9,z\n"
INVALID_ID = "id: An id has 8 to 100 characters, each one of a-z, A-Z, 0-9, - and _."


def given_back(record: IngestionRecord) -> bytes:
    return b"".join(stream_rows_with_errors(record))


def table(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_each_row_stands_beside_what_is_wrong_with_it(committed_demo: Demo) -> None:
    rows = table(given_back(ingested(committed_demo.staff, WRONG)))
    assert rows == [
        ["errors (ignored)", "id", "product", "note"],
        [
            f"{INVALID_ID} This has 5.",
            "short",
            "sku1",
            "'=cmd()",  # as no spreadsheet runs it
        ],
        [],
        ["", "abc12345", "sku1", "é"],
        [
            (
                "row: The row cannot be read. It has too few fields: 2 where the header has 3. "
                "A cell that holds a line break has to stand in quotes."
            ),
            "abc12346",
            "sku9",
        ],
        [
            (
                "row: The row cannot be read. It has too many fields: 4 where the header has 3. "
                "A cell that holds a separator has to stand in quotes."
            ),
            "abc12347",
            "sku1",
            "x",
            "y",
        ],
        [
            "product: No product of the company has this SKU, or it is hidden. | id: The row has no id.",
            "",
            "sku9",
            "z",
        ],
    ]


def test_the_corrected_file_is_taken(committed_demo: Demo) -> None:
    data = given_back(ingested(committed_demo.staff, "id;product\nabc12345;sku9\nabc12346;sku2\n"))
    record = ingested(committed_demo.staff, data.replace(b"sku9", b"sku1"))
    assert record.status == "completed"
    codes = Code.objects.order_by("sequence").values_list("identifier", "product__sku", "scm_data")
    assert list(codes) == [("abc12345", "sku1", {}), ("abc12346", "sku2", {})]


def test_a_second_round_has_the_errors_of_that_round_alone(committed_demo: Demo) -> None:
    first = given_back(ingested(committed_demo.staff, "id,product\nabc12345,sku9\nshort,sku1\n"))
    second = given_back(ingested(committed_demo.staff, first.replace(b"sku9", b"sku1")))
    assert table(second) == [
        ["errors (ignored)", "id", "product"],
        ["", "abc12345", "sku1"],
        [f"{INVALID_ID} This has 5.", "short", "sku1"],
    ]


def test_what_cannot_be_read_stays_as_it_is(committed_demo: Demo) -> None:
    data = b'\nid,note\nabc12345,caf\xe9\nabc12346,"open\nabc12347,a\0b\nabc12348,"=x" y"\nabc12349,x\n'
    lines = given_back(ingested(committed_demo.staff, data)).decode("utf-8-sig").split("\r\n")
    assert lines[:2] == ["", '"errors (ignored)","id","note"']
    assert [line.split('",', 1)[1] for line in lines[2:-1]] == [
        '"abc12345","caf\ufffdxE9"',
        'abc12346,"open',
        '"abc12347","a\ufffdu0000b"',
        'abc12348,"\'=x" y"',
        '"abc12349","x"',
    ]
    assert lines[6].startswith('"no error",')  # not empty, so that no quote which was left open can end in it


@pytest.mark.parametrize("name", ["unreadable-cell.csv", "quote-inside-a-quoted-field.csv"])
def test_what_nobody_changed_is_refused_again(committed_demo: Demo, name: str) -> None:
    first = upload(committed_demo, name)
    again = ingested(committed_demo.staff, given_back(first))
    assert (again.status, again.error_counts) == ("error", first.error_counts)
    places = [
        [(error.row, error.column, error.value, error.error) for error in each.errors.all()] for each in (first, again)
    ]
    assert places[0] == places[1]  # in what encoding the first file may be, the second, which has ours, does not say


def test_what_a_spreadsheet_saved_without_the_column_of_errors_is_refused_too(committed_demo: Demo) -> None:
    rows = table(given_back(upload(committed_demo, "unreadable-cell.csv")))
    record = ingested(committed_demo.staff, "\n".join(",".join(row[1:]) for row in rows))
    assert record.errors.get().detail.startswith("Character 2 is the replacement character (U+FFFD)")


def test_what_a_spreadsheet_would_run_is_guarded_and_comes_back_as_it_was(committed_demo: Demo) -> None:
    notes = ["=1+1", "+1", "-1", "@x", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201", "\t=1", "\r=1", " =1", "'=1", "''=1"]
    plain = ["'x", "abcdefgh;=1+1", "x=1", "1-2"]
    rows = [["id", "note"], ["short", ""], *([f"-code-{at:03}", note] for at, note in enumerate(notes + plain))]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    data = given_back(ingested(committed_demo.staff, out.getvalue()))
    given = table(data)[2:]
    assert [row[1:] for row in given] == [
        [f"'-code-{at:03}", note if note in plain else f"'{note}"] for at, note in enumerate(notes + plain)
    ]
    assert b'"abcdefgh;=1+1"' in data
    assert ingested(committed_demo.staff, data.replace(b"short", b"long-enough")).status == "completed"
    codes = Code.objects.filter(identifier__startswith="-").order_by("sequence")
    assert list(codes.values_list("identifier", "scm_data")) == [
        (f"-code-{at:03}", {"note": note}) for at, note in enumerate(notes + plain)
    ]


def test_what_is_wrong_with_the_header_stands_beside_the_first_row(committed_demo: Demo) -> None:
    rows = table(given_back(ingested(committed_demo.staff, "id,Pallet\nabc12345,1\n")))
    assert rows[1][0].startswith("row 1, Pallet: The SCM field cannot be stored.")


def test_many_errors_of_a_row_are_told_in_short(committed_demo: Demo) -> None:
    names = ",".join(f"F{number}" for number in range(15))
    rows = table(given_back(ingested(committed_demo.staff, f"id,{names}\nabc12345{',' * 15}\n")))
    assert rows[1][0].endswith(" | and 5 more")


def test_json_comes_back_as_json(committed_demo: Demo) -> None:
    data = """[{"id": 12345678901, "lot": 1.50}, {"id": "abc12345", "a": {"b": [1, true, null]}}, 7,
        {"id": "a", "id": "b"}, {"id": "abc12346"}]"""
    objects = json.loads(
        given_back(ingested(committed_demo.staff, data, "json")), object_pairs_hook=list, parse_float=str
    )
    assert objects == [
        [
            (
                "errors (ignored)",
                f"{INVALID_ID} It is a number; write it in quotes, so that no digit of it is lost.",
            ),
            ("id", 12345678901),
            ("lot", "1.50"),
        ],
        [
            (
                "errors (ignored)",
                "a: The row cannot be read. It is nested; a text, a number, true, false or null is needed.",
            ),
            ("id", "abc12345"),
            ("a", [("b", [1, True, None])]),
        ],
        7,
        [
            (
                "errors (ignored)",
                (
                    "row 3, row: The row cannot be read. It is not an object."  # no error fits into a number
                    " | id: The row cannot be read. The object has this key more than once."
                ),
            ),
            ("id", "a"),
            ("id", "b"),
        ],
        [("id", "abc12346")],
    ]


def test_a_workbook_comes_back_as_a_workbook(committed_demo: Demo) -> None:
    data = given_back(upload(committed_demo, "wrong-rows.xlsx"))
    sheet = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_name("Codes")
    rows = sheet.to_python()
    assert [row[1:] for row in rows] == [
        ["id", "product", "pallet_number"],
        ["abc12345", "sku1", "pal1"],
        ["00012345", "sku2", "pal2"],
        ["short", "sku9", ""],
        ["", "sku1", ""],
        ["abc12345", "sku1", ""],
    ]
    assert [bool(row[0]) for row in rows] == [True, False, False, True, True, True]
    assert rows[5][0] == "id: The id is taken already. It stands in row 2 of the file."


def test_a_numeric_id_stays_a_number(committed_demo: Demo) -> None:
    data = given_back(upload(committed_demo, "numeric-ids.xlsx"))
    rows = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert [row[1] for row in rows] == ["id", 12345678.0, 1.23456789012345e15, "abc12345"]


def test_both_doors_give_the_file_to_those_who_may(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, WRONG)
    url = f"/api/v2/ingestion/{record.key}/rows-with-errors/"
    answer = client_of(committed_demo.staff, "ingestion_view").get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="codes-with-errors.csv"'
    body = answer.getvalue()
    assert body == given_back(record)
    assert client_of(committed_demo.staff, "workorder_view").get(url).status_code == 403
    assert client_of(committed_demo.other_staff).get(url).status_code == 404
    page = Client()
    page.force_login(committed_demo.staff)
    assert "Your rows with the errors beside them" in page.get(f"/ingestions/{record.key}/").content.decode()
    assert page.get(f"/ingestions/{record.key}/rows-with-errors/").getvalue() == body


@pytest.mark.parametrize("name", ["plain.csv", "empty.csv", "cut-off.json"])
def test_there_is_no_such_file_where_rows_are_not_the_problem(committed_demo: Demo, name: str) -> None:
    record = upload(committed_demo, name)
    assert (FILES / name).exists()
    url = f"/api/v2/ingestion/{record.key}/rows-with-errors/"
    assert client_of(committed_demo.staff, "ingestion_view").get(url).status_code == 404
    page = Client()
    page.force_login(committed_demo.staff)
    assert "Your rows with the errors" not in page.get(f"/ingestions/{record.key}/").content.decode()


def test_objects_nested_deeply_are_given_back(committed_demo: Demo) -> None:
    nested = '{"a": [' * 400 + "1.50" + "]}" * 400
    record = ingested(committed_demo.staff, f'[{{"id": "abc12345", "note": {nested}}}]', "json")
    assert record.error_counts == {"invalid_row_error": 1}
    assert f'"id": "abc12345", "note": {nested}}}\n]' in given_back(record).decode()


@pytest.mark.parametrize("name", ["not-a-number.xlsx", "nul.xlsx"])
def test_what_excel_would_not_write_comes_in_a_workbook(committed_demo: Demo, name: str) -> None:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(given_back(upload(committed_demo, name))))
    expected = {
        "not-a-number.xlsx": ("a sheet s name of more than  31", ["abc1", ""]),
        "nul.xlsx": ("Codes", ["abc12345", "a\x00b"]),
    }
    assert (book.sheet_names[0], book.get_sheet_by_index(0).to_python()[1][1:]) == expected[name]
