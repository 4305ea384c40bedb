"""The newer calls: codes in the body, or a file whose options are said when it is announced."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from ingestion import engine
from ingestion.api import rows_in_call
from ingestion.models import IngestionRecord
from tests.support.demo import Demo
from tests.support.tokens import client_of
from tests.support.uploads import PROCESS, WRONG_STATE, ingested, post_file, uploaded
from workorders.models import Code, UrlPrefix

ADD = "/api/v2/ingestion/codes/add-sids/"
PROCESS_FROM_FILE = "/api/v2/ingestion/codes/process-from-file/"


def added(client: APIClient, codes: Any, **more: Any) -> IngestionRecord:
    """The record of codes that were sent in a call, processed to its end."""
    answer = client.post(ADD, {"mode": "api", "codes": codes, **more}, format="json")
    assert (answer.status_code, list(answer.json())) == (201, ["record_key"]), answer.content
    record = IngestionRecord.objects.get(key=answer.json()["record_key"])
    assert (record.status, record.ingestion_mode, record.filetype) == ("queued", "api", "json")
    engine.run(record.pk)
    record.refresh_from_db()
    return record


def told(record: IngestionRecord) -> list[tuple[int | None, str, str, str, str]]:
    """What is wrong with a record's rows."""
    return list(record.errors.order_by("row", "pk").values_list("row", "column", "value", "error", "detail"))


# Codes in the call


def test_codes_in_the_call_become_a_workorder(committed_demo: Demo) -> None:
    codes = [
        {"id": "abc12345", "pallet_nr": "007", "weight": 1.50},
        {"id": "abc12346", "activation_status": 0, "product": "sku2", "note": None},
    ]
    defaults = {"activation_status": 1, "product": "sku1"}
    record = added(client_of(committed_demo.staff), codes, default_scm_data=defaults, url_prefix="https://q.example/")
    assert record.result_data == {"codes_created": 2, "duplicates_ignored": 0}
    assert record.parameters == {
        "default_scm_data": defaults,
        "use_serial_number": False,
        "url_prefix": "https://q.example/",
        "allow_posted_duplicates": False,
    }
    assert list(
        Code.objects.order_by("sequence").values_list(
            "identifier", "product__sku", "activation_status", "scm_data", "workorder__url_prefix"
        )
    ) == [
        ("abc12345", "sku1", 1, {"pallet_nr": "007", "weight": "1.5"}, "https://q.example/"),
        ("abc12346", "sku2", 0, {}, "https://q.example/"),
    ]


WRONG_ROWS = (
    '[{"id": "abc12345"}, {"id": "short"}, {"id": "abc12345"}, {}, {"id": 12345678}, 7, null, {"id": "abc12346",'
    ' "id": "abc12347"}, {"id": "abc12348", "a": [1]}, {"id": "abc12349", "product": "sku9"}, {"id": "abc1235\\u0000"}]'
)


def test_rows_are_judged_as_those_of_a_json_file(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    answer = client.post(ADD, f'{{"mode": "api", "codes": {WRONG_ROWS}}}', content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (400, ["codes"])
    assert not IngestionRecord.objects.exists()
    by_file = ingested(committed_demo.staff, WRONG_ROWS, "json")
    errors = [error for error in by_file.errors.order_by("row", "pk") if error.error != "duplicate_id_error"]
    assert [error.row for error in errors] == [2, 4, 5, 6, 7, 8, 9, 10, 11]
    for said, error in zip(answer.json()["codes"], errors, strict=True):
        assert said.startswith(f"Row {error.row}")
        assert said.endswith(f": {error.message}")


SHORT = "An id has 8 to 100 characters, each one of a-z, A-Z, 0-9, - and _."


@pytest.mark.parametrize(
    ("codes", "more", "said"),
    [
        (["abc12345"], {}, ["Row 1 `abc12345`: The row cannot be read. It is not an object."]),
        ([{"id": "abc 1234"}], {}, [f"Row 1, id `abc 1234`: {SHORT} Character 4 is space."]),
        (
            [{"Id": "abc12345"}],
            {},
            ["Row 1, Id `Id`: The SCM field cannot", "Row 1, id: The row has no id."],
        ),
        ([{"id": "abc12345"}, {"id": "x"}], {}, [f"Row 2, id `x`: {SHORT} This has 1."]),
        (
            [{"id": "abc12345", "product": "sku9"}],
            {},
            ["Row 1, product `sku9`: No product of the company"],
        ),
        ([{"id": "abc12345"}], {"id_format": "gs1"}, ["Row 1, id `abc12345`: A GS1 id is a path"]),
        (
            [{"id": "x" * 100}],
            {"url_prefix": "https://codes.example.com/" + "y" * 160},
            [f"Row 1, id `{'x' * 100}`: The URL with this id does not fit the QR code."],
        ),
    ],
)
def test_what_is_wrong_with_the_codes_is_said_at_once(
    demo: Demo, codes: list[Any], more: dict[str, Any], said: list[str]
) -> None:
    answer = client_of(demo.staff).post(ADD, {"mode": "api", "codes": codes, **more}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["codes"])
    for found, begins in zip(answer.json()["codes"], said, strict=True):
        assert found.startswith(begins)
    assert not IngestionRecord.objects.exists()
    assert not UrlPrefix.objects.exists()


def test_a_thousand_problems_are_said(demo: Demo) -> None:
    answer = client_of(demo.staff).post(ADD, {"mode": "api", "codes": [{"id": "x"}] * 1234}, format="json")
    said = answer.json()["codes"]
    assert (len(said), said[999][:9], said[1000]) == (1001, "Row 1,000", "There are 234 problems more.")


@pytest.mark.parametrize("unit", ["1,", "[],", "{},"])
def test_a_body_of_too_many_values_is_refused(demo: Demo, unit: str) -> None:
    body = f'{{"mode": "api", "codes": [{unit * (600_000 // (2 if len(unit) > 2 else 1))}1]}}'
    answer = client_of(demo.staff).post(ADD, body, content_type="application/json")
    said = "The body has 600,003 commas and brackets; a call takes 500,000 at most."
    assert (answer.status_code, answer.json()) == (413, {"detail": said})


def test_checking_codes_ends_when_its_time_of_the_processor_is_spent(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_in_call, "MOST_SECONDS", 0.0)
    codes = [{"id": f"abc{number:06d}", f"Field {number}": "x"} for number in range(2)]
    answer = client_of(demo.staff).post(ADD, {"mode": "api", "codes": codes}, format="json")
    said = "Reading it takes more than 0 seconds of the processor's time; send it in parts."
    assert (answer.status_code, answer.json()) == (400, {"codes": [said]})


def test_numbers_keep_their_digits(committed_demo: Demo) -> None:
    body = '{"mode": "api", "codes": [{"id": "abc12345", "a": 1.10, "b": 1e400, "c": 12345678901234567890, "d": true}]}'
    answer = client_of(committed_demo.staff).post(ADD, body, content_type="application/json")
    engine.run(IngestionRecord.objects.get(key=answer.json()["record_key"]).pk)
    assert Code.objects.get().scm_data == {"a": "1.10", "b": "1e400", "c": "12345678901234567890", "d": "true"}


@pytest.mark.parametrize(("path", "other"), [(ADD, '"mode": "file"'), (PROCESS, '"record": "x"')])
def test_a_default_that_is_no_number_of_this_world_is_refused(demo: Demo, path: str, other: str) -> None:
    body = f'{{{other}, "default_scm_data": {{"a": 1e400}}}}'
    answer = client_of(demo.staff).post(path, body, content_type="application/json")
    assert answer.status_code == 400
    assert "the number 1e400 is too large." in answer.content.decode()


def test_repeats_are_ignored_when_asked(committed_demo: Demo) -> None:
    codes = [{"id": "abc12345"}, {"id": "abc12345"}]
    client = client_of(committed_demo.staff)
    assert added(client, codes).result_data["error_counts"] == {"duplicate_id_error": 1}
    record = added(client, codes, allow_posted_duplicates=True)
    assert record.result_data == {"codes_created": 1, "duplicates_ignored": 1}


def test_gs1_ids_are_taken(committed_demo: Demo) -> None:
    added(client_of(committed_demo.staff), [{"id": "/01/4006381333931/21/A1"}], id_format="gs1")
    assert Code.objects.get().identifier == "01/04006381333931/21/A1"


@pytest.mark.parametrize(
    ("said", "field", "message"),
    [
        ({}, "mode", "This field is required."),
        ({"mode": "mail"}, "mode", '"mail" is not a valid choice. It must be one of `api` and `file`.'),
        (
            {"mode": "Files"},
            "mode",
            '"Files" is not a valid choice. It must be one of `api` and `file`. The nearest is `file`.',
        ),
        ({"mode": "file", "use_serial_number": True}, "use_serial_number", "The codes of an upload have no serial"),
        ({"mode": "api"}, "codes", "With the mode api the codes are in the call."),
        ({"mode": "api", "codes": []}, "codes", 'It must be a list of objects, like [{"id": "abc12345"}].'),
        ({"mode": "api", "codes": {"id": "abc12345"}}, "codes", "It must be a list of objects"),
        ({"mode": "api", "codes": None}, "codes", "This field may not be null."),
        (
            {"mode": "api", "codes": [1] * 10_001},
            "codes",
            "One call takes 10,000 codes, these are 10,001;",
        ),
        ({"mode": "file", "codes": [{}]}, "codes", "With the mode file the codes come by the file alone."),
        ({"mode": "file", "filetype": "xlsx"}, "filetype", '"xlsx" is not a valid choice.'),
        ({"mode": "file", "default_scm_data": {"product": "sku9"}}, "default_scm_data", "product: No product"),
        ({"mode": "file", "url_prefix": "ftp://x/"}, "url_prefix", "It must look like https://"),
        ({"mode": "api", "codes": [{}], "workorder": 7}, "workorder", "These codes get a workorder of their own;"),
        (
            {"mode": "file", "id_format": "gtin"},
            "id_format",
            '"gtin" is not a valid choice. It must be one of `default`',
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(demo: Demo, said: dict[str, Any], field: str, message: str) -> None:
    answer = client_of(demo.staff).post(ADD, said, format="json")
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert answer.json()[field][0].startswith(message)
    assert not IngestionRecord.objects.exists()


@pytest.mark.parametrize("body", ["[]", "7", "null", '"x"', '{"mode": "api", "mode": "file", "codes": 1}', "{", "NaN"])
def test_a_body_that_is_no_such_object_is_refused(demo: Demo, body: str) -> None:
    answer = client_of(demo.staff).post(ADD, body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("depth", [90, 150, 900, 1000, 100_000])
def test_codes_that_are_nested_deeply_end_in_no_failure(committed_demo: Demo, depth: int) -> None:
    nested = "[" * depth + "]" * depth
    body = f'{{"mode": "api", "codes": [{{"id": "abc12345", "a": {nested}}}]}}'
    headers = {"Idempotency-Key": "deep"}
    answer = client_of(committed_demo.staff).post(ADD, body, content_type="application/json", headers=headers)
    if depth == 90:
        assert answer.status_code == 400
        assert "It is nested; " in answer.json()["codes"][0]
    else:
        assert (answer.status_code, answer.json()) == (400, {"detail": "JSON parse error - nested too deeply."})


def test_a_body_that_is_too_large_is_refused(demo: Demo) -> None:
    codes = [{"id": "abc12345", "note": "x" * 300}] * 10_000
    answer = client_of(demo.staff).post(ADD, {"mode": "api", "codes": codes}, format="json")
    assert (answer.status_code, list(answer.json())) == (413, ["detail"])


def test_a_call_that_is_sent_again_adds_its_codes_once(committed_demo: Demo) -> None:
    client, said = client_of(committed_demo.staff), {"mode": "api", "codes": [{"id": "abc12345"}]}
    first, again = (client.post(ADD, said, format="json", headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == again.json()
    assert IngestionRecord.objects.count() == 1


@pytest.mark.parametrize("other", ['"12345678"', "12345679", "12345678.0"])
def test_a_key_belongs_to_the_codes_as_they_are_written(demo: Demo, other: str) -> None:
    client, headers = client_of(demo.staff), {"Idempotency-Key": "k"}
    answers = [
        client.post(
            ADD,
            f'{{"mode": "api", "codes": [{{"id": "abc12345", "a":{value}}}]}}',
            content_type="application/json",
            headers=headers,
        )
        for value in ("12345678", other, " 12345678")
    ]
    assert [answer.status_code for answer in answers] == [201, 422, 201]
    assert answers[2]["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("path", [ADD, PROCESS, PROCESS_FROM_FILE])
def test_defaults_may_be_null_as_the_schema_says(committed_demo: Demo, path: str) -> None:
    client = client_of(committed_demo.staff)
    said: dict[str, Any] = {"default_scm_data": None}
    said |= {"mode": "api", "codes": [{"id": "abc12345"}]} if path == ADD else {"record": uploaded(client)}
    answer = client.post(path, said, format="json")
    assert answer.status_code in (200, 201), answer.content
    assert IngestionRecord.objects.get(key=answer.json()["record_key"]).parameters["default_scm_data"] == {}


def test_people_of_no_brand_owner_add_nothing(demo: Demo) -> None:
    answer = client_of(demo.root).post(ADD, {"mode": "api", "codes": [{"id": "abc12345"}]}, format="json")
    assert answer.status_code == 403


# A file that is announced


def announced(client: APIClient, content: str, **said: Any) -> str:
    """The key of a record whose file has arrived, begun by `add-sids`."""
    answer = client.post(ADD, {"mode": "file", **said}, format="json")
    assert (answer.status_code, set(answer.json())) == (201, {"post_data", "record_key"})
    assert post_file(answer.json()["post_data"], content).status_code == 201
    return str(answer.json()["record_key"])


def processed(client: APIClient, path: str, **said: Any) -> IngestionRecord:
    answer = client.post(path, said, format="json")
    assert (answer.status_code, answer.json()) == (200, {"record_key": said["record"]}), answer.content
    record = IngestionRecord.objects.get(key=said["record"])
    engine.run(record.pk)
    record.refresh_from_db()
    return record


@pytest.mark.parametrize("path", [PROCESS, PROCESS_FROM_FILE])
def test_what_was_said_with_the_announcement_holds(committed_demo: Demo, path: str) -> None:
    client = client_of(committed_demo.staff)
    said = {"default_scm_data": {"product": "sku1"}, "id_format": "gs1", "allow_posted_duplicates": True}
    key = announced(client, "id\n01/4006381333931/21/A1\n01/4006381333931/21/A1\n", **said)
    before = client.get(f"/api/v2/ingestion/{key}/").json()
    assert (before["status"], before["parameters"]["id_format"]) == ("uploading", "gs1")
    record = processed(client, path, record=key)
    assert record.result_data == {"codes_created": 1, "duplicates_ignored": 1}
    assert record.parameters == before["parameters"]
    assert Code.objects.get().product_id == committed_demo.company.products.get(sku="sku1").pk


def test_what_is_said_with_the_processing_holds_before_it(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    said = {"default_scm_data": {"product": "sku1"}, "id_format": "gs1"}
    key = announced(client, "id\nabc12345\n", **said)
    record = processed(client, PROCESS_FROM_FILE, record=key, id_format="default")
    assert record.status == "completed"
    assert record.parameters["default_scm_data"] == {"product": "sku1"}
    assert "id_format" not in record.parameters


def test_what_has_become_wrong_since_is_refused(demo: Demo) -> None:
    client = client_of(demo.staff)
    key = announced(client, "id\nabc12345\n", default_scm_data={"product": "sku1"})
    demo.company.products.filter(sku="sku1").update(is_archived=True)
    answer = client.post(PROCESS_FROM_FILE, {"record": key}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["default_scm_data"])


def test_a_json_file_can_be_announced(committed_demo: Demo) -> None:
    client = client_of(committed_demo.staff)
    key = announced(client, json.dumps([{"id": "abc12345"}]), filetype="json")
    assert processed(client, PROCESS_FROM_FILE, record=key).status == "completed"


@pytest.mark.parametrize("path", [PROCESS, PROCESS_FROM_FILE])
def test_both_addresses_refuse_alike(demo: Demo, path: str) -> None:
    client = client_of(demo.staff)
    foreign = uploaded(client_of(demo.other_staff))
    for record in ("nothing", foreign, "", "a b", 7, "x" * 500):
        answer = client.post(path, {"record": record}, format="json")
        assert answer.status_code == 400, record
    assert client.post(path, {"record": foreign}, format="json").json() == {"detail": "Invalid record"}
    assert client.post(path, {"record": "a\0"}, format="json").status_code == 400
    assert client.post(path, [], format="json").status_code == 400
    key = uploaded(client)
    assert client.post(path, {"record": key}, format="json").status_code == 200
    assert client.post(path, {"record": key}, format="json").json() == {"detail": WRONG_STATE}


def test_a_record_in_another_state_is_refused_for_that_whatever_became_of_its_options(demo: Demo) -> None:
    client = client_of(demo.staff)
    key = announced(client, "id\nabc12345\n", default_scm_data={"product": "sku1"})
    assert client.post(PROCESS_FROM_FILE, {"record": key}, format="json").status_code == 200
    demo.company.products.filter(sku="sku1").update(is_archived=True)
    for said in ({}, {"default_scm_data": {"product": "sku1"}}):
        again = client.post(PROCESS_FROM_FILE, {"record": key, **said}, format="json")
        assert (again.status_code, again.json()) == (400, {"detail": WRONG_STATE})


# Prefixes


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        (ADD, {"mode": "api", "codes": []}),
        (ADD, {"mode": "file", "id_format": "gs1"}),
        (PROCESS, {"record": "nothing"}),
        (PROCESS_FROM_FILE, {"record": "never posted"}),
    ],
)
def test_a_refused_call_claims_no_url_prefix(
    demo: Demo, path: str, said: dict[str, Any], headers: dict[str, str]
) -> None:
    client = client_of(demo.staff)
    if said.get("record") == "never posted":
        said = {"record": client.post(ADD, {"mode": "file"}, format="json").json()["record_key"]}
    said = {"url_prefix": "https://codes.example.com/c", **said}
    assert client.post(path, said, format="json", headers=headers).status_code == 400
    assert not UrlPrefix.objects.exists()
