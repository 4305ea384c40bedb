"""A file of changes through the API, and every refusal on the way."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from ingestion import engine
from ingestion.models import IngestionRecord
from tests.support.changes import values_of
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.products import workbook
from tests.support.tokens import client_of
from tests.support.uploads import PROCESS, WRONG_STATE, post_file, uploaded
from workorders.codes.fields import scm_key_rule

BEGIN = "/api/v2/ingestion/scm/upload/get-post-data/"
CHANGE = "/api/v2/ingestion/scm/upload/process/"
NAMES = ("extended_id", "serial_number", "workorder", "scm_data")
FILE = "extended_id,activation_status\naaa00001,1\n"


def arrived(client: APIClient, content: str = FILE) -> str:
    """The key of a record whose file of changes has arrived."""
    answer = client.post(BEGIN, {"filetype": "csv"}, format="json").json()
    assert post_file(answer["post_data"], content).status_code == 201
    return str(answer["record_key"])


def test_a_file_of_changes_goes_the_way_of_an_upload(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002")
    client = client_of(committed_demo.staff)
    key = arrived(client, "extended_id,activation_status,lot\naaa00001,1,\nbbb00002,,B7\n")
    waiting = client.get(f"/api/v2/ingestion/{key}/").json()
    assert (waiting["type"], waiting["status"], waiting["parameters"]) == ("scm", "uploading", {})
    assert waiting["description"] == "SCM ingestion file upload"
    answer = client.post(CHANGE, {"record": key}, format="json")
    assert (answer.status_code, answer.json()) == (200, {"record_key": key})
    engine.run(IngestionRecord.objects.get(key=key).pk)
    record = client.get(f"/api/v2/ingestion/{key}/").json()
    assert (record["status"], record["workorder"]) == ("completed", None)
    assert record["result_data"] == {"codes_affected": 2, "codes_unchanged": 0}
    assert record["parameters"] == {"default_scm_data": {}, "data_key": "", "many": False, "empty_marker": False}
    assert values_of("aaa00001")[1] == 1
    uploaded(client)
    listed = {kind: client.get(f"/api/v2/ingestion/?type={kind}").json() for kind in ("scm", "code")}
    assert [each["key"] for each in listed["scm"]["results"]] == [key]
    assert [each["type"] for each in listed["code"]["results"]] == ["code"]


def test_each_call_processes_records_of_its_own_type(demo: Demo) -> None:
    client = client_of(demo.staff)
    of_codes, of_changes = uploaded(client), arrived(client)
    answer = client.post(PROCESS, {"record": of_changes}, format="json")
    assert (answer.status_code, answer.json()) == (400, {"detail": WRONG_STATE})
    answer = client.post(CHANGE, {"record": of_codes}, format="json")
    assert (answer.status_code, answer.json()) == (400, {"detail": WRONG_STATE.replace("code", "scm")})
    assert client.post(CHANGE, {"record": of_changes}, format="json").status_code == 200
    answer = client.post(CHANGE, {"record": of_changes}, format="json")
    assert (answer.status_code, answer.json()) == (400, {"detail": WRONG_STATE.replace("code", "scm")})


def test_records_that_are_not_there_are_refused_in_the_specs_words(demo: Demo) -> None:
    client = client_of(demo.staff)
    foreign = arrived(client_of(demo.other_staff))
    for key in ("nosuchkey123", foreign):
        answer = client.post(CHANGE, {"record": key}, format="json")
        assert (answer.status_code, answer.json()) == (400, {"detail": "Invalid record"})
    key = client.post(BEGIN, {"filetype": "json"}, format="json").json()["record_key"]
    answer = client.post(CHANGE, {"record": key}, format="json")
    assert (answer.status_code, answer.json()) == (400, {"detail": "Uploaded file not found."})


@pytest.mark.parametrize(
    ("options", "field", "said"),
    [
        ({"datakey": "lot"}, "datakey", "There is no such field; the nearest is `data_key`."),
        ({"url_prefix": "https://a.example/"}, "url_prefix", "There is no such field"),
        ({"activation_status": 1}, "activation_status", "It belongs into `default_scm_data`"),
        ({"data_key": "Extended-Id"}, "data_key", "The nearest is `extended_id`."),
        ({"data_key": "product"}, "data_key", "is what a file changes"),
        ({"many": "perhaps"}, "many", "Must be a valid boolean."),
        ({"default_scm_data": {"product": "sku9"}}, "default_scm_data", "product: No product of the company"),
        ({"default_scm_data": {"activation_status": 1, "blacklist_reason": 3}}, "default_scm_data", "The reason 3"),
        ({"columns": {"a": "Bad Key"}}, "columns", "a field's name begins with a small letter"),
        ({"id_format": "gs2"}, "id_format", "gs1"),
    ],
)
def test_wrong_options_are_refused_by_name(demo: Demo, options: dict[str, Any], field: str, said: str) -> None:
    client = client_of(demo.staff)
    answer = client.post(CHANGE, {"record": arrived(client), **options}, format="json")
    assert answer.status_code == 400
    assert said in answer.json()[field][0]


ANOTHER = "No change gives codes another one."


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"default_scm_data": {"status": 1}}, ["status: There is no such field; the nearest is `activation_status`."]),
        ({"default_scm_data": {"sku": "sku1"}}, ["sku: There is no such field; the nearest is `product`."]),
        ({"default_scm_data": {"reason": 4}}, ["reason: There is no such field; the nearest is `blacklist_reason`."]),
        ({"default_scm_data": {"prodcut": "sku1"}}, ["prodcut: There is no such field; the nearest is `product`."]),
        *(({"default_scm_data": {name: "1"}}, [f"{name}: {ANOTHER}"]) for name in NAMES),
        (
            {"default_scm_data": {"lot": None}},
            ["lot: null is no default; leave it out. In a row of JSON, null removes an SCM field."],
        ),
        (
            {"default_scm_data": {"product": None, "status": 1, "Lot": "x"}},
            [
                f"Lot: {scm_key_rule()} `lot` would be right.",
                "status: There is no such field; the nearest is `activation_status`.",
                "product: null is no default; leave it out. In a row of JSON, null removes an SCM field.",
            ],
        ),
        (
            {"default_scm_data": {"lot": " <Empty>"}, "empty_marker": True},
            ["lot: a default removes no field; write `<empty>` into the cells of the rows."],
        ),
        (
            {"default_scm_data": {"lot": "B7"}, "data_key": "lot"},
            ["lot: it names the codes, so it takes no default; leave it out."],
        ),
        ({"default_scm_data": {"lot": "<empty>"}}, None),
        ({"default_scm_data": {"lot": "B7", "size": ""}, "data_key": "pallet"}, None),
        ({"default_scm_data": {"reason": "x", "serial_number": "y"}}, None),
    ],
)
def test_defaults_that_mean_something_else_are_refused_by_name(
    demo: Demo, options: dict[str, Any], said: list[str] | None
) -> None:
    if said is None:  # these names are SCM fields of the company
        some_codes(demo.staff, "aaa00001", scm_data={"reason": "a", "serial_number": "b"})
    client = client_of(demo.staff)
    answer = client.post(CHANGE, {"record": arrived(client), **options}, format="json")
    assert (answer.status_code, answer.json().get("default_scm_data")) == (200 if said is None else 400, said)


def test_options_are_kept_with_the_record(demo: Demo) -> None:
    client = client_of(demo.staff)
    key = arrived(client, "lot;x\nB7;1\n")
    options = {
        "data_key": "lot",
        "many": True,
        "empty_marker": True,
        "default_scm_data": {"blacklist_reason": 3},
        "columns": {"x": "activation_status"},
        "delimiter": ";",
        "id_format": "gs1",
    }
    assert client.post(CHANGE, {"record": key, **options}, format="json").status_code == 200
    assert client.get(f"/api/v2/ingestion/{key}/").json()["parameters"] == options


@pytest.mark.parametrize("data_key", ["id", "extended_id"])
def test_both_names_of_the_id_mean_the_same_key(demo: Demo, data_key: str) -> None:
    client = client_of(demo.staff)
    key = arrived(client)
    assert client.post(CHANGE, {"record": key, "data_key": data_key}, format="json").status_code == 200
    assert IngestionRecord.objects.get(key=key).parameters["data_key"] == "extended_id"


def test_only_who_may_change_many_codes_may_call(demo: Demo) -> None:
    uploader = client_of(demo.staff, "ingestion_code_create", "ingestion_view", "scm_code_edit")
    for path in (BEGIN, CHANGE):
        assert uploader.post(path, {}, format="json").status_code == 403
        assert APIClient().post(path, {}, format="json").status_code == 401
        assert client_of(demo.staff, "scm_bulk_edit").get(path).status_code == 405
    assert client_of(demo.staff, "scm_bulk_edit").post(BEGIN, {"filetype": "csv"}, format="json").status_code == 201


def test_a_workbook_of_changes_comes_by_the_call_too(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    client = client_of(committed_demo.staff)
    begun = client.post(BEGIN, {"filetype": "xlsx"}, format="json").json()
    data = workbook([("Read me",)], [("extended_id", "activation_status"), ("aaa00001", "1")])
    assert post_file(begun["post_data"], data).status_code == 201
    answer = client.post(CHANGE, {"record": begun["record_key"], "sheet": "Sheet2"}, format="json")
    assert answer.status_code == 200
    record = IngestionRecord.objects.get(key=begun["record_key"])
    engine.run(record.pk)
    record.refresh_from_db()
    assert (record.status, values_of("aaa00001")[1]) == ("completed", 1)
