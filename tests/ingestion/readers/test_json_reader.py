"""JSON uploads: one array of objects, and everything that is not."""

from __future__ import annotations

import json

import pytest

from tests.support.demo import Demo
from tests.support.uploads import assert_no_trace, errors, ingested
from workorders.models import Code


def test_objects_become_codes_and_their_keys_scm_data(committed_demo: Demo) -> None:
    objects = [
        {"id": "abc-abc1-dfg", "pallet_nr": "123"},
        {"id": "hij-hij3", "activation_status": 0, "product": "sku2"},
        {"id": "00000001", "activation_status": "2", "weight": 1.50, "count": 12, "fragile": True, "note": None},
        {"note": "“é” \\ \t中", "id": "last-one-1"},
    ]
    record = ingested(
        committed_demo.staff, json.dumps(objects, indent=1), "json", default_scm_data={"activation_status": 1}
    )
    assert record.status == "completed"
    rows = Code.objects.order_by("sequence").values_list(
        "identifier", "sequence", "product__sku", "activation_status", "scm_data"
    )
    assert list(rows) == [
        ("abc-abc1-dfg", 1, None, 1, {"pallet_nr": "123"}),
        ("hij-hij3", 2, "sku2", 0, {}),
        ("00000001", 3, None, 2, {"weight": "1.5", "count": "12", "fragile": "true"}),
        ("last-one-1", 4, None, 1, {"note": "“é” \\ \t中"}),
    ]


def test_a_number_keeps_its_text(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, '[{"id": "abc12345", "lot": 1.50, "big": 1E+11}]', "json")
    assert record.status == "completed"
    assert Code.objects.get().scm_data == {"lot": "1.50", "big": "1E+11"}


def test_every_error_of_a_file_is_found_in_one_go(committed_demo: Demo) -> None:
    record = ingested(
        committed_demo.staff,
        """[{"id": "abc12345"}, 7, {"id": 12345678}, {"id": "abc12345"}, {}, {"id": "abc12346", "a": {"b": 1}},
            {"id": "abc12347", "a": [1]}, {"id": "abc12348", "a": 1, "a": 2}, {"id": "abc12349", "Bad Key": 1},
            {"id": "abc12350", "a": "\\u0000"}, {"id": "abc12351", "a": "\\ud800"}, {"id": "abc12352", "product": "x"},
            {"id": null}, [], "text", {"id": "abc12353", "activation_status": true}]""",
        "json",
    )
    assert errors(record) == [
        (2, "", "7", "invalid_row_error"),
        (3, "id", "12345678", "invalid_id_error"),
        (4, "id", "abc12345", "duplicate_id_error"),
        (5, "id", "", "missing_id_error"),
        (6, "a", "{…}", "invalid_row_error"),
        (7, "a", "[…]", "invalid_row_error"),
        (8, "a", "{…}", "invalid_row_error"),
        (9, "Bad Key", "Bad Key", "invalid_scm_field_error"),
        (10, "a", "\\x00", "invalid_row_error"),
        (11, "a", "\\ud800", "invalid_row_error"),
        (12, "product", "x", "product_not_found_error"),
        (13, "id", "", "missing_id_error"),
        (14, "", "[…]", "invalid_row_error"),
        (15, "", "text", "invalid_row_error"),
        (16, "activation_status", "true", "invalid_activation_status_error"),
    ]
    assert_no_trace(record)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "It is empty. A JSON file is one array of objects, [{…}, {…}]."),
        (b"  ", "It is empty."),
        (b"[]", "Its array is empty."),
        (b'{"id": "abc12345"}', "It begins with {, not with ["),
        (b'{"id": "abc12345"}\n{"id": "abc12346"}\n', "It begins with {, not with ["),
        (b'[{"id": "abc12345"}', "After row 1 the file breaks off, where a comma or ] should stand."),
        (b'[{"id": "abc12345"},', "Row 2 is not JSON: the file breaks off."),
        (b'[{"id": "abc12345"},]', "Behind row 1 stands a comma too many: delete it."),
        (b'[{"id": "abc12345"}, {"id": "ab', "Row 2 is not JSON"),
        (b'[{"id": "abc12345"} {"id": "abc12346"}]', "After row 1 comes {, where a comma or ] should stand."),
        (b'[{"id": "abc12345"}] x', "After its array comes x; nothing may follow."),
        (b'[{"id": NaN}]', "Row 1 is not JSON"),
        (b"[{'id': 'abc12345'}]", "Row 1 is not JSON: expecting property name enclosed in double quotes, at 'id'"),
        (b"[" * 200_000, "Row 1 is nested too deeply."),
        (b'[{"id": ' + b'{"a":' * 100_000, "Row 1 is nested too deeply."),
        ('[{"id": "abc12345"}]'.encode("utf-32"), "It is in UTF-32"),
        (b"id,product\nabc12345,sku1\n", "It begins with i, not with ["),
    ],
)
def test_what_is_no_array_of_objects_is_refused_with_the_place(committed_demo: Demo, data: bytes, reason: str) -> None:
    record = ingested(committed_demo.staff, data, "json")
    assert record.result_data["error_counts"] == {"invalid_file_error": 1}
    assert reason in record.errors.get().detail
    assert_no_trace(record)


def test_the_window_slides_over_objects_of_any_size(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.readers.json_text.BLOCK", 7)
    objects = [{"id": f"id-{number:06d}", "note": "é" * (number % 40)} for number in range(100)]
    record = ingested(committed_demo.staff, "\ufeff" + json.dumps(objects, ensure_ascii=False), "json")
    assert record.result_data == {"codes_created": 100, "duplicates_ignored": 0}
    notes = [code.scm_data.get("note", "") for code in Code.objects.order_by("sequence")]
    assert notes == [entry["note"] for entry in objects]


def test_errors_before_broken_syntax_are_listed_too(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, '[{"id": "good0001"}, {"id": "bad"}, {"id": ', "json")
    assert [(row, kind) for row, _column, _value, kind in errors(record)] == [
        (2, "invalid_id_error"),
        (None, "invalid_file_error"),
    ]


def test_raw_control_characters_are_the_rows_fault(committed_demo: Demo) -> None:
    record = ingested(
        committed_demo.staff, '[{"id": "good0001", "a": "x\ny"}, {"id": "good0002", "a": "x\0y"}]', "json"
    )
    assert errors(record) == [(1, "a", "x\\ny", "invalid_row_error"), (2, "a", "x\\x00y", "invalid_row_error")]


def test_the_time_for_an_object_grows_with_its_keys_alone(committed_demo: Demo) -> None:
    keys = ",".join(f'"k{number}":1' for number in range(90_000))
    record = ingested(committed_demo.staff, f'[{{{keys},"k89999":2}}]', "json")  # minutes, with each key sought in all
    assert errors(record) == [(1, "k89999", "{…}", "invalid_row_error")]
