"""Changing up to a thousand codes by one call, answered at once."""

from __future__ import annotations

from threading import Thread
from typing import Any

import psycopg
import pytest
from django.db import connection
from rest_framework.test import APIClient

from ingestion.api.change_items import NO_WORKORDER
from ingestion.models import IngestionRecord
from ingestion.stages import in_call
from tests.support.changes import undone, values_of
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.running import in_thread
from tests.support.tokens import client_of
from workorders.models import Change

AT = "/api/v2/scm/upload/"


def sent(client: APIClient, *items: Any, headers: dict[str, str] | None = None, **more: Any) -> tuple[int, Any]:
    answer: Any = client.post(AT, {"items": list(items), **more}, format="json", headers=headers)
    return answer.status_code, answer.json()


def test_all_items_are_changed_and_told(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001", "bbb00002", "ccc00003", scm_data={"lot": "A"})
    status, answer = sent(
        client_of(demo.staff, "scm_bulk_edit"),
        {"extended_id": "bbb00002", "activation_status": 2, "blacklist_reason": 4, "lot": None},
        {"extended_id": "aaa00001", "product": "sku1", "weight": 1.50, "lot": ""},
        {"extended_id": "ccc00003", "lot": "A"},
    )
    record = IngestionRecord.objects.get()
    assert (status, answer) == (
        200,
        {
            "codes_affected": 2,
            "total_updates": 5,
            "changes": [
                {
                    "id": "aaa00001",
                    "changes": {"product": {"old": None, "new": "sku1"}, "weight": {"old": None, "new": "1.5"}},
                },
                {
                    "id": "bbb00002",
                    "changes": {
                        "activation_status": {"old": 0, "new": 2},
                        "blacklist_reason": {"old": 0, "new": 4},
                        "lot": {"old": "A", "new": None},
                    },
                },
            ],
            "items": {
                "bbb00002": ["activation_status", "blacklist_reason", "lot"],
                "aaa00001": ["product", "weight"],
                "ccc00003": [],
            },
            "record_key": record.key,
        },
    )
    assert values_of("aaa00001") == ("sku1", 0, 0, {"lot": "A", "weight": "1.5"})
    assert values_of("bbb00002") == (None, 2, 4, {})
    assert (record.status, record.type, record.ingestion_mode) == ("completed", "scm", "api")
    assert record.result_data == {"codes_affected": 2, "codes_unchanged": 1}
    change = Change.objects.get()
    assert (change.origin, change.record_key, change.created_by) == ("api", record.key, demo.staff)


def test_wrong_items_are_all_listed_and_nothing_is_changed(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001", "bbb00002")
    some_codes(demo.other_staff, "zzz00009")
    status, answer = sent(
        client_of(demo.staff),
        {"extended_id": "aaa00001", "activation_status": 1},
        {"extended_id": "zzz00009", "activation_status": 1},
        {"extended_id": "aaa00001", "activation_status": 0},
        {"extended_id": "bbb00002", "product": "sku-1"},
        {"activation_status": 1},
        {"extended_id": "bbb00003", "blacklist_reason": "x"},
    )
    assert status == 400
    told = [(each["index"], each["row"], each["column"], each["value"], each["error"]) for each in answer["errors"]]
    assert told == [
        (1, 2, "extended_id", "zzz00009", "code_not_found_error"),
        (2, 3, "extended_id", "aaa00001", "duplicate_id_error"),
        (3, 4, "product", "sku-1", "product_not_found_error"),
        (4, 5, "extended_id", "", "missing_id_error"),
        (5, 6, "blacklist_reason", "x", "invalid_scm_field_error"),
        (5, 6, "extended_id", "bbb00003", "code_not_found_error"),
    ]
    assert answer["detail"] == "Nothing was changed: 5 items are wrong."
    assert all(each["message"] and each["remedy"] for each in answer["errors"])
    assert values_of("aaa00001") == (None, 0, 0, {})
    assert not IngestionRecord.objects.exists()
    assert not Change.objects.exists()


def test_a_key_in_capitals_is_told_how_it_is_written(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001")
    status, answer = sent(client_of(demo.staff), {"Extended_ID": "aaa00001", "activation_status": 1})
    [first, _] = answer["errors"]
    assert (status, first["column"]) == (400, "Extended_ID")
    assert first["message"].endswith("It looks like `extended_id`. Rename it.")


def test_codes_are_named_by_an_scm_field_and_several_only_where_that_is_said(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001", "bbb00002", scm_data={"lot": "B7"})
    client, item = client_of(demo.staff), {"lot": "B7", "activation_status": 1}
    status, answer = sent(client, item, data_key="lot")
    assert (status, [each["error"] for each in answer["errors"]]) == (400, ["ambiguous_key_error"])
    status, answer = sent(client, item, data_key="lot", many=True)
    assert (status, answer["codes_affected"], answer["items"]) == (200, 2, {"B7": ["activation_status"]})


def test_one_call_changes_no_more_than_its_share(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_call, "MOST_CODES", 1)
    some_codes(demo.staff, "aaa00001", "bbb00002", scm_data={"lot": "B7"})
    status, answer = sent(client_of(demo.staff), {"lot": "B7", "activation_status": 1}, data_key="lot", many=True)
    assert (status, answer["errors"][0]["error"]) == (400, "invalid_file_error")
    assert values_of("aaa00001")[1] == 0


def test_checking_items_ends_when_its_time_of_the_processor_is_spent(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_call, "MOST_SECONDS", 0.0)
    some_codes(demo.staff, "aaa00001")
    status, answer = sent(client_of(demo.staff), {"extended_id": "aaa00001", "activation_status": 1})
    said = "Reading it takes more than 0 seconds of the processor's time; send it in parts."
    assert (status, [each["error"] for each in answer["errors"]]) == (400, ["invalid_file_error"])
    assert said in answer["errors"][0]["message"]
    assert values_of("aaa00001")[1] == 0


@pytest.mark.parametrize("items", [[], "x", [1], {"extended_id": "x"}])
def test_items_are_a_list_of_objects(demo: Demo, items: Any) -> None:
    answer: Any = client_of(demo.staff).post(AT, {"items": items}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["items"])


def test_a_thousand_items_and_no_more(demo: Demo) -> None:
    some_codes(demo.staff, *(f"code-{number:05d}" for number in range(1001)))
    items = [{"extended_id": f"code-{number:05d}", "activation_status": 1} for number in range(1001)]
    client = client_of(demo.staff)
    status, answer = sent(client, *items)
    assert (status, answer["items"]) == (
        400,
        ["One call takes 1,000 items, these are 1,001; send them by several calls, or as a file."],
    )
    assert sent(client, *items[:1000])[1]["codes_affected"] == 1000


def test_unknown_fields_are_named_with_the_nearest(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001")
    client = client_of(demo.staff)
    assert sent(client, {"extended_id": "aaa00001"}, datakey="lot")[1] == {
        "datakey": ["There is no such field; the nearest is `data_key`."]
    }
    status, answer = sent(client, {"extended_id": "aaa00001", "activaton_status": 1})
    assert (status, answer["errors"][0]["error"]) == (400, "invalid_scm_field_error")
    assert "`activation_status`" in answer["errors"][0]["message"]


def test_a_repeat_with_the_same_key_is_done_once(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001")
    client, header = client_of(demo.staff), {"Idempotency-Key": "once"}
    item = {"extended_id": "aaa00001", "activation_status": 1}
    first = sent(client, item, headers=header)
    assert sent(client, item, headers=header) == first
    assert sent(client, item)[1]["items"] == {"aaa00001": []}
    assert IngestionRecord.objects.count() == 2


def test_who_may_not_change_many_codes_changes_none(demo: Demo) -> None:
    some_codes(demo.staff, "aaa00001")
    item = {"extended_id": "aaa00001", "activation_status": 1}
    for client in (client_of(demo.staff, "scm_code_edit"), client_of(demo.support), client_of(demo.printer)):
        assert sent(client, item)[0] == 403
    assert sent(client_of(demo.other_staff), item)[1]["errors"][0]["error"] == "code_not_found_error"
    assert client_of(demo.staff).get(AT).status_code == 405
    assert values_of("aaa00001")[1] == 0


def test_it_can_be_undone(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    sent(client_of(committed_demo.staff), {"extended_id": "aaa00001", "activation_status": 1})
    assert undone(committed_demo.admin, IngestionRecord.objects.get()).result_data["codes_affected"] == 1
    assert values_of("aaa00001")[1] == 0


def test_calls_at_once_change_the_same_codes_one_after_the_other(committed_demo: Demo) -> None:
    names = [f"code-{number:05d}" for number in range(20)]
    some_codes(committed_demo.staff, *names)
    answers: list[tuple[int, Any]] = []

    def send(number: int) -> None:
        ordered = names if number % 2 else names[::-1]
        items = [{"extended_id": name, f"field_{number}": "x"} for name in ordered]
        answers.append(sent(client_of(committed_demo.staff), *items))

    threads = [Thread(target=in_thread, args=(send, number)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [status for status, _answer in answers] == [200] * 4
    assert values_of("code-00007")[3] == {f"field_{number}": "x" for number in range(4)}


def test_a_call_waits_for_another_change_no_longer_than_said(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    monkeypatch.setattr(in_call, "PATIENCE", 1)
    client, header = client_of(committed_demo.staff), {"Idempotency-Key": "again"}
    item = {"extended_id": "aaa00001", "activation_status": 2}
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("UPDATE workorders_code SET activation_status = 1")
        status, answer = sent(client, item, headers=header)
        assert status == 503
        assert "Another change of the same codes is under way" in answer["detail"]
    assert sent(client, item, headers=header)[0] == 200
    assert values_of("aaa00001")[1] == 2


def test_a_workorder_names_no_item(demo: Demo) -> None:
    status, answer = sent(client_of(demo.staff), {"workorder": "Spring", "activation_status": 1}, data_key="workorder")
    assert (status, answer) == (400, {"data_key": [NO_WORKORDER]})
