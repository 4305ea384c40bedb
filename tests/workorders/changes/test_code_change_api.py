"""Changing one code by a call, and reading its history."""

from __future__ import annotations

from threading import Thread
from typing import Any

import psycopg
import pytest
from django.db import connection
from rest_framework.test import APIClient

from tests.support.changes import changed, values_of
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.running import in_thread
from tests.support.tokens import client_of
from workorders.changes import single
from workorders.codes.fields import as_sentence, scm_key_rule
from workorders.models import Change, Code, CodeChange, Workorder

AT = "/api/v2/codes/aaa00001/"


def patched(client: APIClient, body: dict[str, Any], at: str = AT, **headers: str) -> tuple[int, Any]:
    answer: Any = client.patch(at, body, format="json", headers=headers)
    return answer.status_code, answer.json()


def test_a_code_is_changed_and_answered(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001", scm_data={"lot": "A", "size": "L"})
    client = client_of(demo.staff, "scm_code_edit", "codes_view")
    body = {"activation_status": 2, "blacklist_reason": 4, "product": "sku1", "scm_data": {"lot": None, "roll": "3"}}
    status, code = patched(client, body)
    assert (status, code) == (200, client.get(AT).json())
    assert {name: code[name] for name in body} == body | {"scm_data": {"size": "L", "roll": "3"}}
    [change] = Change.objects.all()
    assert (change.origin, change.record_key, change.created_by, change.codes) == ("api", "", demo.staff, 1)


def test_what_was_read_may_come_back_with_its_changes(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001", scm_data={"lot": "A"})
    client = client_of(demo.staff)
    code = client.get(AT).json()
    assert patched(client, code) == (200, code)
    assert not Change.objects.exists()
    assert patched(client, code | {"activation_status": 1})[1] == code | {"activation_status": 1}
    assert patched(client, {}) == (200, code | {"activation_status": 1})
    assert patched(client, code | {"activation_status": 1, "sequence": 7, "workorder": 0})[1] == {
        "workorder": ["It cannot be changed."],
        "sequence": ["It cannot be changed."],
    }


def test_a_code_keeps_its_product_that_is_archived_and_no_other_gets_it(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001", "aaa00002")
    client, other = client_of(demo.staff), "/api/v2/codes/aaa00002/"
    assert patched(client, {"product": "sku1"})[0] == 200
    demo.company.products.filter(sku="sku1").update(is_archived=True)
    code = client.get(AT).json()
    assert patched(client, code | {"activation_status": 1}) == (200, code | {"activation_status": 1})
    assert patched(client, {"product": "sku1"}, other) == (
        400,
        {"product": ["No product of the company has this SKU, or it is hidden. The nearest is `sku5`."]},
    )


def test_a_repeated_change_leaves_one_line_of_history(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001")
    client = client_of(demo.staff)
    for _ in range(2):
        assert patched(client, {"activation_status": 1})[0] == 200
    assert client.get(f"{AT}history/").json()["count"] == 1


def test_wrong_values_are_named_and_nothing_is_changed(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001")
    client = client_of(demo.staff)
    assert patched(client, {"activaton_status": 1}) == (
        400,
        {"activaton_status": ["There is no such field; the nearest is `activation_status`."]},
    )
    status, wrong = patched(
        client, {"activation_status": 5, "product": "sku-1", "scm_data": {"Lot": "x", "prodcut": "y"}}
    )
    assert (status, wrong) == (
        400,
        {
            "activation_status": ["It must be 0 (inactive), 1 (active) or 2 (blacklisted)."],
            "product": ["No product of the company has this SKU, or it is hidden. The nearest is `sku1`."],
            "scm_data": [
                f"Lot: {as_sentence(scm_key_rule())} `lot` would be right.",
                "prodcut: There is no such field; the nearest is `product`.",
            ],
        },
    )
    assert patched(client, {"scm_data": {"status": 1, "lot": "x", "extended_id": "y"}})[1] == {
        "scm_data": [
            "status: There is no such field; the nearest is `activation_status`.",
            "extended_id: No change gives codes another one.",
        ]
    }
    assert patched(client, {"scm_data": ["x"]})[1] == {"scm_data": ['It must be an object, like {"lot": "B7"}.']}
    assert patched(client, {"scm_data": {"product": "sku1"}})[1] == {
        "scm_data": ["product stands beside it, not in it."]
    }
    assert patched(client, {"activation_status": 1, "blacklist_reason": 4})[1] == {
        "blacklist_reason": [
            "The reason 4 goes with activation status 2 (blacklisted) alone, but the status is 1 (active)."
        ]
    }
    assert patched(client, {"blacklist_reason": 4})[1] == {
        "blacklist_reason": ["A blacklist reason goes with activation status 2 (blacklisted) alone: give that too."]
    }
    assert values_of("aaa00001") == (None, 0, 0, {})
    assert not Change.objects.exists()


def test_what_a_cancelled_workorder_blacklisted_stays_so(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "aaa00001", activation_status=2, blacklist_reason=9)
    Workorder.objects.filter(pk=workorder.pk).update(state=Workorder.State.CANCELLED)
    status, refused = patched(client_of(demo.staff), {"activation_status": 1})
    assert status == 400
    assert "cancelled workorder" in refused["activation_status"][0]
    assert values_of("aaa00001") == (None, 2, 9, {})


def test_a_reason_of_codeport_comes_back_and_is_given_to_no_other_code(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001", activation_status=2, blacklist_reason=10)
    some_codes(demo.staff, "bbb00002")
    client = client_of(demo.staff)
    assert patched(client, {"blacklist_reason": 10, "scm_data": {"lot": "1"}})[0] == 200
    assert values_of("aaa00001") == (None, 2, 10, {"lot": "1"})
    status, refused = patched(client, {"activation_status": 2, "blacklist_reason": 10}, "/api/v2/codes/bbb00002/")
    said = "The reason 10 (maximum scan count exceeded) is given by Codeport alone. Write one from 1 to 8."
    assert (status, refused) == (400, {"blacklist_reason": [said]})
    body = {"constraints": {"search": "bbb"}, "scm_data": {"activation_status": 2, "blacklist_reason": 10}}
    refused = client.post("/api/v2/scm/upload/async/", body, format="json").json()
    assert refused == {"scm_data": [f"blacklist_reason: {said}"]}
    assert patched(client, {"activation_status": 2}, "/api/v2/codes/bbb00002/")[0] == 200  # a reason is not asked for
    assert values_of("bbb00002") == (None, 2, 0, {})


def test_a_code_gets_no_more_fields_than_it_may_have(demo: Demo) -> None:
    fields = {f"f{number}": "1" for number in range(9_999)}
    some_codes(demo.staff, "aaa00001", scm_data=fields)
    status, refused = patched(client_of(demo.staff), {"scm_data": {"more": "1", "most": "2"}})
    said = "The code would have more than 10,000 SCM fields, the most that a code has."
    assert (status, refused) == (400, {"scm_data": [said]})
    assert patched(client_of(demo.staff), {"scm_data": {"more": "1"}})[0] == 200
    assert values_of("aaa00001")[3] == fields | {"more": "1"}


def test_reading_codes_takes_either_permission_and_changing_them_another(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001")
    for codename in ("codes_view", "workorder_view"):
        client = client_of(demo.staff, codename)
        for part in ("", "history/", "image/?images=svg"):
            assert client.get(f"{AT}{part}").status_code == 200, (codename, part)
        assert client.get("/api/v2/codes/").status_code == 200
        assert patched(client, {"activation_status": 1})[0] == 403
    client = client_of(demo.staff, "scm_code_edit")
    assert patched(client, {"activation_status": 1})[0] == 200
    assert client.get(AT).status_code == 403
    assert client_of(demo.support).get(AT).status_code == 200


def test_another_companys_code_does_not_exist(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001")
    client = client_of(demo.other_staff)
    assert patched(client, {"activation_status": 1}) == (404, {"detail": "Not found."})
    assert client.get(f"{AT}history/").status_code == 404
    assert values_of("aaa00001") == (None, 0, 0, {})


def test_history_tells_who_changed_what_the_latest_first(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001", scm_data={"lot": "A"})
    client = client_of(demo.admin)
    record = changed(demo.staff, {"search": "aaa"}, mode="portal", product="sku1", lot="B", roll="3")
    patched(client, {"activation_status": 2, "blacklist_reason": 4, "scm_data": {"lot": None}})
    found = client.get(f"{AT}history/").json()
    latest, first = found["results"]
    assert (found["count"], found["next"], found["previous"]) == (2, None, None)
    assert (latest["by"], latest["origin"], latest["record"], latest["undoes"]) == (
        "admin@demo.example",
        "api",
        None,
        None,
    )
    assert latest["changes"] == {
        "activation_status": {"old": 0, "new": 2},
        "blacklist_reason": {"old": 0, "new": 4},
        "lot": {"old": "B", "new": None},
    }
    assert (first["by"], first["origin"], first["record"]) == ("staff@demo.example", "page", record.key)
    assert first["changes"] == {
        "product": {"old": None, "new": "sku1"},
        "lot": {"old": "A", "new": "B"},
        "roll": {"old": None, "new": "3"},
    }
    assert client.get(f"{AT}history/?limit=1").json()["results"] == [latest]
    assert client.get(client.get(f"{AT}history/?limit=1").json()["next"]).json()["results"] == [first]
    CodeChange.objects.filter(change=first["id"]).delete()  # as a retention time does
    assert [each["id"] for each in client.get(f"{AT}history/").json()["results"]] == [latest["id"]]


def test_people_of_other_companies_stand_as_their_company(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001")
    client = client_of(demo.staff)
    patched(client, {"activation_status": 1})
    for person, said in ((demo.printer, "PrintCo"), (demo.root, "the operators of this portal"), (None, None)):
        Change.objects.update(created_by=person)
        assert client.get(f"{AT}history/").json()["results"][0]["by"] == said


def test_history_of_an_id_with_slashes_and_an_id_that_ends_in_history(demo: Demo) -> None:
    plain, named = "01/04006381333931/21/A1", "01/04006381333931/21/history"
    some_codes(demo.staff, plain, named)
    client = client_of(demo.staff)
    for identifier in (plain, named):
        at = f"/api/v2/codes/{identifier}/"
        assert client.get(at).json()["id"] == identifier
        assert patched(client, {"activation_status": 1}, at)[1]["id"] == identifier
        assert client.get(f"{at}history/").json()["count"] == 1
        escaped = identifier.replace("/", "%2F")
        assert client.get(f"/api/v2/codes/{escaped}/history/").json()["count"] == 1


def test_history_costs_the_same_number_of_questions_however_long_it_is(
    demo: Demo, django_assert_num_queries: Any
) -> None:
    some_codes(demo.staff, "aaa00001")
    client = client_of(demo.staff)
    client.get(f"{AT}history/")
    for _ in range(2):
        for status in (1, 2, 0):
            patched(client, {"activation_status": status, "product": f"sku{status + 1}"})
        with django_assert_num_queries(9):
            client.get(f"{AT}history/")


def test_two_changes_at_once_are_both_made_one_after_the_other(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    bodies: list[dict[str, Any]] = [{"scm_data": {f"field_{number}": "x"}} for number in range(6)]
    answers: list[int] = []

    def change(number: int) -> None:
        answers.append(patched(client_of(committed_demo.staff), bodies[number])[0])

    threads = [Thread(target=in_thread, args=(change, number)) for number in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * len(bodies)
    assert values_of("aaa00001")[3] == {f"field_{number}": "x" for number in range(6)}
    history = client_of(committed_demo.staff).get(f"{AT}history/").json()
    assert history["count"] == 6


def test_a_call_waits_for_another_change_no_longer_than_said(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    monkeypatch.setattr(single, "PATIENCE", 1)
    client = client_of(committed_demo.staff)
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("UPDATE workorders_code SET activation_status = 1")
        answer: Any = client.patch(AT, {"activation_status": 2}, format="json")
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "Another change of the same codes is under way" in answer.json()["detail"]
        assert Code.objects.get(identifier="aaa00001").activation_status == 0
    assert patched(client, {"activation_status": 2})[0] == 200
    assert values_of("aaa00001") == (None, 2, 0, {})
