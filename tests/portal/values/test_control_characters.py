"""NUL and other control characters, in addresses, forms and bodies: 400, whoever reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.support.api_calls import GUARDED, address, one_of_each
from tests.support.demo import Demo
from tests.support.tokens import client_of
from workorders.models import Product

ESCAPED = ["%00", "%01", "%09", "%0A", "%0d", "%1b", "%1F", "%7f", "%C2%80", "%c2%9F"]
PAGES = [
    "/",
    "/upload/",
    "/ingestions/",
    "/products/",
    "/codes/",
    "/people/",
    "/tokens/",
    "/admin/",
    "/accounts/login/",
]


def signed_in(demo: Demo) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(demo.root)
    return client


@pytest.mark.parametrize("escaped", ESCAPED)
def test_an_address_with_a_control_character_is_refused(demo: Demo, escaped: str) -> None:
    client = signed_in(demo)
    for path in (f"/upload/?again={escaped}", f"/ingestions/?q=a{escaped}b", f"/codes/?{escaped}=1", f"/{escaped}"):
        answer = client.get(path)
        assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8"), path
        assert "A control character (U+00" in answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_no_page_reads_a_nul(demo: Demo, path: str) -> None:
    client = signed_in(demo)
    for name in ("q", "again", "workorder", "page", "sort", "next", "id__exact", "company__id__exact", "o", "from"):
        assert client.get(f"{path}?{name}=%00").status_code == 400
    assert client.get(f"{path}%00/").status_code == 400
    assert client.get(f"/static/css/%00{path}").status_code == 400


@pytest.mark.parametrize("escaped", ESCAPED)
def test_the_api_names_the_parameter(demo: Demo, escaped: str) -> None:
    client = client_of(demo.staff)
    point = f"U+{ord(bytes.fromhex(escaped.replace('%', '')).decode()):04X}"
    said = f"A control character ({point}) means nothing here."
    for path, expected in (
        (f"/api/v2/products/?search=a{escaped}", {"search": [said]}),
        (f"/api/v2/codes/?after={escaped}", {"after": [said]}),
        (f"/api/v2/codes/?{escaped}=1", {"detail": said}),
        (f"/api/v2/codes/{escaped}/", {"detail": said}),
        (f"/api/{escaped}", {"detail": said}),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.json()) == (400, expected), path


def test_what_only_looks_like_one_is_no_control_character(demo: Demo) -> None:
    client = client_of(demo.staff)
    for text in ("%2500", "%20", "%C2%A0", "%E2%80%AE", "a%252F00", "%5Cx00"):
        assert client.get(f"/api/v2/products/?search={text}").status_code == 200, text
    assert client.get("/api/v2/codes/%2500/").status_code == 404


@pytest.mark.parametrize("escaped", ESCAPED)
def test_the_public_page_says_itself_what_a_scanner_read(demo: Demo, escaped: str) -> None:
    answer = Client().get(f"/c/demo/abc{escaped}12345?{escaped}")
    assert (answer.status_code, answer["Content-Language"]) == (404, "en")


def test_a_form_with_a_nul_is_refused(demo: Demo) -> None:
    client = signed_in(demo)
    for path, body in (
        ("/products/create/", {"sku": "a\0b", "name": "x"}),
        ("/products/archive/", {"product": "1\0"}),
        ("/accounts/login/", {"login": "a\0@demo.example", "password": "x"}),
        ("/people/invite/", {"email": "a\0@demo.example"}),
        ("/admin/login/", {"username": "a\0"}),
        ("/tokens/create/", {"na\0me": "x"}),
    ):
        for data in (body, {**body, "csrfmiddlewaretoken": "x"}):
            answer = client.post(path, data)
            assert answer.status_code == 400, path
            assert "A control character (U+0000)" in answer.content.decode()
    assert not Product.objects.filter(sku__startswith="a").exists()


TEXTS: list[tuple[str, dict[str, Any]]] = [
    ("POST api/v2/ingestion/codes/upload/get-post-data/", {"filetype": "csv", "file_name": "\0"}),
    ("POST api/v2/ingestion/codes/upload/get-post-data/", {"filetype": "\0"}),
    ("POST api/v2/ingestion/codes/upload/process/", {"record": "a\0"}),
    ("POST api/v2/ingestion/codes/upload/process/", {"record": "x", "columns": {"a\0": "b"}}),
    ("POST api/v2/ingestion/codes/upload/process/", {"record": "x", "columns": {"a": "b\0"}}),
    ("POST api/v2/ingestion/codes/upload/process/", {"record": "x", "default_scm_data": {"a": "\0"}}),
    ("POST api/v2/ingestion/codes/upload/process/", {"record": "x", "default_scm_data": {"a\0": "b"}}),
    ("POST api/v2/ingestion/codes/upload/process/", {"record": "x", "url_prefix": "https://a.example/\0"}),
    ("POST api/v2/ingestion/codes/add-sids/", {"mode": "file", "default_scm_data": {"product": "sku1\0"}}),
    ("POST api/v2/ingestion/codes/add-sids/", {"mode": "api", "codes": [{"id": "abc1234\0"}]}),
    ("POST api/v2/ingestion/codes/add-sids/", {"mode": "api", "codes": [{"id": "abc12345", "a\0": "b"}]}),
    ("POST api/v2/ingestion/codes/add-sids/", {"mode": "api", "codes": [{"id": "abc12345", "a": "b\0"}]}),
    ("POST api/v2/workorders/create-sid/", {"reference": "a\0", "quantity": 1}),
    ("POST api/v2/workorders/create-sid/", {"reference": "a", "quantity": 1, "remarks": "\0"}),
    ("POST api/v2/workorders/create-sid/", {"reference": "a", "quantity": 1, "product": "\0"}),
    ("POST api/v2/workorders/create-ssc/", {"reference": "a", "quantity": 1, "printing_partner": "\0"}),
    ("POST api/v2/workorders/<int:pk>/reject/", {"reason": "\0"}),
    ("POST api/v2/workorders/<int:pk>/confirm/", {"equipment": "\0", "substrate": "\0"}),
    ("POST api/v2/products/", {"sku": "a\0"}),
    ("PATCH api/v2/products/<int:pk>/", {"name": "a\0"}),
    *((call, {"na\0me": "x"}) for call in GUARDED if call.startswith(("POST", "PATCH", "DELETE"))),
]


@pytest.mark.parametrize(("call", "body"), TEXTS)
def test_no_text_of_a_body_reaches_the_database_with_a_nul(demo: Demo, call: str, body: dict[str, Any]) -> None:
    method, path = address(call, one_of_each(demo))
    user = demo.printer if "confirm" in call else demo.admin
    answer: Any = client_of(user).generic(method, path, json.dumps(body), "application/json")
    assert answer.status_code in (400, 404), answer.content
