"""What the beginning of a file shows, by the readers and rules of the check."""

from __future__ import annotations

import gzip
from io import BytesIO
from time import process_time
from typing import Any

import pytest

from ingestion.errors.unreadable import UnreadableFile
from ingestion.models import IngestionRecord
from ingestion.preview import FIRST_LOOK, Preview, piece_of, preview
from tests.support.codes import some_codes
from tests.support.declared import declare
from tests.support.demo import Demo
from tests.support.paths import FILES
from tests.support.products import workbook as sheets
from tests.support.workbooks import rows_of, text, workbook
from workorders.exports.columns import COLUMNS
from workorders.models import Code


def seen(demo: Demo, content: str | bytes, filetype: str = "csv", *, is_all: bool = True, **parameters: Any) -> Preview:
    type_ = parameters.pop("type", IngestionRecord.Type.CODE)
    given = {"default_scm_data": {}} | parameters
    record = IngestionRecord(company=demo.company, type=type_, filetype=filetype, parameters=given)
    if filetype == "xlsx":
        return preview(record, BytesIO(content if isinstance(content, bytes) else content.encode()))
    return preview(record, piece_of(content.encode() if isinstance(content, str) else content, is_all=is_all))


def columns(found: Preview) -> list[tuple[str, str | None, str]]:
    return [(column.key, column.new_name, column.meaning) for column in found.columns]


def test_columns_and_rows_are_those_that_the_check_reads(demo: Demo) -> None:
    found = seen(demo, "id;product;pallet\nabc12345;sku1;p1\n\nabc12346;sku2;p2\n")
    assert columns(found) == [
        ("id", "id", "identifier"),
        ("product", "product", "product"),
        ("pallet", "pallet", "SCM data"),
    ]
    assert [(line.number, line.cells) for line in found.lines] == [
        (2, ["abc12345", "sku1", "p1"]),
        (4, ["abc12346", "sku2", "p2"]),
    ]
    assert (found.problem, found.told, found.warned, found.first_id) == ("", [], [], "abc12345")
    assert found.facts == {"delimiter": ";", "encoding": "UTF-8"}


def test_what_is_wrong_is_told_in_the_words_of_the_check_and_marked(demo: Demo) -> None:
    some_codes(demo.staff, "taken-0001")
    found = seen(demo, "id,product\nshort,sku1\nabc12345,sku9\nabc12345,sku1\ntaken-0001,sku1\nabc12347\n")
    assert found.told == [
        "Row 2, id: An id has 8 to 100 characters, each one of a-z, A-Z, 0-9, - and _. This has 5.",
        "Row 3, product: No product of the company has this SKU, or it is hidden.",
        "Row 4, id: The id is taken already. It stands in row 3 of the file.",
        "Row 5, id: The id is taken already. An earlier upload of the company used it.",
        (
            "Row 6: The row cannot be read. It has too few fields: 1 where the header has 2. "
            "If it is no row of the table, such as a total or a remark, delete it."
        ),
    ]
    assert [sorted(line.wrong) for line in found.lines] == [[0], [1], [0], [0], [-1]]
    assert seen(demo, "id\nabc12345\nabc12345\n", allow_posted_duplicates=True).told == []


def test_why_all_of_a_file_would_be_refused_stands_above_its_rows(demo: Demo) -> None:
    found = seen(demo, "Serial No,product\nabc12345,sku1\n")
    assert found.problem.startswith("Its header has no column `id`, only: Serial No, product.")
    assert [line.cells for line in found.lines] == [["abc12345", "sku1"]]
    assert columns(found)[0] == ("Serial No", "Serial No", "cannot be a field name")
    mapped = seen(demo, "Serial No,product\nabc12345,sku1\n", columns={"Serial No": "id"})
    assert (mapped.problem, mapped.told, mapped.first_id) == ("", [], "abc12345")
    assert columns(mapped)[0] == ("Serial No", "id", "identifier")


def test_columns_that_are_left_out_empty_or_named_twice_say_so(demo: Demo) -> None:
    content = "id,pallet,pallet,,\nabc12345,p1,q1,,x\n"
    found = seen(demo, content, columns={"#5": ""})
    assert columns(found) == [
        ("id", "id", "identifier"),
        ("#2", "pallet", "SCM data"),
        ("#3", "pallet", "named twice"),
        ("#4", "", "empty, left out"),
        ("#5", None, "left out"),
    ]
    assert found.problem == "Its header has the column `pallet` more than once. Rename one, or leave it out."
    mended = seen(demo, content, columns={"#3": "pallet_2", "#5": "", "gone": "x"})
    assert (mended.problem, mended.told) == ("", [])


@pytest.mark.parametrize("is_packed", [False, True])
def test_of_a_large_file_only_whole_rows_of_its_beginning_count(demo: Demo, is_packed: bool) -> None:
    rows = "".join(f'abc{number:09},"{"x" * 8000}\n"\n' for number in range(60))
    content = f"id,note\n{rows}".encode()
    content = gzip.compress(content, 0, mtime=0) if is_packed else content
    found = seen(demo, content[:FIRST_LOOK], is_all=False)
    assert found.told == [
        f"Row {number}, note: The SCM field cannot be stored. It has 8,001 characters."
        for number in range(2, len(found.lines) + 2)
    ]
    assert 20 < len(found.lines) < 33


def test_no_more_rows_are_shown_than_a_person_looks_at(demo: Demo) -> None:
    found = seen(demo, "id\n" + "".join(f"abc{number:09}\n" for number in range(5000)))
    assert [line.number for line in found.lines] == [*range(2, 52)]


def test_a_first_line_that_does_not_end_is_no_error_of_the_file(demo: Demo) -> None:
    found = seen(demo, "id" * 100_000, is_all=False)
    assert found.warned == ["Its first line is too long to be shown here. The check reads every row."]
    assert found.problem == ""


@pytest.mark.parametrize(
    ("content", "filetype"),
    [
        ("id," + "".join(f"lot_{number}," for number in range(4999)) + "\nabc12345" + ",x" * 5000 + "\n", "csv"),
        ('[{"id": "abc12345", ' + ", ".join(f'"lot_{number}": "x"' for number in range(5000)) + "}]", "json"),
    ],
)
def test_of_many_columns_the_first_are_shown(demo: Demo, content: str, filetype: str) -> None:
    found = seen(demo, content, filetype)
    assert (len(found.columns), [len(line.cells) for line in found.lines]) == (200, [200])
    assert (found.problem, found.columns[199].new_name) == ("", "lot_198")
    assert found.warned == ["The first 200 of 5,001 columns are shown. The check reads all."]


def test_a_header_of_a_quarter_million_columns_is_looked_at_in_no_time(demo: Demo) -> None:
    content = "id" + "," * 250_000 + "\nabc12345\n"
    begun = process_time()
    found = seen(demo, content)
    assert (found.problem, len(found.columns)) == ("", 200)
    assert process_time() - begun < 5


def test_json_shows_the_fields_of_all_its_objects(demo: Demo) -> None:
    found = seen(
        demo, '[{"id": "abc12345", "lot": "7"}, {"size": "L", "id": "abc1"}, {"id": "abc12', "json", is_all=False
    )
    assert columns(found) == [
        ("id", "id", "identifier"),
        ("lot", "lot", "SCM data"),
        ("size", "size", "SCM data"),
    ]
    assert [line.cells for line in found.lines] == [["abc12345", "7", ""], ["abc1", "", "L"]]
    assert found.told == ["Row 2, id: An id has 8 to 100 characters, each one of a-z, A-Z, 0-9, - and _. This has 4."]
    assert seen(demo, "{}", "json").problem.startswith("It begins with {, not with [")
    assert seen(demo, '[{"id": 5}]', "json").told[0].startswith("Row 1, id: ")


def test_a_workbook_shows_its_sheet(demo: Demo) -> None:
    found = seen(demo, (FILES / "wrong-rows.xlsx").read_bytes(), "xlsx")
    assert found.facts["sheet"]
    assert found.lines
    assert found.told
    assert seen(demo, b"PK\x03\x04 no workbook", "xlsx").problem.startswith("It is a damaged Excel workbook")


def test_a_file_of_changes_names_codes_that_exist(demo: Demo) -> None:
    some_codes(demo.staff, "abc12345", "abc12346")
    content = "extended_id,activation_status\nabc12345,1\nabc12347,1\nabc12345,2\n"
    found = seen(demo, content, type=IngestionRecord.Type.SCM)
    assert columns(found)[0] == ("extended_id", "extended_id", "names the code")
    assert found.told == [
        "Row 3, extended_id: The company has no such code.",
        "Row 4, extended_id: Another row changes the code, too. It stands in row 2 of the file.",
    ]
    assert columns(seen(demo, f"{','.join(COLUMNS)},lot\n", type=IngestionRecord.Type.SCM)) == [
        ("extended_id", "extended_id", "names the code"),
        ("serial_number", None, "left out"),
        ("product", None, "left out"),
        ("sku", "product", "product"),
        ("activation_status", "activation_status", "activation status"),
        ("blacklist_reason", "blacklist_reason", "blacklist reason"),
        *((name, None, "left out") for name in [*COLUMNS][6:]),
        ("lot", "lot", "SCM data"),
    ]
    by_lot = seen(demo, "lot,activation_status\n7,1\n", type=IngestionRecord.Type.SCM, data_key="lot", many=True)
    assert (by_lot.problem, by_lot.told) == ("", [])


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"\x1f\x8b\x08", b"\x1f\x8bnothing", b"\xff\xfe", "\ufeff".encode(), b"id\n" + b"\xff" * 9]
)
@pytest.mark.parametrize("filetype", ["csv", "json", "xlsx"])
def test_nonsense_is_told_and_breaks_nothing(demo: Demo, content: bytes, filetype: str) -> None:
    try:
        found = seen(demo, content, filetype)
    except UnreadableFile:  # it cannot even be unpacked
        return
    assert found.problem or found.told or found.warned


def offers(found: Preview) -> list[tuple[str, str | int]]:
    return [(offer.option, offer.value) for offer in found.offers]


def test_the_encoding_that_reads_right_is_offered_with_rows_that_tell(demo: Demo) -> None:
    content = "id,plant\nabc12345,Köln\nabc12346,Düsseldorf\n".encode("cp1252")
    found = seen(demo, content)
    assert offers(found)[0] == ("encoding", "windows-1252")
    assert found.offers[0].samples == ("abc12345,Köln", "abc12346,Düsseldorf")
    taken = seen(demo, content, encoding="windows-1252")
    assert (offers(taken), taken.told, taken.facts["encoding"]) == ([], [], "Windows-1252")
    assert [line.cells for line in taken.lines] == [["abc12345", "Köln"], ["abc12346", "Düsseldorf"]]
    assert offers(seen(demo, "id,plant\nabc12345,Köln\n")) == []
    assert offers(seen(demo, "\ufeffid,plant\nabc12345,Köln\n".encode("utf-16-le"))) == []


def test_the_sheet_with_the_ids_is_offered(demo: Demo) -> None:
    data = sheets([("Fill in the second sheet",)], [("id",), ("abc12345",)])
    found = seen(demo, data, "xlsx")
    assert offers(found) == [("sheet", "Sheet2")]
    taken = seen(demo, data, "xlsx", sheet="Sheet2")
    assert (taken.problem, taken.sheets, taken.first_id) == ("", ["Sheet1", "Sheet2"], "abc12345")


def test_the_names_that_are_meant_are_suggested(demo: Demo) -> None:
    content = "ID,Product,Pallet Number,Note\nabc12345,sku1,p1,x\n"
    found = seen(demo, content)
    suggested = {column.key: column.suggested for column in found.suggested}
    assert suggested == {"ID": "id", "Product": "product", "Pallet Number": "pallet_number", "Note": "note"}
    taken = seen(demo, content, columns=suggested)
    assert (taken.problem, taken.told, taken.suggested) == ("", [], [])


def test_every_column_gets_a_name_that_serves(demo: Demo) -> None:
    content = "ID,颜色,Größe,,column_5,1st\nabc12345,红,XL,a,b,c\n"
    found = seen(demo, content)
    suggested = {column.key: column.suggested for column in found.suggested}
    assert suggested == {"ID": "id", "颜色": "column_2", "Größe": "groesse", "#4": "column_4", "1st": "column_6"}
    assert found.lacks_names
    taken = seen(demo, content, columns=suggested)
    assert (taken.problem, taken.told, taken.suggested, taken.lacks_names) == ("", [], [], False)


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04\xff\xfe\x00",
        b"<table><tr><td>Serial No</td></tr></table>\n",
        b"{\\rtf1 id,product}\n",
        b"id^product\nx^y\n",
    ],
)
def test_nothing_is_offered_for_a_file_that_is_no_table(demo: Demo, content: bytes) -> None:
    found = seen(demo, content)
    assert (offers(found), found.suggested, found.lacks_names) == ([], [], False)
    assert found.problem


def test_the_row_that_looks_like_the_header_is_offered(demo: Demo) -> None:
    content = "Codes for March\nACME Ltd\nid,product\nabc12345,sku1\n"
    found = seen(demo, content)
    assert (offers(found), found.suggested) == ([("header_row", 3)], [])
    taken = seen(demo, content, header_row=3)
    assert (taken.problem, taken.told, taken.header_row, taken.first_id) == ("", [], 3, "abc12345")


def asked(found: Preview) -> list[tuple[str, str | None]]:
    """The columns that are asked about, and what is to be known of each."""
    return [(column.name, column.remark) for column in found.asked]


def test_a_near_miss_is_asked_about_and_any_other_name_stored(demo: Demo) -> None:
    found = seen(demo, "id,prodcut,note\nabc12345,sku1,x\n")
    assert (asked(found), found.warned) == ([("prodcut", "It looks like `product`.")], [])


def test_a_name_that_is_not_declared_is_asked_about_until_it_is_left_out_or_declared(demo: Demo) -> None:
    content = "id,colour,lott,lot\nabc12345,red,B7,B7\n"
    assert asked(seen(demo, content)) == []
    declare(demo.company, "lot")
    nearest = ("lott", "The nearest declared field is `lot`.")
    assert asked(seen(demo, content)) == [("colour", ""), nearest]
    assert asked(seen(demo, content, columns={"colour": ""})) == [nearest]
    declare(demo.company, "colour")
    assert asked(seen(demo, content)) == [nearest]
    assert asked(seen(demo, '[{"id": "abc12345", "lott": "B7"}]', "json")) == [nearest]


def test_a_slip_for_a_field_in_use_is_asked_about_where_none_is_declared(demo: Demo) -> None:
    some_codes(demo.staff, "taken-0001")
    Code.objects.update(scm_data={"best_before": "2026-12-31", "lot_1": "B7"})
    found = seen(demo, "id,best_befor,lot_2,colour\nabc12345,2026-12-31,x,red\n")
    assert asked(found) == [("best_befor", "It looks like `best_before`, which codes of yours have.")]


def test_of_a_long_sheet_the_beginning_is_read(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of(text("A1", "id"), *(text(f"A{row}", f"abc{row:06}") for row in range(2, 100)))
    content = workbook(rows + "".join(f'<row r="{row}"/>' for row in range(100, 20_000)) + '<row r="9">')
    assert seen(demo, content, "xlsx").problem.startswith("It is a damaged Excel workbook")
    monkeypatch.setattr("ingestion.preview.ENOUGH_SECONDS", 0.0)
    found = seen(demo, content, "xlsx")
    assert (found.problem, [found.lines[at].number for at in (0, -1)]) == ("", [2, 51])
    assert found.warned == [
        "The sheet is long, so only its beginning was read to be shown, without its merged cells. The check reads all."
    ]
    assert seen(demo, workbook(rows), "xlsx").warned == []
