"""The file of an export has every code of its filter, in the order of ids, exactly as it is."""

from __future__ import annotations

import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.exports import content, exported, objects, table
from workorders.models import Code, Product, Workorder

OWN = [
    *("extended_id", "serial_number", "product", "sku", "activation_status", "blacklist_reason"),
    *("updated_by", "updated_at", "activated_by", "activated_at"),
    *("scan_count", "first_scan_at", "last_scan_at", "workorder", "reference", "url"),
]
ODD = 'a "quoted", line\r\nbreak\\n and a tab\t; Ünïcode 漢字 🍋'


def two_codes(demo: Demo, **fields: Any) -> Workorder:
    """Two codes with different SCM fields, the later id first."""
    workorder = some_codes(demo.staff, "zzz00001", "aaa00002", **fields)
    Code.objects.filter(identifier="zzz00001").update(scm_data={"lot": "B7", "remark": ODD})
    Code.objects.filter(identifier="aaa00002").update(scm_data={"lot": "", "url": "theirs"})
    Workorder.objects.filter(pk=workorder.pk).update(created_at="2026-11-23T12:30:00Z", use_serial_number=True)
    return workorder


def test_csv_has_a_row_a_code_and_a_column_a_field(committed_demo: Demo) -> None:
    product = committed_demo.company.products.get(sku="sku1")
    Product.objects.filter(pk=product.pk).update(name="Lemonade, sour")
    workorder = two_codes(committed_demo, product=product, activation_status=1)
    export = exported(committed_demo.staff)
    lines = content(export).decode()
    assert lines.split("\n")[0].split(",") == [*OWN, "lot", "remark", "scm_url"]
    made = f"{workorder.pk},{workorder.reference},{workorder.url_prefix}"
    by = "staff@demo.example,2026-11-23T12:30:00Z"
    assert lines.split("\n")[1] == (
        f'aaa00002,0000000002,"Lemonade, sour",sku1,1,0,{by},{by},0,,,{made}aaa00002,"",,theirs'
    )
    assert [row["extended_id"] for row in table(export)] == ["aaa00002", "zzz00001"]
    last = table(export)[-1]
    assert (last["lot"], last["remark"], last["scm_url"]) == ("B7", ODD, "")
    assert (export.rows_done, export.rows_total, export.size) == (2, 2, len(content(export)))


def test_gzip_holds_the_same_bytes(committed_demo: Demo) -> None:
    two_codes(committed_demo)
    plain, packed = exported(committed_demo.staff), exported(committed_demo.staff, gzip=True)
    assert packed.file_path.endswith(".csv.gz")
    assert content(packed) == content(plain)


def test_json_lines_keep_types_and_leave_out_fields_that_a_code_has_not(committed_demo: Demo) -> None:
    workorder = two_codes(committed_demo)
    first, last = objects(exported(committed_demo.staff, "jsonl", gzip=True))
    assert first == {
        "extended_id": "aaa00002",
        "serial_number": "0000000002",
        "product": None,
        "sku": None,
        "activation_status": 0,
        "blacklist_reason": 0,
        "updated_by": "staff@demo.example",
        "updated_at": "2026-11-23T12:30:00Z",
        "activated_by": None,
        "activated_at": None,
        "scan_count": 0,
        "first_scan_at": None,
        "last_scan_at": None,
        "workorder": workorder.pk,
        "reference": workorder.reference,
        "url": f"{workorder.url_prefix}aaa00002",
        "scm_data": {"lot": "", "url": "theirs"},
    }
    assert last["scm_data"] == {"lot": "B7", "remark": ODD}


def test_a_workbook_has_the_same_cells_as_texts_and_numbers(committed_demo: Demo) -> None:
    workorder = two_codes(committed_demo)
    Code.objects.filter(identifier="zzz00001").update(scm_data={"lot": "007", "sum": "=1+1"})
    export = exported(committed_demo.staff, "xlsx")
    [sheet] = CalamineWorkbook.from_filelike(io.BytesIO(content(export))).sheet_names
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content(export))).get_sheet_by_name(sheet).to_python()
    assert rows[0] == [*OWN, "lot", "sum", "scm_url"]
    by = ["staff@demo.example", "2026-11-23T12:30:00Z", "", ""]
    made = [workorder.pk, workorder.reference, f"{workorder.url_prefix}zzz00001"]
    assert rows[2] == ["zzz00001", "0000000001", "", "", 0, 0, *by, 0, "", "", *made, "007", "=1+1", ""]
    assert len(rows) == 3


RUN = ["=1+1", "+1", "-1", "@sum", "\ttab", "\rreturn", " =1", "\uff1d1", "'=1", "plain", "", "1-1"]


@pytest.mark.parametrize("asked", [False, True])
def test_formulas_are_neutralised_where_it_is_asked_for(committed_demo: Demo, asked: bool) -> None:
    ids = [f"code-{number:04d}" for number in range(len(RUN))]
    some_codes(committed_demo.staff, "-abc12345", *ids)
    for identifier, value in zip(ids, RUN, strict=True):
        Code.objects.filter(identifier=identifier).update(scm_data={"v": value})
    export = exported(committed_demo.staff, neutralise_formulas=asked)
    rows = table(export)
    apostrophe = "'" if asked else ""
    assert rows[0]["extended_id"] == f"{apostrophe}-abc12345"
    assert rows[0]["url"].endswith("/-abc12345")
    assert [row["v"] for row in rows[1:]] == [*(f"{apostrophe}{value}" for value in RUN[:9]), *RUN[9:]]
    assert content(export).startswith(b"\xef\xbb\xbf" if asked else b"extended_id")


def test_the_filter_says_which_codes(committed_demo: Demo) -> None:
    first = some_codes(committed_demo.staff, "aaa00001", "aaa00002", scm_data={"lot": "50%"})
    some_codes(committed_demo.staff, "bbb00001", scm_data={"lot": "50%"}, activation_status=2, blacklist_reason=4)
    some_codes(committed_demo.other_staff, "aaa00003", scm_data={"lot": "50%"})

    def ids(**filters: Any) -> list[str]:
        return [row["extended_id"] for row in table(exported(committed_demo.staff, filters=filters))]

    assert ids() == ["aaa00001", "aaa00002", "bbb00001"]
    assert ids(scm_lot="50%") == ["aaa00001", "aaa00002", "bbb00001"]
    assert ids(workorder=first.pk, sequence_from=2) == ["aaa00002"]
    assert ids(activation_status=2, scm_lot="50%") == ["bbb00001"]
    assert ids(extended_id="aaa00003") == []


def test_no_code_is_a_file_with_a_header_alone(committed_demo: Demo) -> None:
    assert content(exported(committed_demo.staff)).decode() == ",".join(OWN) + "\n"
    assert content(exported(committed_demo.staff, "jsonl")) == b""
    assert len(content(exported(committed_demo.staff, "xlsx"))) > 1000


def test_fields_that_only_late_codes_have_are_columns(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workorders.exports.survey.FIRST", 1)
    some_codes(committed_demo.staff, "aaa00001", scm_data={"b": "1"})
    some_codes(committed_demo.staff, "aaa00002", scm_data={"a": "2", "c": "3"})
    first, last = table(exported(committed_demo.staff))
    assert list(first)[-3:] == ["a", "b", "c"]
    assert [row[name] for row in (first, last) for name in "abc"] == ["", "1", "", "2", "", "3"]
