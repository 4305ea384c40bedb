"""Every call of the API refuses unknown names by name, with the nearest right one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from ingestion import services
from portal.api.calls import Call
from portal.values.suggestions import nearest
from tests.support.api_calls import GUARDED, address, keeps, one_of_each, routes
from tests.support.demo import Demo
from tests.support.tokens import client_of
from workorders.models import Code, Product, Workorder

UPLOAD = "/api/v2/ingestion/codes/upload"
PROCESS = f"{UPLOAD}/process/"
FROM_FILE = "/api/v2/ingestion/codes/process-from-file/"
ADD = "/api/v2/ingestion/codes/add-sids/"
SID, SSC = "/api/v2/workorders/create-sid/", "/api/v2/workorders/create-ssc/"
every_call = pytest.mark.parametrize("call", GUARDED)
every_write = pytest.mark.parametrize("call", [call for call in GUARDED if not call.startswith("GET")])


def caller(demo: Demo, call: str) -> APIClient:
    """One whom the call would serve, or refuse for its state alone."""
    prints = call.endswith(("confirm/", "printed/", "secure-codes/"))
    return client_of(demo.printer if prints else keeps(demo, call))


def test_every_call_passes_the_one_place(demo: Demo) -> None:
    views = [view.view_class for _route, view in routes() if hasattr(view, "view_class")]
    assert len(views) >= 25
    assert all(issubclass(view, Call) for view in views)


@every_call
def test_an_unknown_parameter_is_refused_by_name(demo: Demo, call: str) -> None:
    method, path = address(call, one_of_each(demo))
    for query, name in (("qwertz=1", "qwertz"), ("format=json", "format"), ("qwertz", "qwertz"), ("_=1&limit2=2", "_")):
        answer: Any = caller(demo, call).generic(method, f"{path}?{query}")
        assert (answer.status_code, name in answer.json()) == (400, True), query
        assert answer.json()[name][0].startswith("There is no such parameter; ")


@every_write
def test_an_unknown_field_is_refused_by_name(demo: Demo, call: str) -> None:
    method, path = address(call, one_of_each(demo))
    body = json.dumps({"qwertz": None, "Reference ": 1, "": 2})
    answer: Any = caller(demo, call).generic(method, path, body, "application/json")
    assert answer.status_code == 400
    assert {"qwertz", "Reference ", ""} <= answer.json().keys()
    assert answer.json()["qwertz"][0].startswith("There is no such field; ")


@every_write
@pytest.mark.parametrize("body", ["[]", '"text"', "7", "null", "[{}]", "true"])
def test_a_body_that_is_no_object_is_refused(demo: Demo, call: str, body: str) -> None:
    method, path = address(call, one_of_each(demo))
    answer: Any = caller(demo, call).generic(method, path, body, "application/json")
    assert (answer.status_code, list(answer.json())) == (400, ["non_field_errors"])


@every_write
def test_a_key_that_stands_twice_is_refused(demo: Demo, call: str) -> None:
    method, path = address(call, one_of_each(demo))
    answer: Any = caller(demo, call).generic(method, path, '{"record": 1, "record": 2}', "application/json")
    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": 'JSON parse error - an object has the key "record" more than once.'},
    )


@every_write
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/csv"])
def test_a_form_is_no_json(demo: Demo, call: str, kind: str) -> None:
    method, path = address(call, one_of_each(demo))
    answer: Any = caller(demo, call).generic(method, path, "record=1", kind)
    assert (answer.status_code, list(answer.json())) == (415, ["detail"])


def test_keys_that_stand_twice_within_values_are_refused(demo: Demo) -> None:
    for path, body in (
        (PROCESS, '{"record": "x", "default_scm_data": {"product": "sku1", "product": "sku2"}}'),
        (PROCESS, '{"record": "x", "columns": {"a": "b", "a": "c"}}'),
        (ADD, '{"mode": "file", "default_scm_data": {"product": "sku1", "product": "sku2"}}'),
        (ADD, '{"mode": "file", "mode": "api"}'),
    ):
        answer = client_of(demo.staff).post(path, body, content_type="application/json")
        assert answer.status_code == 400, body
        assert "more than once" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "name", "said"),
    [
        *(
            (path, name, said)
            for path in (PROCESS, FROM_FILE, ADD)
            for name, said in (
                ("default_smc_data", "the nearest is `default_scm_data`"),
                ("scm_data", "the nearest is `default_scm_data`"),
                ("defaultScmData", "the nearest is `default_scm_data`"),
                ("prefix", "the nearest is `url_prefix`"),
                ("URL_PREFIX", "the nearest is `url_prefix`"),
                ("allow_posted_duplicate", "the nearest is `allow_posted_duplicates`"),
                ("use_serial_number", "The codes of an upload have no serial numbers"),
                ("product", 'It belongs into `default_scm_data`: {"product": ...}.'),
                ("activation_status", 'It belongs into `default_scm_data`: {"activation_status": ...}.'),
                ("idformat", "the nearest is `id_format`"),
            )
        ),
        (PROCESS, "work_order", "the nearest is `workorder`"),
        (PROCESS, "column", "the nearest is `columns`"),
        (PROCESS, "sha-256", "the nearest is `sha256`"),
        (PROCESS, "record_key", "the nearest is `record`"),
        (ADD, "workorder", "These codes get a workorder of their own;"),
        (ADD, "code", "the nearest is `codes`"),
        (f"{UPLOAD}/get-post-data/", "file_type", "the nearest is `filetype`"),
        (f"{UPLOAD}/get-post-data/", "default_scm_data", "there are `filetype` and `file_name`"),
        (SID, "avoid_look_alikes", "the nearest is `avoid_lookalikes`"),
        (SID, "serial_number", "the nearest is `use_serial_number`"),
        (SID, "prefix", "the nearest is `url_prefix`"),
        (SID, "amount", "there are `reference`, `remarks`, `quantity`, "),
        (SSC, "partner", "the nearest is `printing_partner`"),
        (SSC, "avoid_lookalikes", "There is no such field; "),
        ("/api/v2/products/", "SKU_", "the nearest is `sku`"),
        ("/api/v2/products/", "id", "Codeport says what it is; leave it out."),
        ("/api/v2/products/", "created_at", "Codeport says what it is; leave it out."),
    ],
)
def test_the_nearest_name_is_said(demo: Demo, path: str, name: str, said: str) -> None:
    answer = client_of(demo.staff).post(path, {name: True}, format="json")
    assert answer.status_code == 400
    assert said in answer.json()[name][0]
    assert (Workorder.objects.count(), demo.company.ingestions.count()) == (0, 0)


def test_a_product_comes_back_as_it_was_read_but_for_what_can_be_changed(demo: Demo) -> None:
    client = client_of(demo.staff)
    path = f"/api/v2/products/{demo.company.products.earliest('pk').pk}/"
    whole = client.get(path).json()
    for wrong in ({"id": 10**30}, {"created_at": "2020-01-01"}, {"created_at": None}):
        answer = client.patch(path, whole | wrong | {"name": "x"}, format="json")
        assert (answer.status_code, answer.json()) == (400, {key: ["It cannot be changed."] for key in wrong})
    assert client.get(path).json() == whole
    assert client.patch(path, {"nme": "x"}, format="json").json() == {
        "nme": ["There is no such field; the nearest is `name`."]
    }


def test_wrong_names_are_counted_and_cut(demo: Demo) -> None:
    body = {f"{number:03}" + "x" * 500: 1 for number in range(100)}
    answer = client_of(demo.staff).post(PROCESS, body, format="json").json()
    assert (len(answer), {len(name) for name in answer}) == (20, {100})


# Parameters of lists

RECORDS, CODES, WORKORDERS, PRODUCTS = (f"/api/v2/{each}/" for each in ("ingestion", "codes", "workorders", "products"))
STATUSES = "`uploading`, `queued`, `processing`, `completed`, `error` and `cancelled`"


@pytest.mark.parametrize(
    ("path", "query", "name", "said"),
    [
        (RECORDS, "status=Error", "status", f"It must be one of {STATUSES}. The nearest is `error`."),
        (RECORDS, "status=bogus", "status", f"It must be one of {STATUSES}."),
        (RECORDS, "status=", "status", f"It must be one of {STATUSES}."),
        (RECORDS, "status=done&limit=1", "status", f"It must be one of {STATUSES}."),
        (RECORDS, "type=foo", "type", "It must be one of `code` and `scm`."),
        (RECORDS, "type=codes", "type", "It must be one of `code` and `scm`. The nearest is `code`."),
        (
            RECORDS,
            "ingestion_mode=API",
            "ingestion_mode",
            "one of `api` and `portal`. The nearest is `api`.",
        ),
        (RECORDS, "state=error", "state", "There is no such parameter; the nearest is `status`."),
        (RECORDS, "ordering=id", "ordering", "There is no such parameter; there are `type`, `status`, "),
        (
            RECORDS,
            "created_at__lt=",
            "created_at__lt",
            "There is no such parameter; the nearest is `created_at_before`.",
        ),
        (RECORDS, "created_at__gte=2026-01-01", "created_at__gte", "the nearest is `created_at_after`."),
        (RECORDS, "created_at_before=", "created_at_before", "It must look like 2026-11-23"),
        (RECORDS, "created_at_after=yesterday", "created_at_after", "It must look like 2026-11-23"),
        (RECORDS, "created_at_after=2026-02-30", "created_at_after", "It must look like 2026-11-23"),
        (RECORDS, "search=a&search=b", "search", "Give it once."),
        (RECORDS, "status=error&status=error", "status", "Give it once."),
        (WORKORDERS, "state=Completed", "state", "The nearest is `completed`."),
        (WORKORDERS, "type=sid", "type", "It must be one of `SID` and `SSC`. The nearest is `SID`."),
        (WORKORDERS, "is_archived=yes", "is_archived", "It must be true or false."),
        (WORKORDERS, "is_archived=", "is_archived", "It must be true or false."),
        (WORKORDERS, "archived=true", "archived", "the nearest is `is_archived`."),
        (WORKORDERS, "ordering=-Reference", "ordering", "The nearest is `reference`."),
        (WORKORDERS, "ordering=reference,", "ordering", "It must be one of `reference`, `quantity` and `created_at`."),
        (PRODUCTS, "sku=sku1", "sku", "There is no such parameter; the nearest is `sku__exact`."),
        (PRODUCTS, "is_archived=false&is_archived=true", "is_archived", "Give it once."),
        (CODES, "pallet_number=pal1", "pallet_number", "There is no such parameter; "),
        (CODES, "ordering=id", "ordering", "There is no such parameter; "),
        (CODES, "status=1", "status", "the nearest is `activation_status`."),
        (CODES, "activation_status=Active", "activation_status", "It must be one of `0`, `1` and `2`."),
        (CODES, "activation_status=", "activation_status", "It must be one of `0`, `1` and `2`."),
        (CODES, "blacklist_reason=11", "blacklist_reason", "It must be one of `0`, `1`, "),
        (CODES, "workorder=9223372036854775808", "workorder", "It must be a whole number."),
        ("/api/v2/workorder-templates/", "name=x", "name", "There is no such parameter; "),
        *(
            (path, f"{name}={value}", name, "It must be a whole number")
            for path in (RECORDS, CODES, WORKORDERS)
            for name, value in (
                ("limit", "abc"),
                ("limit", "0"),
                ("limit", "-1"),
                ("limit", ""),
                ("limit", "1.0"),
                ("limit", "%D9%A1"),
                ("offset", "x"),
                ("offset", "-1"),
                ("offset", "%2B1"),
                ("offset", "1_0"),
            )
        ),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_refused(demo: Demo, path: str, query: str, name: str, said: str) -> None:
    answer = client_of(demo.admin).get(f"{path}?{query}")
    assert (answer.status_code, list(answer.json())) == (400, [name])
    assert said in answer.json()[name][0]


def test_the_errors_of_a_record_are_filtered_by_their_kinds(demo: Demo) -> None:
    record = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api")
    path = f"{RECORDS}{record.key}/errors/"
    client = client_of(demo.staff)
    assert client.get(f"{path}?error=duplicate_id_error").json()["count"] == 0
    for wrong in ("foo", "Duplicate_id_error", "duplicate_id_errors", ""):
        answer = client.get(f"{path}?error={wrong}")
        assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert "The nearest is `duplicate_id_error`." in client.get(f"{path}?error=duplicate").json()["error"][0]


def test_what_is_empty_asks_for_nothing_where_any_text_may_stand(demo: Demo) -> None:
    client = client_of(demo.staff)
    assert (
        client.get(f"{PRODUCTS}?search=&ordering=&sku__exact=").json()["count"]
        == Product.objects.filter(company=demo.company).count()
    )


def test_a_page_has_no_more_rows_than_it_may(demo: Demo) -> None:
    workorder = Workorder.objects.create(company=demo.company, reference="x", quantity=0, created_by=demo.staff)
    ids = [f"code-{number:05}" for number in range(1001)]
    Code.objects.bulk_create(
        Code(company=demo.company, workorder=workorder, identifier=identifier, sequence=at)
        for at, identifier in enumerate(ids, 1)
    )
    client = client_of(demo.staff)
    for limit in ("1000", "1001", "99999", "9" * 40):
        assert len(client.get(f"{CODES}?limit={limit}").json()["results"]) == 1000
    assert client.get(f"{PRODUCTS}?offset={'9' * 40}").json()["results"] == []


@pytest.mark.parametrize(
    ("given", "known", "expected"),
    [
        ("statuss", ["status", "search"], "status"),
        ("createdAtBefore", ["created_at_after", "created_at_before"], "created_at_before"),
        ("created_at__lte", ["created_at_after", "created_at_before"], "created_at_before"),
        ("status", ["search", "activation_status"], "activation_status"),
        ("sku", ["search", "sku__exact"], "sku__exact"),
        ("x", ["status", "exact"], ""),
        ("x" * 100_000, ["status"], ""),
        ("", ["status"], ""),
    ],
)
def test_the_nearest_name(given: str, known: list[str], expected: str) -> None:
    assert nearest(given, known) == expected
