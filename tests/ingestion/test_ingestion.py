"""One file in, codes or errors out: what the contract says of a CSV upload, tried on real rows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from tests.support.demo import Demo
from tests.support.tokens import client_of
from tests.support.uploads import SPEC_EXAMPLE, assert_no_trace, errors, ingested, queued
from workorders.models import Code, Workorder


def test_the_specs_example_becomes_four_codes(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, SPEC_EXAMPLE)
    assert record.status == "completed"
    assert record.result_data == {"codes_created": 4, "duplicates_ignored": 0}
    workorder = record.workorder
    assert workorder is not None
    assert (workorder.quantity, workorder.type, workorder.url_prefix) == (4, "SID", "http://127.0.0.1:8000/c/demo/")
    codes = Code.objects.filter(workorder=workorder).order_by("sequence").select_related("product")
    assert [(code.identifier, code.sequence, code.product and code.product.sku, code.scm_data) for code in codes] == [
        ("abc12345", 1, "sku1", {"pallet_number": "pal1", "intended_market": "BE"}),
        ("def12345", 2, "sku1", {"pallet_number": "pal1", "intended_market": "NL"}),
        ("ghi12345", 3, "sku1", {"pallet_number": "pal2", "intended_market": "DE"}),
        ("jkl12345", 4, "sku1", {"pallet_number": "pal2", "intended_market": "FR"}),
    ]


def test_every_error_of_a_file_is_found_in_one_go(committed_demo: Demo) -> None:
    ingested(committed_demo.staff, "id\ntaken-before\n")
    first = Workorder.objects.get()
    record = ingested(
        committed_demo.staff,
        b"id,product,activation_status,pallet,Bad Key\n"
        b"good-one-1,sku1,1,p,\n"
        b"good-one-1,sku1,1,p,\n"  # 3: repeated
        b"taken-before,sku1,1,p,\n"  # 4: used by an earlier upload
        b"short,sku1,1,p,\n"  # 5
        b",sku1,1,p,\n"  # 6
        b"good-one-2,sku9,1,p,\n"  # 7
        b"good-one-3,sku1,yes,p,\n"  # 8
        b"good-one-4,sku1,1\n"  # 9: too few
        b"good-one-5,sku1,1,p,,,\n"  # 10: too many
        b'good-one-6,"sku1,1,p,\n'  # 11: a quote never closed
        b'good-one-7,"sku1"x,1,p,\n'  # 12: more after a closing quote
        b"good-one-8,sku1,1,\xff,\n"  # 13
        b"good-one-9,sku1,1,a\0b,\n"  # 14
        b"good-one-10,sku1,1," + b"v" * 1001 + b",\n"  # 15
        b'"good-one-11",sku1,1,"two\nlines",\n'  # 16, on two lines
        b"\n"  # 17, blank
        b"good-one-12,sku8,2,p,\n",  # 18
        url_prefix="https://codes.example.com/" + "x" * 178,
    )
    # With a prefix of 204 characters, 9 are left for the id.
    assert [entry for entry in errors(record) if entry[3] != "url_too_long_error"] == [
        (1, "Bad Key", "Bad Key", "invalid_scm_field_error"),
        (3, "id", "good-one-1", "duplicate_id_error"),
        (4, "id", "taken-before", "duplicate_id_error"),
        (5, "id", "short", "invalid_id_error"),
        (6, "id", "", "missing_id_error"),
        (7, "product", "sku9", "product_not_found_error"),
        (8, "activation_status", "yes", "invalid_activation_status_error"),
        (9, "", "good-one-4,sku1,1", "invalid_row_error"),
        (10, "", "good-one-5,sku1,1,p,,,", "invalid_row_error"),
        (11, "", 'good-one-6,"sku1,1,p,', "invalid_row_error"),
        (12, "", 'good-one-7,"sku1"x,1,p,', "invalid_row_error"),
        (13, "pallet", "\\xff", "invalid_row_error"),
        (14, "pallet", "a\\x00b", "invalid_row_error"),
        (15, "pallet", "v" * 200 + "…", "invalid_scm_field_error"),
        (18, "product", "sku8", "product_not_found_error"),
    ]
    too_long = [(row, value) for row, _column, value, kind in errors(record) if kind == "url_too_long_error"]
    assert too_long == [
        (2, "good-one-1"),
        (3, "good-one-1"),
        (4, "taken-before"),
        (7, "good-one-2"),
        (8, "good-one-3"),
        (15, "good-one-10"),
        (16, "good-one-11"),
        (18, "good-one-12"),
    ]
    counts = record.result_data["error_counts"]
    assert counts["invalid_row_error"] == 6
    assert counts["duplicate_id_error"] == 2
    assert {"duplicate_id_error": ["good-one-1", "taken-before"]} in record.result_data["errors"]
    assert record.status == "error"
    assert list(Workorder.objects.all()) == [first]
    assert Code.objects.count() == 1
    assert list(connection_dead_rows()) == [0]


def connection_dead_rows() -> list[int]:
    """How many pages the code table holds beyond its first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size('workorders_code') / 8192 - 1")
        return [int(value) for (value,) in cursor.fetchall()]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "It is empty."),
        (b"\n\n\n", "It does not begin with a header."),
        (b"id,product\n", "It has a header and no rows."),
        (b"id\n\n\n", "It has a header and no rows."),
        (b"sku,pallet\nabc12345,1\n", "Its header has no column `id`, only: sku, pallet."),
        (b"ID,product\nabc12345,sku1\n", "only: ID, product. Is it `ID` that should be named `id`?"),
        (
            b"id,pallet,pallet\nabc12345,1,2\n",
            "Its header has the column `pallet` more than once. Rename one, or leave it out.",
        ),
        ("id,product\nabc12345,sku1\n".encode("utf-32"), "It is in UTF-32; save it in UTF-8."),
        (b"\xff\xfei\0d\0\n\0a", "It says that it is in UTF-16, but is not; save it in UTF-8."),
        (b"id,caf\xe9\nabc12345,1\n", "Its header cannot be read: caf\\xe9"[:26]),
        (b"id," + b",".join(b"c%d" % number for number in range(10_005)) + b"\n", "Its header has 10,006 columns"),
        (b'"id\nabc12345\n', "A quote is opened and never closed."),
    ],
)
def test_a_file_without_a_usable_header_is_refused_with_the_reason(
    committed_demo: Demo, data: bytes, reason: str
) -> None:
    record = ingested(committed_demo.staff, data)
    assert record.result_data == {"errors": [{"invalid_file_error": []}], "error_counts": {"invalid_file_error": 1}}
    (error,) = record.errors.all()
    assert (error.row, error.column, error.error) == (None, "", "invalid_file_error")
    assert reason in error.detail
    assert_no_trace(record)


def test_a_cell_overrides_the_default_and_an_empty_one_takes_it(committed_demo: Demo) -> None:
    record = ingested(
        committed_demo.staff,
        "id,product,activation_status,updated_by\nrow-one-1,sku2,2,me\nrow-two-2,,,\n",
        default_scm_data={"product": "NICK1", "activation_status": 1, "updated_by": "warehouse_1", "lot": 7},
    )
    assert record.status == "completed"
    rows = Code.objects.order_by("sequence").values_list("product__sku", "activation_status", "scm_data")
    assert list(rows) == [
        ("sku2", 2, {"updated_by": "me", "lot": "7"}),
        ("NICK1", 1, {"updated_by": "warehouse_1", "lot": "7"}),
    ]


def test_an_identifier_is_kept_byte_for_byte(committed_demo: Demo) -> None:
    ids = ["00000001", "-_-_-_-_", "a" * 100, "ABCDEFGH", "abcdefgh", "1E+11".replace("+", "_") + "000"]
    record = ingested(committed_demo.staff, "id\r\n" + "\r\n".join(ids))
    assert record.status == "completed"
    assert list(Code.objects.order_by("sequence").values_list("identifier", flat=True)) == ids


@pytest.mark.parametrize("value", ["abc12345 ", " abc12345", "abc1234é", "abc12345\u200b", "a" * 101, "abc 12345"])
def test_an_identifier_with_anything_else_is_refused(committed_demo: Demo, value: str) -> None:
    record = ingested(committed_demo.staff, f"id\n{value}\n")
    assert record.result_data["error_counts"] == {"invalid_id_error": 1}
    assert_no_trace(record)


def test_scm_values_keep_quotes_backslashes_tabs_and_other_scripts(committed_demo: Demo) -> None:
    values = ['say "hi"', "back\\slash \\N \\t", "tab\there", "two\nlines", "中文 and é", "=cmd()", "{}"]
    rows = "".join(f'scm-{at:05d},"{value.replace(chr(34), chr(34) * 2)}"\n' for at, value in enumerate(values))
    record = ingested(committed_demo.staff, "id,note\n" + rows)
    assert record.status == "completed"
    assert [code.scm_data["note"] for code in Code.objects.order_by("sequence")] == values


def test_repeated_ids_are_ignored_when_asked_and_the_first_one_counts(committed_demo: Demo) -> None:
    record = ingested(
        committed_demo.staff,
        "id,lot\nsame-id-1,first\nother-id,a\nsame-id-1,second\n\nsame-id-1,third\nlast-one-1,b\n",
        allow_posted_duplicates=True,
    )
    assert record.result_data == {"codes_created": 3, "duplicates_ignored": 2}
    rows = Code.objects.order_by("sequence").values_list("identifier", "sequence", "scm_data__lot")
    assert list(rows) == [("same-id-1", 1, "first"), ("other-id", 2, "a"), ("last-one-1", 3, "b")]


def test_an_id_of_an_earlier_upload_is_refused_even_when_repeats_are_ignored(committed_demo: Demo) -> None:
    ingested(committed_demo.staff, "id\nsame-id-1\n")
    record = ingested(committed_demo.staff, "id\nnew-id-01\nsame-id-1\n", allow_posted_duplicates=True)
    assert errors(record) == [(3, "id", "same-id-1", "duplicate_id_error")]
    assert Code.objects.count() == 1


def test_an_id_taken_between_the_check_and_the_load_is_named(committed_demo: Demo) -> None:
    """The sample of 1,000 ids misses one taken id among many; the database refuses it and its row is named."""
    ingested(committed_demo.staff, "id\nid-0000500\n")
    ids = "".join(f"id-{number:07d}\n" for number in range(3000))
    record = ingested(committed_demo.staff, "id\n" + ids)
    assert errors(record) == [(502, "id", "id-0000500", "duplicate_id_error")]
    assert Code.objects.count() == 1


def test_the_same_id_may_be_used_by_two_companies(committed_demo: Demo) -> None:
    assert ingested(committed_demo.staff, "id\nsame-id-1\n").status == "completed"
    assert ingested(committed_demo.other_staff, "id\nsame-id-1\n").status == "completed"


def test_products_of_another_company_and_archived_ones_are_not_found(committed_demo: Demo) -> None:
    committed_demo.company.products.filter(sku="sku5").update(is_archived=True)
    assert ingested(committed_demo.other_staff, "id,product\nabc12345,sku2\n").status == "error"
    record = ingested(committed_demo.staff, "id,product\nabc12345,sku5\nabc12346,SKU1\n")
    assert errors(record) == [
        (2, "product", "sku5", "product_not_found_error"),
        (3, "product", "SKU1", "product_not_found_error"),
    ]


def test_a_default_product_archived_meanwhile_is_reported_for_the_rows_that_take_it(committed_demo: Demo) -> None:
    record = ingested(
        committed_demo.staff, "id,product\nabc12345,\nabc12346,sku1\n", default_scm_data={"product": "gone"}
    )
    assert errors(record) == [(2, "product", "gone", "product_not_found_error")]


def test_more_codes_than_one_run_holds_stay_in_order(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workorders.codes.spool.RUN", 10)
    monkeypatch.setattr("workorders.codes.spool.FAN_IN", 3)
    monkeypatch.setattr("ingestion.readers.csv_reader.BLOCK", 64)
    ids = [f"id-{number * 7919 % 1000:06d}" for number in range(1000)]
    record = ingested(committed_demo.staff, "id\n" + "\n".join(ids) + "\n")
    assert record.result_data == {"codes_created": 1000, "duplicates_ignored": 0}
    assert list(Code.objects.order_by("sequence").values_list("identifier", flat=True)) == ids
    assert list(Code.objects.order_by("sequence").values_list("sequence", flat=True)) == list(range(1, 1001))


def test_a_record_is_processed_once_however_often_it_is_sent(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, SPEC_EXAMPLE)
    from ingestion import engine

    engine.run(record.pk)
    record.refresh_from_db()
    assert record.attempts == 1
    assert Code.objects.count() == 4


def test_a_queued_record_that_was_cancelled_is_left_alone(committed_demo: Demo) -> None:
    from ingestion import engine, services

    record = queued(committed_demo.staff, SPEC_EXAMPLE)
    assert services.cancel(record, committed_demo.admin)
    engine.run(record.pk)
    record.refresh_from_db()
    assert record.status == "cancelled"
    assert Code.objects.count() == 0


def test_a_semicolon_file_in_utf_16_becomes_codes(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, 'id;product;note\r\nabc12345;sku1;"é;x"\r\n'.encode("utf-16"))
    assert record.status == "completed"
    assert Code.objects.values_list("identifier", "scm_data").get() == ("abc12345", {"note": "é;x"})


def test_wide_rows_are_stored_in_pieces(committed_demo: Demo) -> None:
    """A few megabytes in few rows: what is sorted and sent at once is bounded by size, not by rows alone."""
    header = ",".join(["id", *(f"field_{number}" for number in range(60))])
    rows = "".join(f"wide-{row:04d}" + f",{'v' * 1000}" * 60 + "\n" for row in range(400))
    record = ingested(committed_demo.staff, f"{header}\n{rows}")
    assert record.result_data == {"codes_created": 400, "duplicates_ignored": 0}
    assert len(Code.objects.get(identifier="wide-0399").scm_data) == 60


@pytest.mark.parametrize("filetype", ["csv", "json"])
@pytest.mark.parametrize(
    ("defaults", "status", "reason", "is_taken"),
    [
        ({}, "1", "4", False),
        ({}, "", "4", False),
        ({"activation_status": 1}, "", "4", False),
        ({"activation_status": 2}, "", "4", True),
        ({"activation_status": 2, "blacklist_reason": 4}, "", "", True),
        ({"activation_status": 2, "blacklist_reason": 4}, "1", "", False),
        ({"activation_status": 2, "blacklist_reason": 4}, "1", "0", True),
        ({"blacklist_reason": 4}, "", "", False),
        ({"blacklist_reason": 4}, "2", "", True),
    ],
)
def test_a_reason_needs_a_blacklisted_code_wherever_the_two_come_from(
    committed_demo: Demo, filetype: str, defaults: dict[str, Any], status: str, reason: str, is_taken: bool
) -> None:
    data = f"id,blacklist_reason,activation_status\nabc12345,{reason},{status}\n"
    if filetype == "json":
        data = json.dumps([{"activation_status": status, "id": "abc12345", "blacklist_reason": reason}])
    record = ingested(committed_demo.staff, data, filetype, default_scm_data=defaults)
    assert record.status == ("completed" if is_taken else "error")
    if not is_taken:
        assert [(row or 0) > 0 and kind for row, _column, _value, kind in errors(record)] == ["invalid_scm_field_error"]
        assert record.errors.get().column == "blacklist_reason"


@pytest.mark.parametrize("call", ["process", "add-sids"])
@pytest.mark.parametrize(
    "given", [{"activation_status": 1, "blacklist_reason": 4}, {"blacklist_reason": "9", "activation_status": "0"}]
)
def test_defaults_that_contradict_each_other_are_refused_at_once(demo: Demo, call: str, given: dict[str, Any]) -> None:
    bodies: dict[str, tuple[str, dict[str, Any]]] = {
        "process": ("upload/process/", {"record": "any"}),
        "add-sids": ("add-sids/", {"mode": "api", "codes": [{"id": "abc12345"}]}),
    }
    path, body = bodies[call]
    body = {**body, "default_scm_data": given}
    answer = client_of(demo.staff).post(f"/api/v2/ingestion/codes/{path}", body, format="json")
    assert answer.status_code == 400
    (message,) = answer.json()["default_scm_data"]
    assert message.startswith("blacklist_reason: The reason ")
