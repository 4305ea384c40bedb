"""One file of changes in, changed codes or errors out."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from ingestion.models import IngestionRecord
from ingestion.results.rows_with_errors import stream_rows_with_errors
from ingestion.rules import change_names
from tests.support.change_files import changed_by_file as changed
from tests.support.changes import values_of
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.exports import content, exported
from tests.support.uploads import errors, ingested
from tests.support.workbooks import rows_of, text, workbook
from workorders.changes.history import codes_of, history_of
from workorders.codes.fields import ATTRIBUTES
from workorders.exports.columns import COLUMNS
from workorders.models import Change, Code, CodeChange, Product, Workorder

UNSET = [name for name in COLUMNS if name not in ("extended_id", "serial_number", "workorder", "sku", *ATTRIBUTES)]


def a_sheet(rows: list[list[str]]) -> bytes:
    """A workbook of one sheet with these texts."""
    return workbook(
        rows_of(
            *(
                "".join(text(f"{'ABCDEF'[at]}{number}", cell) for at, cell in enumerate(row))
                for number, row in enumerate(rows, 1)
            )
        )
    )


def test_a_file_changes_what_it_names_and_leaves_the_rest(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001", "bbb00002", "ccc00003", "ddd00004", scm_data={"lot": "A", "size": "L"})
    record = changed(
        demo.staff,
        "extended_id,activation_status,blacklist_reason,product,lot\n"
        "ccc00003,,,,B7\naaa00001,1,,sku2,\nbbb00002,2,4,,A\n",
    )
    assert (record.status, record.type, record.description) == ("completed", "scm", "SCM ingestion file upload")
    assert record.result_data == {"codes_affected": 3, "codes_unchanged": 0}
    assert record.warnings == []
    assert values_of("aaa00001") == ("sku2", 1, 0, {"lot": "A", "size": "L"})
    assert values_of("bbb00002") == (None, 2, 4, {"lot": "A", "size": "L"})
    assert values_of("ccc00003") == (None, 0, 0, {"lot": "B7", "size": "L"})
    assert values_of("ddd00004") == (None, 0, 0, {"lot": "A", "size": "L"})
    change = Change.objects.get()
    assert (change.origin, change.record_key, change.codes, change.created_by) == ("file", record.key, 3, demo.staff)
    assert [row.identifier for row in codes_of(change)] == ["aaa00001", "bbb00002", "ccc00003"]
    [line] = history_of(Code.objects.get(identifier="ccc00003"))
    assert (line.old_scm, line.new_scm, line.new_status) == ({"lot": "A"}, {"lot": "B7"}, None)


@pytest.mark.parametrize("key", ["extended_id", "lot"])
def test_what_a_code_of_a_cancelled_workorder_cannot_get_is_told_with_its_value(committed_demo: Demo, key: str) -> None:
    gone = some_codes(committed_demo.staff, "gone-0001", activation_status=2, blacklist_reason=9, scm_data={"lot": "A"})
    Workorder.objects.filter(pk=gone.pk).update(state=Workorder.State.CANCELLED)
    name = {"extended_id": "gone-0001", "lot": "A"}[key]
    row = f"{key},activation_status,blacklist_reason\n{name},"
    for cells, wrong in (
        ("0,\n", ("activation_status", "0", "invalid_activation_status_error")),
        ("2,4\n", ("blacklist_reason", "4", "invalid_scm_field_error")),
        (",3\n", ("blacklist_reason", "3", "invalid_scm_field_error")),
    ):
        record = changed(committed_demo.staff, row + cells, data_key=key)
        assert errors(record) == [(2, *wrong)]
        assert "Its workorder was cancelled, which blacklisted it for good." in record.errors.get().message
    record = changed(
        committed_demo.staff, f"{key},colour\n{name},B\n", default_scm_data={"activation_status": 1}, data_key=key
    )
    assert errors(record) == [(2, "activation_status", "1", "invalid_activation_status_error")]


def test_every_wrong_row_is_listed_in_one_go_and_nothing_changes(committed_demo: Demo) -> None:
    demo = committed_demo
    ids = [f"code-{number:04d}" for number in range(20)]
    some_codes(demo.staff, *ids)
    gone = some_codes(demo.staff, "gone-0001", activation_status=2, blacklist_reason=9)
    Workorder.objects.filter(pk=gone.pk).update(state=Workorder.State.CANCELLED)
    some_codes(demo.other_staff, "foreign-1")
    record = changed(
        demo.staff,
        "id,activation_status,blacklist_reason,product\n"
        "code-0001,1,,\n"
        "code-0001,2,,\n"  # 3: again
        "code-9999,1,,\n"  # 4: none such
        "foreign-1,1,,\n"  # 5: another company's
        "code 0002,1,,\n"  # 6: a space
        ",1,,\n"  # 7
        "code-0003,yes,,\n"  # 8
        "code-0004,,11,\n"  # 9
        "code-0005,1,4,\n"  # 10: active, with a reason
        "code-0006,,4,\n"  # 11: the code is not blacklisted
        "code-0007,,,sku9\n"  # 12
        "gone-0001,1,,\n"  # 13
        "code-0008,1,\n"  # 14: too few
        "short,1,,\n",  # 15
    )
    assert errors(record) == [
        (3, "id", "code-0001", "duplicate_id_error"),
        (4, "id", "code-9999", "code_not_found_error"),
        (5, "id", "foreign-1", "code_not_found_error"),
        (6, "id", "code 0002", "code_not_found_error"),
        (7, "id", "", "missing_id_error"),
        (8, "activation_status", "yes", "invalid_activation_status_error"),
        (9, "blacklist_reason", "11", "invalid_scm_field_error"),
        (10, "blacklist_reason", "4", "invalid_scm_field_error"),
        (11, "blacklist_reason", "4", "invalid_scm_field_error"),
        (12, "product", "sku9", "product_not_found_error"),
        (13, "activation_status", "1", "invalid_activation_status_error"),
        (14, "", "code-0008,1,", "invalid_row_error"),
        (15, "id", "short", "code_not_found_error"),
    ]
    said = {error.row: error.message for error in record.errors.all()}
    assert said[4] == "The company has no such code."
    assert said[6] == "The company has no such code. Character 5 is space."
    assert said[11] == (
        "The SCM field cannot be stored. A blacklist reason goes with activation status 2 (blacklisted) alone, which"
        " neither the row nor the code has."
    )
    assert said[13] == (
        "The code cannot get this activation status. Its workorder was cancelled, which blacklisted it for good."
    )
    assert record.status == "error"
    assert record.result_data["error_counts"]["code_not_found_error"] == 4
    [named] = [each["code_not_found_error"] for each in record.result_data["errors"] if "code_not_found_error" in each]
    assert sorted(named) == ["code 0002", "code-9999", "foreign-1", "short"]
    assert not Change.objects.exists()
    assert not CodeChange.objects.exists()
    assert not Code.objects.filter(identifier__in=ids).exclude(activation_status=0).exists()
    assert Code.objects.get(identifier="gone-0001").activation_status == 2


def test_codes_that_have_their_values_are_counted_and_warned_of(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002", "ccc00003", activation_status=1)
    record = changed(committed_demo.staff, "id,activation_status\nccc00003,1\nbbb00002,2\naaa00001,1\n")
    assert record.result_data == {"codes_affected": 1, "codes_unchanged": 2}
    [warning] = record.warnings
    assert [warning[name] for name in ("warning", "row", "column", "value", "count")] == [
        "no_change_warning",
        2,
        "id",
        "ccc00003",
        2,
    ]
    assert CodeChange.objects.count() == 1
    again = changed(committed_demo.staff, "id,activation_status\nccc00003,1\nbbb00002,2\naaa00001,1\n")
    assert (again.status, again.result_data) == ("completed", {"codes_affected": 0, "codes_unchanged": 3})
    assert CodeChange.objects.count() == 1


@pytest.mark.parametrize("filetype", ["csv", "json", "xlsx", "csv.gz"])
def test_every_type_of_file_changes_codes(committed_demo: Demo, filetype: str) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002")
    rows = [["extended_id", "activation_status", "lot"], ["aaa00001", "1", "B7"], ["bbb00002", "2", ""]]
    if filetype == "xlsx":
        data = a_sheet(rows)
    elif filetype == "json":
        data = json.dumps([dict(zip(rows[0], row, strict=True)) for row in rows[1:]]).encode()
    else:
        data = "".join(",".join(row) + "\n" for row in rows).encode()
    if filetype == "csv.gz":
        data = gzip.compress(data)
    record = changed(committed_demo.staff, data, filetype.removesuffix(".gz"))
    assert (record.status, record.result_data) == ("completed", {"codes_affected": 2, "codes_unchanged": 0})
    assert values_of("aaa00001") == (None, 1, 0, {"lot": "B7"})
    assert values_of("bbb00002") == (None, 2, 0, {})


def test_null_removes_a_field_and_an_empty_text_does_not(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002", "ccc00003", scm_data={"lot": "A", "size": "L"})
    rows: list[dict[str, Any]] = [
        {"id": "aaa00001", "lot": None, "size": ""},
        {"extended_id": "bbb00002", "size": "M", "lot": ""},
        {"size": None, "lot": None, "id": "ccc00003"},
    ]
    record = changed(committed_demo.staff, json.dumps(rows), "json")
    assert (record.status, errors(record)) == ("completed", [])
    assert values_of("aaa00001")[3] == {"size": "L"}
    assert values_of("bbb00002")[3] == {"lot": "A", "size": "M"}
    assert values_of("ccc00003")[3] == {}


def test_an_attribute_cannot_be_removed(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    row = {"id": "aaa00001", "activation_status": None, "product": None, "blacklist_reason": None}
    record = changed(committed_demo.staff, json.dumps([row]), "json")
    assert sorted(errors(record)) == [
        (1, "activation_status", "null", "invalid_activation_status_error"),
        (1, "blacklist_reason", "null", "invalid_scm_field_error"),
        (1, "product", "null", "product_not_found_error"),
    ]


@pytest.mark.parametrize("option", [True, False])
@pytest.mark.parametrize("cell", ["<empty>", "<EMPTY>", " <Empty> "])
def test_a_marked_cell_removes_a_field_where_the_option_says_so(committed_demo: Demo, option: bool, cell: str) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002", scm_data={"lot": "A", "size": "L"})
    record = changed(committed_demo.staff, f"id,lot\naaa00001,{cell}\nbbb00002,B\n", empty_marker=option)
    assert record.status == "completed"
    assert values_of("aaa00001")[3] == ({"size": "L"} if option else {"lot": cell, "size": "L"})
    assert values_of("bbb00002")[3] == {"lot": "B", "size": "L"}


def test_a_default_fills_what_rows_leave_empty(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002", scm_data={"lot": "A"})
    defaults = {"activation_status": 1, "lot": "B", "product": "sku1"}
    record = changed(committed_demo.staff, "id,lot\naaa00001,C\nbbb00002,\n", default_scm_data=defaults)
    assert record.result_data == {"codes_affected": 2, "codes_unchanged": 0}
    assert values_of("aaa00001") == ("sku1", 1, 0, {"lot": "C"})
    assert values_of("bbb00002") == ("sku1", 1, 0, {"lot": "B"})


def test_workorders_name_all_of_their_codes(committed_demo: Demo) -> None:
    first = some_codes(committed_demo.staff, "aaa00001", "aaa00002")
    second = some_codes(committed_demo.staff, "bbb00001", "bbb00002", "bbb00003")
    some_codes(committed_demo.staff, "ccc00001")
    record = changed(
        committed_demo.staff, f"workorder,activation_status,blacklist_reason\n{first.pk},1,\n{second.reference},2,3\n"
    )
    assert (record.status, errors(record)) == ("completed", [])
    assert record.result_data == {"codes_affected": 5, "codes_unchanged": 0}
    assert [values_of(each)[1:3] for each in ("aaa00002", "bbb00003", "ccc00001")] == [(1, 0), (2, 3), (0, 0)]


def test_wrong_workorders_are_reported(committed_demo: Demo) -> None:
    first = some_codes(committed_demo.staff, "aaa00001", "aaa00002")
    foreign = some_codes(committed_demo.other_staff, "zzz00001")
    record = changed(
        committed_demo.staff,
        f"workorder,activation_status,blacklist_reason\n{first.pk},1,\n{first.reference},2,\n{foreign.pk},1,\nnone,1,\n",
    )
    assert errors(record) == [
        (3, "workorder", first.reference, "duplicate_id_error"),
        (4, "workorder", str(foreign.pk), "code_not_found_error"),
        (5, "workorder", "none", "code_not_found_error"),
    ]


def test_one_row_that_forbids_itself_for_many_codes_is_one_error(committed_demo: Demo) -> None:
    first = some_codes(committed_demo.staff, "aaa00001", "aaa00002")
    record = changed(committed_demo.staff, f"workorder,blacklist_reason\n{first.pk},4\n")
    [error] = record.errors.all()
    assert (error.row, error.column, error.value) == (2, "blacklist_reason", "4")
    assert error.message.endswith("has. It is so with 2 of its codes, aaa00001 is one of them.")


def test_serial_numbers_name_codes_of_workorders_that_have_them(committed_demo: Demo) -> None:
    plain = some_codes(committed_demo.staff, "aaa00001", "aaa00002")
    numbered = some_codes(committed_demo.staff, "bbb00001", "bbb00002")
    Workorder.objects.filter(pk=numbered.pk).update(use_serial_number=True)
    record = changed(committed_demo.staff, "serial_number,activation_status\n0000000002,1\n")
    assert (record.status, record.result_data["codes_affected"]) == ("completed", 1)
    assert [values_of(each)[1] for each in ("aaa00002", "bbb00002")] == [0, 1]
    Workorder.objects.filter(pk=plain.pk).update(use_serial_number=True)
    record = changed(committed_demo.staff, "serial_number,activation_status\n2,0\nx,1\n77,1\n02,1\n")
    assert errors(record) == [
        (2, "serial_number", "2", "ambiguous_key_error"),
        (3, "serial_number", "x", "code_not_found_error"),
        (4, "serial_number", "77", "code_not_found_error"),
        (5, "serial_number", "2", "duplicate_id_error"),
    ]
    record = changed(committed_demo.staff, "serial_number,activation_status\n2,0\n", many=True)
    assert record.result_data == {"codes_affected": 1, "codes_unchanged": 1}


def test_a_field_names_codes_by_its_value(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", scm_data={"pallet": 'p\\1 "x"'})
    some_codes(committed_demo.staff, "bbb00001", "bbb00002", scm_data={"pallet": "p2"})
    some_codes(committed_demo.other_staff, "zzz00001", scm_data={"pallet": "p3"})
    file = 'pallet,activation_status\n"p\\1 ""x""",1\np2,1\n'
    record = changed(committed_demo.staff, file, data_key="pallet")
    [error] = record.errors.all()
    assert (error.row, error.column, error.value, error.error) == (3, "pallet", "p2", "ambiguous_key_error")
    assert error.message == "What names the code fits several. It fits 2 codes, bbb00001 is one of them."
    record = changed(committed_demo.staff, file, data_key="pallet", many=True)
    assert record.result_data == {"codes_affected": 3, "codes_unchanged": 0}
    assert values_of("aaa00001")[1] == 1
    record = changed(committed_demo.staff, "pallet,lot\np3,1\n", data_key="pallet")
    assert errors(record) == [(2, "pallet", "p3", "code_not_found_error")]


@pytest.mark.parametrize(
    ("header", "name", "meant"),
    [
        ("id,activation_staus", "activation_staus", "It looks like `activation_status`."),
        ("id,status", "status", "It looks like `activation_status`."),
        ("id,sku", "sku", "It looks like `product`."),
        ("id,palet_number", "palet_number", "It looks like `pallet_number`."),
        ("extended_id,id", "id", "The column `extended_id` names the codes already"),
        ("id,serial_number", "serial_number", "The serial number of a code does not change."),
        ("id,workorder", "workorder", "The workorder of a code does not change."),
        ("id,Bad Key", "Bad Key", "`bad_key` would be right."),
        ("id,Status", "Status", "It looks like `activation_status`. Rename it,"),
        ("id,SKU", "SKU", "It looks like `product`. Rename it,"),
        ("id,Reason", "Reason", "It looks like `blacklist_reason`. Rename it,"),
        ("id,Serial Number", "Serial Number", "The serial number of a code does not change."),
        (
            "id,Updated At",
            "Updated At",
            "It is a column of an export, which no change sets. Leave it out, or name it in",
        ),
        ("extended_id,ID", "ID", "The column `extended_id` names the codes already; leave this one out."),
        *(
            ("id," + name, name, "It is a column of an export, which no change sets. Leave it out, or name it in")
            for name in (*UNSET, "sequence", "batch")
        ),
    ],
)
def test_a_name_that_looks_like_a_known_one_is_refused(
    committed_demo: Demo, header: str, name: str, meant: str
) -> None:
    some_codes(committed_demo.staff, "aaa00001", scm_data={"pallet_number": "1"})
    record = changed(committed_demo.staff, f"{header}\naaa00001,1\n")
    [error] = record.errors.all()
    assert (error.row, error.column, error.error) == (1, name, "invalid_scm_field_error")
    assert meant in error.message


@pytest.mark.parametrize(("most", "wrong"), [(624, ["palet_number", "cartn_number"]), (623, ["palet_number"])])
@pytest.mark.parametrize("filetype", ["csv", "json"])
def test_names_are_compared_once_each_and_so_often_and_no_more(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch, filetype: str, most: int, wrong: list[str]
) -> None:
    some_codes(committed_demo.staff, "aaa00001", scm_data={"pallet_number": "1", "carton_number": "1"})
    monkeypatch.setattr(change_names, "MOST_COMPARED", most)  # a name of 12 characters with two of 13 is 312
    file = {
        "csv": "id,palet_number,cartn_number\naaa00001,1,1\n",
        "json": '[{"id": "aaa00001", "palet_number": "1", "cartn_number": "1"}]',
    }[filetype]
    record = changed(committed_demo.staff, file, filetype=filetype)
    assert [error.column for error in record.errors.order_by("pk")] == wrong


def said_of_names(record: IngestionRecord) -> dict[str, str]:
    """What is said of each name in the header of a refused file."""
    return {error.column: error.detail for error in record.errors.filter(row=1)}


def test_part_of_an_export_says_of_each_column_what_to_do(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", scm_data={"lot": "A", "reference": "r"})
    header = [*(name for name in COLUMNS if name != "last_scan_at"), "lot", "scm_reference"]
    cells = {"extended_id": "aaa00001", "sku": "sku2", "activation_status": "1", "lot": "B", "scm_reference": "s"}
    cells |= {"product": "The product's name", "workorder": "1", "url": "https://a.example/aaa00001"}
    data = "".join(",".join(row) + "\n" for row in (header, [cells.get(name, "") for name in header]))
    said = said_of_names(changed(committed_demo.staff, data))
    assert said.keys() == {*UNSET, "serial_number", "workorder", "sku", "scm_reference"} - {"last_scan_at"}
    assert said["sku"] == (
        "It is the field's name that is wrong. In an export, `product` is a product's name. Leave that column out and"
        " rename this one `product`, or name it in the option `columns` of a file if that is its name."
    )
    assert said["reference"] == (
        "It is the field's name that is wrong. It is a column of an export, which has the SCM field as `scm_reference`."
        " Leave this one out and rename that."
    )
    assert "It looks like `reference`. Rename it, or" in said["scm_reference"]
    assert values_of("aaa00001")[3] == {"lot": "A", "reference": "r"}
    columns = dict.fromkeys(said.keys() | {"product"}, "") | {"sku": "product", "scm_reference": "reference"}
    record = changed(committed_demo.staff, data, columns=columns)
    assert (record.status, record.warnings) == ("completed", [])
    assert values_of("aaa00001") == ("sku2", 1, 0, {"lot": "B", "reference": "s"})


FORMULAS = {
    "a": "=1+1",
    "b": "'=1+1",
    "c": "''-5",
    "d": " +49 40",
    "reference": "@home",
    "scm_url": "x",
    "url": 'a"b\ny',
}


@pytest.mark.parametrize(
    ("form", "guarded"), [("csv", False), ("csv", True), ("xlsx", False)], ids=["csv", "guarded", "xlsx"]
)
@pytest.mark.parametrize("data_key", ["", "serial_number"])
def test_an_export_that_comes_back_as_it_is_changes_nothing(
    committed_demo: Demo, form: str, guarded: bool, data_key: str
) -> None:
    product = committed_demo.company.products.get(sku="sku1")
    first = some_codes(committed_demo.staff, "-aa00001", product=product, scm_data=FORMULAS)
    Workorder.objects.filter(pk=first.pk).update(use_serial_number=True)
    Code.objects.filter(workorder=first).update(activation_status=2, blacklist_reason=9)
    data = content(exported(committed_demo.staff, form, neutralise_formulas=guarded))
    record = changed(committed_demo.staff, data, form, data_key=data_key)
    assert errors(record) == []
    assert record.result_data == {"codes_affected": 0, "codes_unchanged": 1}
    assert values_of("-aa00001") == ("sku1", 2, 9, FORMULAS)
    marked = {each["warning"]: each["message"] for each in record.warnings}
    assert marked.pop("export_columns_warning").endswith(
        "These are left out: product, updated_by, updated_at, activated_by, activated_at, scan_count, first_scan_at,"
        " last_scan_at, reference, url."
    )


@pytest.mark.parametrize("data_key", ["", "serial_number"])
def test_a_code_keeps_an_archived_product_that_no_other_code_gets(committed_demo: Demo, data_key: str) -> None:
    products = {product.sku: product for product in committed_demo.company.products.all()}
    first = some_codes(committed_demo.staff, "aaa00001", "bbb00002", product=products["sku1"], scm_data={"lot": "A"})
    Workorder.objects.filter(pk=first.pk).update(use_serial_number=True)
    Code.objects.filter(identifier="bbb00002").update(product=products["sku2"])
    Product.objects.filter(sku="sku1").update(is_archived=True)
    data = content(exported(committed_demo.staff)).decode()
    record = changed(committed_demo.staff, data.replace(",A", ",B"), data_key=data_key)
    assert (errors(record), record.result_data) == ([], {"codes_affected": 2, "codes_unchanged": 0})
    assert values_of("aaa00001") == ("sku1", 0, 0, {"lot": "B"})
    assert values_of("bbb00002") == ("sku2", 0, 0, {"lot": "B"})

    record = changed(committed_demo.staff, data.replace("sku2", "sku1"), data_key=data_key)
    assert errors(record) == [(3, "product", "sku1", "product_not_found_error")]
    [error] = record.errors.all()
    assert "The product is hidden, and the code has another one." in error.message
    assert values_of("bbb00002") == ("sku2", 0, 0, {"lot": "B"})


def test_what_is_changed_in_an_export_changes_alone(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002", scm_data={"phone": "+49 40", "reference": "-r"})
    data = content(exported(committed_demo.staff, neutralise_formulas=True)).decode()
    lines = data.splitlines(keepends=True)
    assert lines[0].endswith(",url,phone,scm_reference,apostrophes (ignored)\n")
    lines[2] = (
        lines[2].replace("'+49 40,'-r,", "'+49 41,'-s,").replace("bbb00002,,,,0,", "bbb00002,,ignored,sku3,1,", 1)
    )
    record = changed(committed_demo.staff, "".join(lines))
    assert (errors(record), record.result_data) == ([], {"codes_affected": 1, "codes_unchanged": 1})
    assert values_of("aaa00001") == (None, 0, 0, {"phone": "+49 40", "reference": "-r"})
    assert values_of("bbb00002") == ("sku3", 1, 0, {"phone": "+49 41", "reference": "-s"})


def test_a_guarded_export_keeps_its_texts_without_most_of_its_columns(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", scm_data={"phone": "1"})
    mark = "apostrophes (ignored)"
    record = changed(committed_demo.staff, f"extended_id;phone;{mark}\naaa00001;'+49 40;\n")
    assert (errors(record), record.warnings) == ([], [])
    assert values_of("aaa00001")[3] == {"phone": "+49 40"}
    saved = a_sheet([["extended_id", "phone", mark], ["aaa00001", "'-1"]])
    assert changed(committed_demo.staff, saved, "xlsx").status == "completed"
    assert values_of("aaa00001")[3] == {"phone": "-1"}
    record = changed(committed_demo.staff, "extended_id,phone\naaa00001,'+49 41\n")
    assert values_of("aaa00001")[3] == {"phone": "'+49 41"}
    assert [each["warning"] for each in record.warnings] == ["spreadsheet_mark_warning"]


def test_the_rows_of_a_refused_export_come_back_without_its_apostrophes(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002", scm_data={"phone": "+49 40"})
    data = content(exported(committed_demo.staff, neutralise_formulas=True)).decode()
    record = changed(committed_demo.staff, data.replace("'+49 40", "'+49 41").replace("bbb00002,,,,0", "bbb00002,,,,7"))
    assert errors(record) == [(3, "activation_status", "7", "invalid_activation_status_error")]
    given_back = b"".join(stream_rows_with_errors(record)).decode()
    assert given_back.count("'+49 41") == 2
    record = changed(committed_demo.staff, given_back.replace('"7"', '"1"'))
    assert (errors(record), record.result_data) == ([], {"codes_affected": 2, "codes_unchanged": 0})
    assert values_of("bbb00002") == (None, 1, 0, {"phone": "+49 41"})


@pytest.mark.parametrize(
    ("fields", "changes"),
    [
        ({"reference"}, {"reference": "x"}),
        ({"scm_reference"}, {"scm_reference": "x"}),
        ({"reference", "scm_reference"}, {}),
    ],
)
def test_a_field_that_is_called_as_a_column_gets_its_name_back_where_that_is_clear(
    committed_demo: Demo, fields: set[str], changes: dict[str, str]
) -> None:
    some_codes(committed_demo.staff, "zzz00009", scm_data=dict.fromkeys(fields, "known"))
    some_codes(committed_demo.staff, "aaa00001", scm_data={"lot": "1"})
    header = [*COLUMNS, "scm_reference"]
    cells = {"extended_id": "aaa00001", "scm_reference": "x"}
    record = changed(committed_demo.staff, f"{','.join(header)}\n{','.join(cells.get(name, '') for name in header)}\n")
    assert errors(record) == []
    assert values_of("aaa00001")[3] == {"lot": "1"} | changes


def test_columns_of_exports_serve_where_codes_have_such_fields_or_the_upload_says_so(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", scm_data={"batch": "1", "reference": "r"})
    file = "id,batch,reference,url\naaa00001,2,s,x\n"
    record = changed(committed_demo.staff, file, columns={"url": "url"})
    assert (record.status, values_of("aaa00001")[3]) == ("completed", {"batch": "2", "reference": "s", "url": "x"})


def test_a_name_can_be_given_by_columns_and_a_new_one_is_stored_silently(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", scm_data={"lot_1": "1"})
    columns = {"status": "status", "Old": "lot_2"}
    record = changed(committed_demo.staff, "id,status,Old,lot_1,colour\naaa00001,x,y,z,w\n", columns=columns)
    assert (record.status, errors(record)) == ("completed", [])
    assert values_of("aaa00001")[3] == {"status": "x", "lot_2": "y", "lot_1": "z", "colour": "w"}
    assert [(each["warning"], each["column"]) for each in record.warnings] == [("unknown_column_warning", "status")]


def test_a_file_without_a_key_is_refused_whole(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    for parameters, said in (({}, "None of its columns names the codes."), ({"data_key": "lot"}, "no column `lot`")):
        record = changed(committed_demo.staff, "code,activation_status\naaa00001,1\n", **parameters)
        [error] = record.errors.all()
        assert (error.row, error.error) == (None, "invalid_file_error")
        assert said in error.detail


@pytest.mark.parametrize("filetype", ["csv", "xlsx"])
@pytest.mark.parametrize("behind", ["workorder", "serial_number"])
@pytest.mark.parametrize("before", ["code", "note,colour", ""])
def test_a_workorder_or_serial_number_behind_another_column_names_no_codes(
    committed_demo: Demo, behind: str, before: str, filetype: str
) -> None:
    made = some_codes(committed_demo.staff, "aaa00001", "aaa00002")
    Workorder.objects.filter(pk=made.pk).update(use_serial_number=True)
    key = str(made.pk) if behind == "workorder" else "1"
    rows = [
        [*before.split(","), behind, "activation_status"],
        [*("x" if before else "" for _ in before.split(",")), key, "2"],
    ]
    data = a_sheet(rows) if filetype == "xlsx" else "".join(",".join(row) + "\n" for row in rows)
    record = changed(committed_demo.staff, data, filetype)
    if not before:  # a column without name or content says nothing
        assert record.status == "completed"
        return
    [error] = record.errors.all()
    assert error.detail == (
        f"Its first column is `{rows[0][0]}`, which names no codes. `{behind}` does so as the first column alone: put"
        f" it first, or write `{behind}` into the option `data_key`, if its rows are to change the codes that it names;"
        " else add a column `extended_id`."
    )
    assert values_of("aaa00001")[1] == 0
    record = changed(committed_demo.staff, data, filetype, data_key=behind)
    assert (record.status, values_of("aaa00001")[1]) == ("completed", 2)


@pytest.mark.parametrize("name", ["extended_id", "id"])
def test_an_id_names_codes_at_any_place(committed_demo: Demo, name: str) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    record = changed(committed_demo.staff, f"note,{name},activation_status\nx,aaa00001,1\n")
    assert (record.status, values_of("aaa00001")[1]) == ("completed", 1)


@pytest.mark.parametrize(
    ("header", "key", "said"),
    [
        ("Extended_ID,note", "", ' the file again with `"columns": {"Extended_ID": "extended_id"}`.'),
        (
            "note,ID",
            "",
            ' `id`? Rename it, or upload the file again with `"columns": {"ID": "id"}`.',
        ),
        ("Serial Number,note", "", " Is it `Serial Number` that should be named `serial_number`?"),
        ("Workorder,note", "", " Is it `Workorder` that should be named `workorder`?"),
        ("note,code", "", " Is it `code` that should be named `extended_id`?"),
        ("note,Lot", "lot", " Is it `Lot` that should be named `lot`?"),
        ("Code,Lot", "lot", " Is it `Lot` that should be named `lot`?"),
        ("code,note", "lot", "only: code, note, activation_status."),
        ("note,ID", "extended_id", " Is it `ID` that should be named `extended_id`?"),
        ("SerialNo,Serial number", "serial_number", " Is it `Serial number` that should be named `serial_number`?"),
        ("a,b", "", "it has only: a, b, activation_status."),
    ],
)
def test_a_key_spelt_otherwise_is_named_as_it_should_be(committed_demo: Demo, header: str, key: str, said: str) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    record = changed(committed_demo.staff, f"{header},activation_status\nx,y,1\n", data_key=key)
    assert record.errors.get().detail.endswith(said)


def test_a_header_in_capitals_is_told_with_the_option_that_reads_it(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", scm_data={"lot": "A"})
    file = "Extended_ID,Activation_Status,Lot\naaa00001,1,B\n"
    columns = {"Extended_ID": "extended_id", "Activation_Status": "activation_status", "Lot": "lot"}
    assert (
        changed(committed_demo.staff, file)
        .errors.get()
        .detail.endswith(
            "Is it `Extended_ID` that should be named `extended_id`? Likewise `Activation_Status` should be"
            " `activation_status`, `Lot` should be `lot`. Rename them, or upload the file again with"
            f' `"columns": {json.dumps(columns)}`.'
        )
    )
    assert changed(committed_demo.staff, file, columns=columns).status == "completed"
    assert values_of("aaa00001") == (None, 1, 0, {"lot": "B"})


def test_the_row_that_looks_like_the_header_of_changes_is_named(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    data = "Codes to activate\n\nserial_number;activation_status\n1;1\n"
    detail = changed(committed_demo.staff, data).errors.get().detail
    assert detail.endswith(' Row 3 looks like the header; upload it with `"header_row": 3`.')


def test_objects_settle_the_key_when_one_has_it(committed_demo: Demo) -> None:
    made = some_codes(committed_demo.staff, "aaa00001", "aaa00002")
    Workorder.objects.filter(pk=made.pk).update(use_serial_number=True)
    rows = [{"activation_status": 1}, {"activation_status": 1, "serial_number": "1"}, {"serial_number": "77"}]
    record = changed(committed_demo.staff, json.dumps([*rows, {"activation_status": 1}]), "json")
    assert errors(record) == [
        (1, "extended_id", "", "missing_id_error"),
        (3, "serial_number", "77", "code_not_found_error"),
        (4, "serial_number", "", "missing_id_error"),
    ]
    record = changed(committed_demo.staff, json.dumps(rows[1:2]), "json")
    assert (record.status, values_of("aaa00001")[1]) == ("completed", 1)
    record = changed(committed_demo.staff, json.dumps([{"activation_status": 1}, {"lot": "x"}]), "json")
    assert errors(record) == [(row, "extended_id", "", "missing_id_error") for row in (1, 2)]


def test_a_key_that_is_mapped_serves(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    for filetype in ("csv", "xlsx"):
        rows = [["note", "Code"], ["x" + filetype, "aaa00001"]]
        data = a_sheet(rows) if filetype == "xlsx" else "note,Code\nxcsv,aaa00001\n"
        record = changed(committed_demo.staff, data, filetype, columns={"Code": "extended_id"})
        assert record.status == "completed", errors(record)
        assert values_of("aaa00001")[3] == {"note": f"x{filetype}"}


def test_gs1_ids_are_found_in_any_spelling(committed_demo: Demo) -> None:
    ingested(committed_demo.staff, "id\n/01/09506000134352/21/A1\n", id_format="gs1")
    record = changed(committed_demo.staff, "id,activation_status\nhttps,1\n/01/09506000134352/21/A1,1\n")
    assert errors(record) == [(2, "id", "https", "code_not_found_error")]
    for parameters in ({}, {"id_format": "gs1"}):
        record = changed(committed_demo.staff, "id,lot\n/01/09506000134352/21/A1,x\n", **parameters)
        assert record.status == "completed"


def test_rows_with_errors_come_back_and_correct_themselves(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002")
    record = changed(committed_demo.staff, "extended_id;product\naaa00001;sku1\nbbb00002;sku-2\n")
    back = b"".join(stream_rows_with_errors(record)).decode()
    assert '"product: No product of the company' in back
    again = changed(committed_demo.staff, back.replace("sku-2", "sku2"))
    assert again.result_data == {"codes_affected": 2, "codes_unchanged": 0}
    assert values_of("bbb00002")[0] == "sku2"


AS_TEXT = "Format the column as text and enter it again."
LONG = "8712345678901234"


@pytest.mark.parametrize(
    ("stored", "form", "wrong", "detail"),
    [
        (LONG, "0", LONG, f"It is a number of more digits than the 15 that a spreadsheet keeps. {AS_TEXT}"),
        ("12", "00000", "12", f"Its format shows 00012, but the number is 12 without zeros. {AS_TEXT}"),
        ("", "", "#N/A", "This cell holds an error of Excel's, such as #N/A; mend its formula, or enter the value."),
    ],
)
@pytest.mark.parametrize("key", ["pallet", "workorder"])
def test_a_text_as_key_has_the_faults_of_any_other_in_a_workbook(
    committed_demo: Demo, key: str, stored: str, form: str, wrong: str, detail: str
) -> None:
    some_codes(committed_demo.staff, "aaa00001", scm_data={"pallet": wrong})
    if key == "workorder":
        Workorder.objects.update(reference=wrong)
    cell = f'<c r="A2" s="1"><v>{stored}</v></c>' if stored else '<c r="A2" t="e"><v>#N/A</v></c>'
    rows = rows_of(text("A1", key) + text("B1", "activation_status"), cell + text("B2", "2"))
    record = changed(committed_demo.staff, workbook(rows, formats=(form,)), "xlsx", data_key=key, many=True)
    assert [(error.row, error.column, error.value, error.error, error.detail) for error in record.errors.all()] == [
        (2, key, wrong, "invalid_row_error", detail)
    ]
    assert values_of("aaa00001")[1] == 0


@pytest.mark.parametrize(
    ("stored", "form", "kept"), [("46000", "d-mmm", "2025-12-09"), ("1234", "#,##0", "1234"), ("0.5", "0%", "0.5")]
)
def test_a_key_shown_in_another_form_is_warned_of(committed_demo: Demo, stored: str, form: str, kept: str) -> None:
    some_codes(committed_demo.staff, "aaa00001", scm_data={"packed": kept})
    rows = rows_of(
        text("A1", "packed") + text("B1", "activation_status"), f'<c r="A2" s="1"><v>{stored}</v></c>' + text("B2", "2")
    )
    record = changed(committed_demo.staff, workbook(rows, formats=(form,)), "xlsx", data_key="packed")
    assert (record.status, values_of("aaa00001")[1]) == ("completed", 2)
    assert [(each["warning"], each["row"], each["column"], each["value"]) for each in record.warnings] == [
        ("shown_otherwise_warning", 2, "packed", kept)
    ]


def test_serial_numbers_in_a_workbook_may_show_zeros(committed_demo: Demo) -> None:
    made = some_codes(committed_demo.staff, "aaa00001", "aaa00002")
    Workorder.objects.filter(pk=made.pk).update(use_serial_number=True)
    rows = rows_of(
        text("A1", "serial_number") + text("B1", "activation_status"), '<c r="A2" s="1"><v>2</v></c>' + text("B2", "1")
    )
    record = changed(committed_demo.staff, workbook(rows, formats=("0000000000",)), "xlsx")
    assert (record.status, record.warnings, values_of("aaa00002")[1]) == ("completed", [], 1)


@pytest.mark.parametrize(
    ("identifier", "options", "said"),
    [
        ("https://qr.example/bottle-1001", {}, "It is a URL; its id is `bottle-1001`."),
        ("https://qr.example/b/bottle-1001/", {}, "It is a URL; its id is `bottle-1001`."),
        ("https://qr.example/?id=bottle-1001", {}, "It is a URL; its id is `bottle-1001`."),
        ("https://qr.example/01/09506000134352/21/A1", {}, "It is a URL; its id is `01/09506000134352/21/A1`."),
        (
            "https://qr.example/01/09506000134352/21/A1",
            {"id_format": "gs1"},
            "It is a URL; its id is `01/09506000134352/21/A1`.",
        ),
        (
            "https://qr.example/short",
            {},
            "It is a whole URL; leave out what stands before /01/, which is the URL prefix.",
        ),
        (
            "https://qr.example/bottle-1001",
            {"id_format": "gs1"},
            "It is a whole URL; leave out what stands before /01/, which is the URL prefix.",
        ),
    ],
)
def test_a_url_as_id_is_told_its_id(committed_demo: Demo, identifier: str, options: dict[str, str], said: str) -> None:
    record = changed(committed_demo.staff, f"extended_id,activation_status\n{identifier},1\n", **options)
    assert record.errors.get().message == f"The company has no such code. {said}"


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("blacklist_reason", "stolen", "Write 4 for stolen."),
        ("blacklist_reason", "Not Sold", "Write 8 for not sold."),
        ("blacklist_reason", "misprints", "Write 7 for misprint."),
        ("blacklist_reason", "4.0", "Write 4 for stolen."),
        ("blacklist_reason", "counterfeit", "Write 1 for counterfeits detected."),
        ("blacklist_reason", "11", "A blacklist reason is a number from 0 to 10."),
        ("activation_status", "blacklist", "The nearest is 2, blacklisted."),
        ("activation_status", "Inactiv", "The nearest is 0, inactive."),
        ("activation_status", "active", "Write 1 instead."),
    ],
)
def test_a_status_or_reason_in_words_is_told_its_number(
    committed_demo: Demo, column: str, cell: str, said: str
) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    record = changed(committed_demo.staff, f"id,{column}\naaa00001,{cell}\n")
    assert record.errors.get().detail.endswith(said)


@pytest.mark.parametrize("reason", [9, 10])
def test_a_reason_of_codeport_may_be_repeated_and_not_given(committed_demo: Demo, reason: int) -> None:
    some_codes(committed_demo.staff, "aaa00001", activation_status=2, blacklist_reason=reason)
    some_codes(committed_demo.staff, "bbb00002", activation_status=2, blacklist_reason=4)
    some_codes(committed_demo.staff, "ccc00003")
    header = "id,activation_status,blacklist_reason,lot\n"
    record = changed(
        committed_demo.staff, f"{header}aaa00001,2,{reason},B\nbbb00002,,{reason},\nccc00003,2,{reason},\n"
    )
    assert [(error.row, error.column, error.value) for error in record.errors.order_by("row")] == [
        (3, "blacklist_reason", str(reason)),
        (4, "blacklist_reason", str(reason)),
    ]
    said = {9: "workorder cancelled", 10: "maximum scan count exceeded"}[reason]
    [first, _] = record.errors.order_by("row")
    assert first.detail == f"The reason {reason} ({said}) is given by Codeport alone. Write one from 1 to 8."
    assert changed(committed_demo.staff, f"{header}aaa00001,2,{reason},B\n").status == "completed"
    assert values_of("aaa00001") == (None, 2, reason, {"lot": "B"})
    assert values_of("bbb00002") == (None, 2, 4, {})


@pytest.mark.parametrize("filetype", ["csv", "json"])
def test_the_word_that_removes_a_field_is_warned_of_where_no_option_says_so(
    committed_demo: Demo, filetype: str
) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002", "ccc00003", scm_data={"lot": "A", "note": "n"})
    rows = [("aaa00001", "B", "a<b"), ("bbb00002", "<empty>", "n"), ("ccc00003", " <EMPTY>", "n")]
    file = {
        "csv": "id,lot,note\n" + "".join(",".join(row) + "\n" for row in rows),
        "json": json.dumps([dict(zip(("id", "lot", "note"), row, strict=True)) for row in rows]),
    }[filetype]
    record = changed(committed_demo.staff, file, filetype)
    assert values_of("bbb00002")[3] == {"lot": "<empty>", "note": "n"}
    [warning] = record.warnings
    first = 3 if filetype == "csv" else 2
    told = {name: warning[name] for name in ("warning", "row", "column", "value", "count")}
    assert told == {
        "warning": "empty_marker_warning",
        "row": first,
        "column": "lot",
        "value": "<empty>",
        "count": 2,
    }


def some_fields(number: int, first: int = 0) -> dict[str, str]:
    return {f"f{at}": str(at) for at in range(first, first + number)}


def test_no_change_gives_a_code_more_fields_than_it_may_have(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002", "ccc00003", scm_data=some_fields(6000))
    some_codes(committed_demo.staff, "ddd00004")
    rows: list[dict[str, Any]] = [
        {"id": "aaa00001", **some_fields(4000, 6000)},  # so many as fit
        {"id": "bbb00002", **some_fields(4001, 6000)},
        {"id": "ccc00003", **some_fields(4001, 6000), "f0": None},
        {"id": "ddd00004", **some_fields(4001, 6000)},
    ]
    record = changed(committed_demo.staff, json.dumps(rows), "json")
    assert [(error.row, error.column, error.error, error.detail) for error in record.errors.all()] == [
        (2, "", "invalid_scm_field_error", "The code would have more than 10,000 SCM fields, the most that a code has.")
    ]
    assert not Change.objects.exists()
    del rows[1]
    assert changed(committed_demo.staff, json.dumps(rows), "json").status == "completed"
    assert [len(values_of(row["id"])[3]) for row in rows] == [10_000, 10_000, 4001]
    Code.objects.filter(identifier="aaa00001").update(scm_data=some_fields(10_002))  # as could be made before
    record = changed(
        committed_demo.staff, "id,f0,status\naaa00001,<empty>,\n", empty_marker=True, columns={"status": ""}
    )
    assert (record.status, len(values_of("aaa00001")[3])) == ("completed", 10_001)
    assert changed(committed_demo.staff, "id,f1\naaa00001,new\n").status == "completed"
    assert changed(committed_demo.staff, "id,f0\naaa00001,new\n").status == "error"


def test_an_export_of_too_many_fields_comes_back_too(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workorders.exports.survey.MOST_KEYS", 2)
    some_codes(committed_demo.staff, "aaa00001", "bbb00002", scm_data={"lot": "=1", "size": "L"})
    Code.objects.filter(identifier="bbb00002").update(scm_data={"a": "1", "b": "2", "size": "M"})
    data = content(exported(committed_demo.staff, neutralise_formulas=True))
    record = changed(committed_demo.staff, data)
    assert (errors(record), record.result_data) == ([], {"codes_affected": 0, "codes_unchanged": 2})
    assert record.warnings[0]["message"].endswith("reference, url, other_scm_data.")
