"""Changing selected codes and undoing changes by calls."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from ingestion import services
from ingestion.api.change_serializers import NO_CONSTRAINT
from ingestion.changes import REASON_NEEDS_STATUS
from ingestion.models import IngestionRecord
from ingestion.rules import change_names
from tests.support.changes import changed, ended, undone, values_of
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.tokens import client_of
from workorders.codes.fields import as_sentence, scm_key_rule

ASYNC = "/api/v2/scm/upload/async/"


def asked(client: APIClient, constraints: Any, values: Any, **headers: str) -> tuple[int, Any]:
    body = {"constraints": constraints, "scm_data": values}
    answer: Any = client.post(ASYNC, body, format="json", headers=headers)
    return answer.status_code, answer.json()


def finished(key: str) -> IngestionRecord:
    return ended(IngestionRecord.objects.get(key=key))


def test_codes_that_meet_every_constraint_are_changed(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002", scm_data={"lot": "B7"})
    some_codes(committed_demo.staff, "ccc00003", scm_data={"lot": "B7"}, activation_status=1)
    client = client_of(committed_demo.staff, "scm_bulk_edit")
    values = {"activation_status": 2, "blacklist_reason": 4, "product": "sku1", "lot": None, "roll": "3"}
    status, answer = asked(client, {"lot": "B7", "activation_status": 0}, values)
    assert (status, list(answer)) == (200, ["task_id"])
    key = answer["task_id"]
    task = client.get(f"/api/v2/scm/tasks/{key}/").json()
    record = IngestionRecord.objects.get(key=key)
    assert task == {
        "id": key,
        "reference": "Change of selected codes",
        "state": "queued",
        "codes_affected": None,
        "created_by": "staff@demo.example",
        "created_at": task["created_at"],
        "started_at": None,
        "completed_at": None,
    }
    assert record.parameters == {"constraints": {"activation_status": 0, "scm_lot": "B7"}, "values": values}
    finished(key)
    task = client.get(f"/api/v2/scm/tasks/{key}/").json()
    assert (task["state"], task["codes_affected"]) == ("completed", 2)
    assert task["created_at"] <= task["started_at"] <= task["completed_at"]
    assert values_of("aaa00001") == values_of("bbb00002") == ("sku1", 2, 4, {"roll": "3"})
    assert values_of("ccc00003") == (None, 1, 0, {"lot": "B7"})


@pytest.mark.parametrize(
    ("constraints", "values", "wrong"),
    [
        (
            {},
            {"lot": "x"},
            {"constraints": [NO_CONSTRAINT]},
        ),
        ("lot", {"lot": "x"}, {"constraints": ['It must be an object, like {"lot": "B7"}.']}),
        ({"lot": "x"}, ["lot"], {"scm_data": ['It must be an object, like {"activation_status": 1}.']}),
        (
            {"Lot": "x"},
            {"Lot": "x", "Activation_Status": 1},
            {
                "constraints": [f"Lot: There is no such filter, and {scm_key_rule()} `lot` would be right."],
                "scm_data": [
                    f"{name}: {as_sentence(scm_key_rule())} `{name.lower()}` would be right."
                    for name in ("Lot", "Activation_Status")
                ],
            },
        ),
        ({"lot": 7}, {"lot": "x"}, {"constraints": ["lot: It must be a text."]}),
        (
            {"scm_lot": "A", "lot": "B"},
            {"lot": "x"},
            {"constraints": ["scm_lot: It is `lot` too; give it once."]},
        ),
        (
            {"sku": "sku1"},
            {"lot": "x"},
            {"constraints": ["sku: It looks like `product`; write `scm_sku` if that is its name."]},
        ),
        ({"lot": "x"}, {}, {"scm_data": ["It changes nothing: name at least one value."]}),
        (
            {"activaton_status": 1},
            {"prodcut": "sku1"},
            {
                "constraints": ["activaton_status: There is no such filter; the nearest is `activation_status`."],
                "scm_data": ["prodcut: There is no such field; the nearest is `product`."],
            },
        ),
        (
            {"lot": "x"},
            {"blacklist_reason": 4},
            {"scm_data": [f"blacklist_reason: {REASON_NEEDS_STATUS}"]},
        ),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_queued(demo: Demo, constraints: Any, values: Any, wrong: Any) -> None:
    assert asked(client_of(demo.staff), constraints, values) == (400, wrong)
    assert not IngestionRecord.objects.exists()


def test_a_slip_in_a_constraint_is_named_and_a_prefix_says_that_it_is_none(demo: Demo) -> None:
    """Otherwise it would select no code, and the change would be completed with none."""
    some_codes(demo.staff, "aaa00001", scm_data={"pallet_number": "7", "lot_1": "A"})
    client = client_of(demo.staff)
    status, answer = asked(client, {"palet_number": "7"}, {"activation_status": 1})
    said = "palet_number: It looks like `pallet_number`; write `scm_palet_number` if that is its name."
    assert (status, answer) == (400, {"constraints": [said]})
    for constraints in ({"scm_palet_number": "7"}, {"lot_2": "A"}, {"pallet_number": "8"}, {"roll": "1"}):
        assert asked(client, constraints, {"activation_status": 1})[0] == 200


@pytest.mark.parametrize(("count", "told"), [(101, "101"), (12_345, "12,345")])
def test_more_constraints_than_a_call_takes_are_counted_and_looked_at_no_further(
    demo: Demo, count: int, told: str
) -> None:
    constraints = {f"activation_statu{number}": "1" for number in range(count)}
    said = {"constraints": [f"It has {told} constraints; 100 at most."]}
    assert asked(client_of(demo.staff), constraints, {"activation_status": 1}) == (400, said)


def test_names_of_constraints_are_compared_so_often_and_no_more(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    some_codes(demo.staff, "aaa00001", scm_data={"pallet_number": "7", "carton_number": "A"})
    monkeypatch.setattr(change_names, "MOST_COMPARED", 400)  # one name of 12 characters with two of 13 is 312
    status, answer = asked(client_of(demo.staff), {"palet_number": "7", "cartn_number": "A"}, {"activation_status": 1})
    said = "palet_number: It looks like `pallet_number`; write `scm_palet_number` if that is its name."
    assert (status, answer) == (400, {"constraints": [said]})


def test_unknown_fields_are_refused_with_the_nearest(demo: Demo) -> None:
    answer = client_of(demo.staff).post(ASYNC, {"constrains": {}, "scm_data": {"lot": "x"}}, format="json")
    assert answer.json() == {"constrains": ["There is no such field; the nearest is `constraints`."]}


def test_a_repeat_with_the_same_key_queues_once(demo: Demo) -> None:
    client, header = client_of(demo.staff), {"Idempotency-Key": "once"}
    first = asked(client, {"lot": "x"}, {"activation_status": 1}, **header)
    assert asked(client, {"lot": "x"}, {"activation_status": 1}, **header) == first
    assert asked(client, {"lot": "y"}, {"activation_status": 1}, **header)[0] == 422
    assert IngestionRecord.objects.count() == 1


def test_printing_partners_and_people_without_the_permission_change_nothing(demo: Demo) -> None:
    for client in (client_of(demo.printer), client_of(demo.support), client_of(demo.staff, "scm_code_edit")):
        assert asked(client, {"lot": "x"}, {"activation_status": 1})[0] == 403
    assert not IngestionRecord.objects.exists()


def test_a_task_is_a_change_of_the_own_company(demo: Demo) -> None:
    upload = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    key = asked(client_of(demo.staff), {"lot": "x"}, {"activation_status": 1})[1]["task_id"]
    for client, of in ((client_of(demo.other_staff), key), (client_of(demo.staff), upload.key)):
        assert client.get(f"/api/v2/scm/tasks/{of}/").status_code == 404


def test_a_change_is_undone_by_a_record_of_its_own(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001", "bbb00002")
    first = changed(demo.staff, {"search": "aaa"}, activation_status=1)
    client = client_of(demo.admin, "scm_undo")
    at = f"/api/v2/ingestion/{first.key}/undo/"
    assert client.get(at).json() == {"undone": 1, "kept": 0, "kept_codes": []}
    answer = client.post(at, {}, format="json")
    undo = answer.json()
    assert (answer.status_code, undo["status"], undo["type"]) == (201, "queued", "scm")
    assert undo["parameters"] == {"undoes": first.key}
    again = client.post(at, {}, format="json")
    assert (again.status_code, again.json()) == (400, {"detail": f"It is being undone already, by {undo['key']}."})
    finished(undo["key"])
    assert values_of("aaa00001") == (None, 0, 0, {})
    assert client.get(f"/api/v2/ingestion/{undo['key']}/undo/").json() == {"undone": 1, "kept": 0, "kept_codes": []}
    undone(demo.admin, IngestionRecord.objects.get(key=undo["key"]))
    assert values_of("aaa00001") == (None, 1, 0, {})


def test_codes_that_changed_since_are_counted_and_listed(committed_demo: Demo) -> None:
    demo = committed_demo
    some_codes(demo.staff, "aaa00001", "bbb00002", "ccc00003")
    first = changed(demo.staff, {"search": ""} | {"activation_status": 0}, activation_status=1)
    changed(demo.staff, {"search": "bbb"}, activation_status=2)
    at = f"/api/v2/ingestion/{first.key}/undo/"
    assert client_of(demo.admin).get(at).json() == {"undone": 2, "kept": 1, "kept_codes": ["bbb00002"]}


def test_what_cannot_be_undone_is_refused(demo: Demo) -> None:
    upload = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    client, at = client_of(demo.admin), f"/api/v2/ingestion/{upload.key}/undo/"
    said = {"detail": "Only changes of codes can be undone; an upload of new codes can be withdrawn."}
    for answer in (client.get(at), client.post(at, {}, format="json")):
        assert (answer.status_code, answer.json()) == (400, said)
    assert client_of(demo.staff).post(at, {}, format="json").status_code == 403
    assert client_of(demo.other_staff, "scm_undo").post(at, {}, format="json").status_code == 403
    assert client.post("/api/v2/ingestion/nothing00000/undo/", {}, format="json").status_code == 404
