"""Conventions of the API: idempotency keys, limits, request ids, and keyset pagination."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from ingestion import services
from ingestion.models import IngestionError, IngestionRecord
from portal import tasks
from portal.http.request_ids import RequestIdFilter
from portal.models import KeptAnswer
from tests.support.demo import Demo
from tests.support.tokens import client_of, issue
from tests.support.uploads import ingested
from workorders.models import Product, Workorder

FORM = "/api/v2/ingestion/codes/upload/get-post-data/"
PROCESS = "/api/v2/ingestion/codes/upload/process/"
CREATE = "/api/v2/workorders/create-sid/"


def post(client: APIClient, path: str, body: dict[str, Any], key: str | None = "k1") -> Any:
    """The answer to a call with that Idempotency-Key."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(path, body, format="json", headers=headers)


def order(reference: str = "Spring") -> dict[str, Any]:
    return {"reference": reference, "quantity": 3}


# Idempotency-Key


def test_a_call_sent_again_is_answered_alike_and_does_nothing(demo: Demo) -> None:
    client = client_of(demo.staff)
    first, again = (post(client, CREATE, order()) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert again["Content-Type"] == first["Content-Type"] == "application/json"
    assert Workorder.objects.count() == 1


def test_a_record_and_its_form_are_made_once_for_a_key(demo: Demo) -> None:
    client = client_of(demo.staff)
    first, again, other = (post(client, FORM, {"filetype": "csv"}, key) for key in ("k1", "k1", "k2"))
    assert again.json() == first.json()
    assert other.json()["record_key"] != first.json()["record_key"]
    assert IngestionRecord.objects.count() == 2


def test_process_and_cancel_sent_again_succeed_again(demo: Demo) -> None:
    client = client_of(demo.admin)
    record = services.start_upload(demo.admin, demo.company, filetype="csv", mode="api")
    path = f"/api/v2/ingestion/{record.key}/cancel/"
    first, again = (post(client, path, {}) for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json()["status"] == "cancelled"
    assert again.content == first.content
    assert post(client, path, {}, "k2").status_code == 400
    assert post(client, PROCESS, {"record": record.key}).status_code == 400


def test_a_refusal_is_kept_too(demo: Demo) -> None:
    client = client_of(demo.staff)
    refused = post(client, CREATE, {"reference": "Spring"})
    assert (refused.status_code, refused.json()) == (400, {"quantity": ["This field is required."]})
    assert post(client, CREATE, {"reference": "Spring"})["Idempotency-Replayed"] == "true"
    outsider = client_of(demo.printer, "workorder_create")
    assert post(outsider, CREATE, order()).status_code == 403


def test_a_key_belongs_to_one_body_one_path_and_one_caller(demo: Demo) -> None:
    client = client_of(demo.staff)
    assert post(client, CREATE, order()).status_code == 201
    refused = post(client, CREATE, order("Summer"))
    assert (refused.status_code, refused.json()) == (
        422,
        {"detail": "This Idempotency-Key was used with another body; a new call needs a new key."},
    )
    assert post(client, FORM, {"filetype": "csv"}).status_code == 201
    assert post(client_of(demo.staff), CREATE, order("Autumn")).status_code == 201
    assert post(client, CREATE, dict(reversed(order().items()))).status_code == 201, "the same object"
    session = APIClient()
    session.force_login(demo.staff)
    assert post(session, CREATE, order("Winter")).status_code == 201
    assert post(session, CREATE, order("Winter"))["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "a" * 256, "caf\xe9", "a\tb"])
def test_a_key_is_printable_ascii_of_bounded_length(demo: Demo, key: str) -> None:
    refused = post(client_of(demo.staff), CREATE, order(), key)
    assert refused.status_code == 400
    assert refused.json() == {"Idempotency-Key": ["It takes 1 to 255 printable ASCII characters."]}
    assert not KeptAnswer.objects.exists()


def test_the_longest_key_and_a_long_path_are_taken(demo: Demo) -> None:
    client = client_of(demo.admin)
    assert post(client, CREATE, order(), "~ " * 127 + "!").status_code == 201
    assert post(client, f"/api/v2/ingestion/{'a' * 3000}/cancel/", {}).status_code == 404


def test_what_cannot_be_read_is_not_kept(demo: Demo) -> None:
    client = client_of(demo.staff)
    broken = client.generic("POST", CREATE, "{", "application/json", headers={"Idempotency-Key": "k1"})
    foreign = client.generic("POST", CREATE, "a=b", "text/plain", headers={"Idempotency-Key": "k1"})
    assert (broken.status_code, foreign.status_code) == (400, 415)
    assert post(client, CREATE, order()).status_code == 201


def test_after_a_failure_of_ours_the_call_may_be_repeated(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of(demo.staff)
    with monkeypatch.context() as broken:
        broken.setattr("workorders.orders.serializers.order_codes", lambda *_: 1 / 0)
        assert post(client, CREATE, order()).status_code == 500
    assert post(client, CREATE, order()).status_code == 201


def test_an_answer_is_kept_for_a_day(demo: Demo) -> None:
    client = client_of(demo.staff)
    first = post(client, FORM, {"filetype": "csv"}).json()
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=23, minutes=59))
    tasks.sweep()
    assert post(client, FORM, {"filetype": "csv"}).json() == first
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24, minutes=1))
    assert post(client, FORM, {"filetype": "csv"}).json() != first
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=24, minutes=1))
    tasks.sweep()
    assert not KeptAnswer.objects.exists()


def test_of_many_at_the_same_time_one_runs(committed_demo: Demo) -> None:
    token = issue(committed_demo.staff)
    answers: list[tuple[int, bytes, str | None]] = []

    def call() -> None:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"UAT {token}")
        answer = post(client, CREATE, order())
        answers.append((answer.status_code, answer.content, answer.get("Idempotency-Replayed")))
        connection.close()

    threads = [Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Workorder.objects.count() == 1
    assert {(status, body) for status, body, _ in answers} == {(201, answers[0][1])}
    assert sorted(replayed or "" for _, _, replayed in answers) == ["", *["true"] * 5]


# The limit


def test_a_token_that_asks_too_often_is_told_when_to_come_back(demo: Demo, settings: Any) -> None:
    settings.API_RATE = "3/day"
    client = client_of(demo.staff)
    assert [client.get("/api/v2/me/").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = client.get("/api/v2/products/")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) == pytest.approx(86_400 - time.time() % 86_400, abs=10)
    assert re.fullmatch(r"Request was throttled\. Expected available in \d+ seconds?\.", refused.json()["detail"])
    assert (refused["RateLimit-Limit"], refused["RateLimit-Remaining"]) == ("3", "0")
    assert refused["RateLimit-Reset"] == refused["Retry-After"]
    other = client_of(demo.staff).get("/api/v2/me/")
    assert other.status_code == 200, "another token has its own limit"
    assert other["RateLimit-Remaining"] == "2"
    assert APIClient().get("/api/v2/me/").status_code == 401


def test_a_session_has_a_limit_of_its_own(demo: Demo, settings: Any) -> None:
    settings.API_RATE = "1/day"
    client = APIClient()
    client.force_login(demo.staff)
    assert [client.get("/api/v2/me/").status_code for _ in range(2)] == [200, 429]
    assert client_of(demo.staff).get("/api/v2/me/").status_code == 200


def test_without_a_cache_each_process_counts_by_itself(demo: Demo, settings: Any) -> None:
    cache = settings.CACHES["default"]
    settings.CACHES = {"default": {**cache, "LOCATION": "unix:///nowhere/valkey.sock"}}
    settings.API_RATE = "1/day"
    client = client_of(demo.staff)
    assert [client.get("/api/v2/me/").status_code for _ in range(2)] == [200, 429]


# The names of refusals


def test_each_refusal_has_a_name_that_stays(demo: Demo) -> None:
    client = client_of(demo.staff)
    assert "Error-Code" not in client.get("/api/v2/me/")
    for path, name in (
        ("/api/v2/workorders/?statee=new", "invalid"),
        ("/api/v2/workorders/0/", "not_found"),
        ("/api/v2/nowhere/", "not_found"),
        ("/api/v2/equipment/", "permission_denied"),
    ):
        assert client.get(path)["Error-Code"] == name
    assert APIClient().get("/api/v2/me/")["Error-Code"] == "not_authenticated"
    assert client.delete("/api/v2/me/")["Error-Code"] == "method_not_allowed"
    assert post(client, PROCESS, {"record": "nothing"}, None)["Error-Code"] == "invalid_record"
    assert client.post(PROCESS, "{", content_type="application/json")["Error-Code"] == "parse_error"
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    services.cancel(record, demo.staff)
    refused, again = (post(client, PROCESS, {"record": record.key}) for _ in range(2))
    assert (refused["Error-Code"], again["Error-Code"]) == ("wrong_state", "wrong_state")
    assert again["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("host", ["evil.example", "a b", "[::1"])
def test_a_host_that_is_not_ours_is_refused_as_calls_are(demo: Demo, host: str) -> None:
    answer = client_of(demo.staff).get("/api/v2/me/", headers={"Host": host})
    assert (answer.status_code, answer["Content-Type"], answer["Error-Code"]) == (400, "application/json", "invalid")
    assert answer.json() == {"detail": "The portal does not answer to this host name."}
    assert Client(headers={"Host": host}).get("/")["Content-Type"].startswith("text/html")


# What is asked for by Accept


@pytest.mark.parametrize("accept", ["application/zip", "text/html", "application/xml;q=0.9", "nonsense", ""])
def test_an_answer_has_its_own_media_type_whatever_is_accepted(demo: Demo, accept: str) -> None:
    answer = client_of(demo.staff).get("/api/v2/products/", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


# An address without its last slash


@pytest.mark.parametrize("method", ["get", "post", "patch"])
def test_the_address_without_its_slash_leads_on_with_method_and_body(demo: Demo, method: str) -> None:
    answer = client_of(demo.staff).generic(method.upper(), "/api/v2/products?limit=1", "{}", "application/json")
    assert (answer.status_code, answer["Location"]) == (308, "/api/v2/products/?limit=1")


# The request's id


@pytest.mark.parametrize("path", ["/", "/api/v2/me/", "/nowhere", "/c/demo/abc", "/favicon.ico", "/healthz"])
def test_every_answer_names_its_request(demo: Demo, path: str) -> None:
    given = Client().get(path, headers={"X-Request-Id": "line-4.box_7"})
    assert given["X-Request-Id"] == "line-4.box_7"
    made = {Client().get(path)["X-Request-Id"] for _ in range(3)}
    assert len(made) == 3
    assert all(re.fullmatch(r"[0-9a-f]{16}", name) for name in made)


@pytest.mark.parametrize("asked", ["", "a" * 65, "a b", "a\nb", "é", "<x>"])
def test_a_strange_name_is_replaced(demo: Demo, asked: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", Client().get("/healthz", headers={"X-Request-Id": asked})["X-Request-Id"])


def test_every_line_of_the_log_names_the_request(
    demo: Demo, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.handler.addFilter(RequestIdFilter())
    monkeypatch.setattr("portal.api.me.CODENAMES", None)
    assert client_of(demo.staff).get("/api/v2/me/", headers={"X-Request-Id": "r-1"}).status_code == 500
    logging.getLogger("portal").warning("Nobody asked")
    named = [(record.getMessage(), getattr(record, "request_id", "")) for record in caplog.records]
    assert ("Internal Server Error: /api/v2/me/", "r-1") in named
    assert ("Nobody asked", "-") in named


# Keyset pagination


def pages(client: APIClient, path: str, meanwhile: Callable[[int], object]) -> list[list[int]]:
    """Return the ids on each page of a list, followed by its links, and call `meanwhile` after each page."""
    found, link = [], path
    while link:
        page = client.get(link).json()
        found.append([row["id"] for row in page["results"]])
        meanwhile(len(found))
        link = page["next"]
    return found


def test_rows_that_come_while_a_list_is_walked_shift_nothing(demo: Demo) -> None:
    def upload(_: int = 0) -> int:
        return services.start_upload(demo.staff, demo.company, filetype="csv", mode="api").pk

    ids = [upload() for _ in range(5)]
    newest_first = ids[::-1]
    assert pages(client_of(demo.staff), "/api/v2/ingestion/?limit=2", upload) == [
        newest_first[:2],
        newest_first[2:4],
        newest_first[4:],
    ]


def test_a_list_in_the_order_of_a_name_is_walked_alike(demo: Demo) -> None:
    Product.objects.all().delete()
    make = Product.objects.create
    ids = [make(company=demo.company, sku=sku).pk for sku in ("b", "c", "d")]
    path = "/api/v2/products/?limit=1"
    found = pages(client_of(demo.staff), path, lambda at: make(company=demo.company, sku=f"a{at}"))
    assert found == [[pk] for pk in ids]


@pytest.mark.parametrize("ordering", ["", "sku", "-sku", "name,-created_at", "-name"])
def test_rows_that_leave_a_list_while_it_is_walked_take_no_others_with_them(demo: Demo, ordering: str) -> None:
    Product.objects.all().delete()
    for number in range(9):
        Product.objects.create(company=demo.company, sku=f"sku{number}", name=f"name {number // 4}")
    client, found = client_of(demo.staff), []
    link = f"/api/v2/products/?limit=2&is_archived=false&ordering={ordering}"
    expected = [row["id"] for row in client.get(link.replace("limit=2", "limit=9")).json()["results"]]
    while link:
        page = client.get(link).json()
        found += [row["id"] for row in page["results"]]
        Product.objects.filter(pk__in=found).update(is_archived=True)
        link = page["next"]
    assert found == expected
    assert len(found) == 9


def test_errors_of_the_whole_file_come_last_on_a_walk(demo: Demo) -> None:
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    for row in (None, 3, 2, None, 3):
        IngestionError.objects.create(record=record, row=row, error="invalid_row_error")
    client, link, rows = client_of(demo.staff), f"/api/v2/ingestion/{record.key}/errors/?limit=1", []
    while link:
        page = client.get(link).json()
        rows += [row["row"] for row in page["results"]]
        link = page["next"]
    assert rows == [2, 3, 3, None, None]


@pytest.mark.parametrize("ordering", ["name", "-name,sku", "created_at"])
def test_a_row_that_gets_another_place_or_goes_takes_no_others_with_it(demo: Demo, ordering: str) -> None:
    Product.objects.all().delete()
    for number in range(6):
        Product.objects.create(company=demo.company, sku=f"sku{number}", name=f'"n", {number}\\')
    client, link, found = client_of(demo.staff), f"/api/v2/products/?limit=2&ordering={ordering}", []
    expected = [row["sku"] for row in client.get(link.replace("limit=2", "limit=9")).json()["results"]]
    while link:
        page = client.get(link).json()
        found += [row["sku"] for row in page["results"]]
        link = page["next"]
        last = Product.objects.filter(sku=found[-1])
        if len(found) == 2:
            last.update(name="zzz" if ordering == "name" else "", created_at=timezone.now() + timedelta(days=1))
        else:
            last.delete()
    assert found == [*expected, expected[1]], "the one that went to the end stands there, too"


@pytest.mark.parametrize(
    "after",
    [
        '"a"',
        "1",
        '"2026-01-01T00:00:00",1',
        '"0001-01-01T00:00:00+23:59",1',
        '"2026-01-01T00:00:00Z","a",1',
        "5,1",
        '"x",1',
        "NaN,1",
        "[" * 5000 + ",1",
    ],
)
def test_a_place_in_another_order_is_refused(demo: Demo, after: str) -> None:
    refused = client_of(demo.staff).get("/api/v2/products/", {"ordering": "created_at", "after": after})
    assert (refused.status_code, list(refused.json())) == (400, ["after"])


def test_a_field_that_orders_a_list_twice_does_so_where_it_stands_first(demo: Demo) -> None:
    Product.objects.all().delete()
    for sku, name in (("a", "1"), ("b", "2"), ("c", "1")):
        Product.objects.create(company=demo.company, sku=sku, name=name)
    found = client_of(demo.staff).get("/api/v2/products/?ordering=-name,sku,name").json()["results"]
    assert [row["sku"] for row in found] == ["b", "a", "c"]


@pytest.mark.parametrize("after", ['"a\\u0000",1', '"\\ud800",1'])
def test_a_place_that_no_text_has_is_refused(demo: Demo, after: str) -> None:
    refused = client_of(demo.staff).get("/api/v2/products/", {"ordering": "name", "after": after})
    assert (refused.status_code, list(refused.json())) == (400, ["after"])


def test_the_links_keep_the_count_and_lead_back(demo: Demo) -> None:
    client = client_of(demo.staff)
    for _ in range(3):
        services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    first = client.get("/api/v2/ingestion/?limit=2").json()
    services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    second = client.get(first["next"]).json()
    assert (second["count"], second["next"]) == (3, None)
    assert client.get(second["previous"]).json()["results"] == first["results"]
    assert client.get("/api/v2/ingestion/").json()["count"] == 4


def test_behind_the_end_of_a_list_a_link_leads_back_to_its_last_rows(demo: Demo) -> None:
    client = client_of(demo.staff)
    ids = [services.start_upload(demo.staff, demo.company, filetype="csv", mode="api").pk for _ in range(3)]
    behind = client.get("/api/v2/ingestion/?limit=2&offset=100").json()
    assert (behind["count"], behind["next"], behind["results"]) == (3, None, [])
    assert [row["id"] for row in client.get(behind["previous"]).json()["results"]] == ids[1::-1]
    assert client.get("/api/v2/ingestion/?limit=2&offset=100&type=scm").json()["previous"] is None


@pytest.mark.parametrize("name", ["up_to", "after"])
@pytest.mark.parametrize("asked", ["x", "-1", "1.5", "9" * 19, "\u0663"])
def test_a_strange_bound_is_refused(demo: Demo, name: str, asked: str) -> None:
    refused = client_of(demo.staff).get("/api/v2/ingestion/", {name: asked})
    assert (refused.status_code, list(refused.json())) == (400, [name])


def test_errors_are_walked_in_the_order_of_their_rows(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, "id\n" + "x\n" * 5)
    client, link, rows = client_of(committed_demo.staff), f"/api/v2/ingestion/{record.key}/errors/?limit=2", []
    while link:
        page = client.get(link).json()
        rows += [row["row"] for row in page["results"]]
        link = page["next"]
    assert rows == sorted(rows)
    assert set(rows) == {2, 3, 4, 5, 6}
