"""The headers of every answer for caches and browsers, whoever gives it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from socket import socketpair
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from gunicorn.util import write_error
from pytest_django import Settings

from ingestion.models import IngestionRecord
from portal.http.server.connection import Connection
from portal.http.server.refusals import teller
from tests.support.demo import PASSWORD, Demo
from tests.support.pages import a_refusal, as_
from tests.support.tokens import client_of
from tests.support.uploads import ingested

PRIVATE = "private, no-store"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def refused(demo: Demo) -> IngestionRecord:
    return a_refusal(demo.staff, {"missing_id_error": 1})


ANSWERS: dict[str, Callable[[Demo], Any]] = {
    "page": lambda demo: as_(demo.staff).get("/"),
    "sign-in": lambda demo: Client().get("/accounts/login/"),
    "redirect": lambda demo: Client().get("/upload/"),
    "back office": lambda demo: as_(demo.root).get("/admin/"),
    "not found": lambda demo: Client().get("/nothing/here"),
    "not allowed": lambda demo: as_(demo.printer).get("/upload/"),
    "out of date": lambda demo: Client(enforce_csrf_checks=True).post("/accounts/login/"),
    "wrong host": lambda demo: Client(headers={"Host": "evil.example"}).get("/"),
    "chunked": lambda demo: Client(headers={"Transfer-Encoding": "chunked"}).generic("POST", "/", CONTENT_LENGTH=""),
    "API": lambda demo: client_of(demo.staff).get("/api/v2/products/"),
    "API, no token": lambda demo: Client().get("/api/v2/products/"),
    "API, not found": lambda demo: client_of(demo.staff).get("/api/v2/ingestion/nothing/"),
    "API documents": lambda demo: Client().get("/api/docs/"),
    "schema": lambda demo: Client().get("/api/schema/"),
    "health": lambda demo: Client().get("/healthz"),
    "storage": lambda demo: Client().post("/storage/"),
    "session": lambda demo: as_(demo.staff).get("/account/session/"),
    "errors": lambda demo: as_(demo.staff).get(f"/ingestions/{refused(demo).key}/errors.csv"),
    "rows with errors": lambda demo: as_(demo.staff).get(f"/ingestions/{refused(demo).key}/rows-with-errors/"),
    "errors by API": lambda demo: client_of(demo.staff).get(f"/api/v2/ingestion/{refused(demo).key}/errors.csv"),
    "favicon": lambda demo: Client().get("/favicon.ico"),
}


def test_a_sign_out_clears_what_the_browser_has(demo: Demo) -> None:
    client = as_(demo.staff)
    cleared = [client.get("/accounts/logout/"), client.post("/accounts/logout/"), client.get("/accounts/login/")]
    assert [response.headers.get("Clear-Site-Data") for response in cleared] == [None, '"cache", "storage"', None]


def keeps_always(response: Any) -> None:
    assert {name: response.headers.get(name) for name in ALWAYS} == ALWAYS
    policy = response.headers["Content-Security-Policy"]
    assert "object-src" not in policy, "which default-src is for"
    for part in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert part in policy


@pytest.mark.parametrize("answer", ANSWERS)
def test_no_cache_keeps_what_is_private(demo: Demo, answer: str) -> None:
    response = ANSWERS[answer](demo)
    said = {part.strip() for part in response.headers["Cache-Control"].split(",")}
    assert {"private", "no-store"} <= said
    keeps_always(response)


def test_a_failure_of_ours_is_kept_by_nobody(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.accounts.tokens.tokens_for", None)
    monkeypatch.setattr("portal.accounts.token_views.tokens_for", None)
    client = Client(raise_request_exception=False)
    client.force_login(demo.staff)
    response = client.get("/tokens/")
    assert (response.status_code, response.headers["Cache-Control"]) == (500, PRIVATE)
    keeps_always(response)


def test_what_is_for_everybody_may_be_kept(committed_demo: Demo) -> None:
    ingested(committed_demo.staff, "id,product,activation_status\nabc12345,sku1,1\n")
    page = Client().get("/c/demo/abc12345")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "public, max-age=60")
    style = Client().get("/static/css/base.css")
    assert (style.status_code, style.headers["Cache-Control"]) == (200, "max-age=60, public")
    keeps_always(style)
    style.close()


def test_a_download_is_private_and_can_be_resumed(committed_demo: Demo) -> None:
    demo = committed_demo
    record = ingested(demo.staff, "id,product,activation_status\nabc12345,sku1,1\n")
    path = f"/api/v2/workorders/{record.workorder_id}/download/"
    client = client_of(demo.staff)
    whole = client.get(path)
    assert whole.headers["Cache-Control"] == PRIVATE
    content = b"".join(whole)
    rest = client.get(path, headers={"Range": "bytes=100-", "If-Range": whole.headers["ETag"]})
    assert (rest.status_code, rest.headers["Cache-Control"], b"".join(rest)) == (206, PRIVATE, content[100:])


# Behind https


@pytest.fixture
def https(settings: Settings) -> None:
    """The settings of an installation behind https."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = ["^healthz$", "^metrics$", "^api/", "^storage/"]
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.PUBLIC_URL = "https://codes.example.com"


@pytest.mark.parametrize("path", ["/api/v2/me/", "/api/v2/products/", "/api/schema/", "/storage/"])
def test_programs_are_refused_without_https(demo: Demo, https: None, path: str) -> None:
    client = client_of(demo.staff)
    response = client.get(path)
    assert (response.status_code, response.json()) == (
        HTTPStatus.FORBIDDEN,
        {"detail": "Call https://codes.example.com by https. A token that was sent by http may be known: revoke it."},
    )
    assert "Location" not in response.headers
    keeps_always(response)


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_tells_browsers_to_stay_with_https_and_its_charset(
    demo: Demo, https: None, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr(HttpRequest, "is_secure", lambda _self: True)
    response = ANSWERS[answer](demo)
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Access-Control-Allow-Origin" not in response.headers
    kind = response.headers["Content-Type"]
    assert kind in ("application/json", "application/xml", "text/html; charset=utf-8", "text/csv; charset=utf-8")


@pytest.mark.parametrize(
    ("path", "kind"), [("/", "text/html; charset=utf-8"), ("/api/v2/products/", "application/json")]
)
def test_refusals_of_the_web_server_have_the_headers_too(https: None, path: str, kind: str) -> None:
    sent = bytearray()
    ours, theirs = socketpair()
    with ours, theirs:
        connection: Any = Connection(ours, "", None)
        connection.head = f"GET {path} HTTP/1.1\r\nA<b>: c\r\n\r\n".encode()
        answer: Any = SimpleNamespace(gettimeout=lambda: 0.0, sendall=sent.extend)
        write_error(teller(connection, answer), 400, "Bad Request", "Invalid HTTP header name: 'A<b>'")
    head, _, body = bytes(sent).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    response = SimpleNamespace(headers=dict(line.split(": ", 1) for line in lines))
    assert (status, response.headers["Content-Type"]) == ("HTTP/1.1 400 Bad Request", kind)
    assert (b"A<b>" in body, int(response.headers["Content-Length"])) == (kind == "application/json", len(body))
    assert response.headers["Cache-Control"] == PRIVATE
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    keeps_always(response)


def test_every_cookie_is_for_this_host_alone_and_out_of_reach_of_scripts(
    demo: Demo, https: None, settings: Settings
) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    client = Client(headers={"X-Forwarded-Proto": "https"})
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": demo.staff.email, "password": PASSWORD})
    assert {
        name: (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"])
        for name, cookie in client.cookies.items()
    } == {
        f"codeport-{name}-8000": (True, True, "Lax", "/", "")  # called __Host- where the start finds https
        for name in ("csrf", "session", "device")
    }


def test_browsers_are_led_on_and_told_to_stay(demo: Demo, https: None) -> None:
    response = Client().get("/upload/")
    assert (response.status_code, response.headers["Location"]) == (301, "https://testserver/upload/")
    secure = {"X-Forwarded-Proto": "https"}
    page = Client(headers=secure).get("/accounts/login/")
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert client_of(demo.staff).get("/api/v2/me/", headers=secure).status_code == 200
    assert Client().get("/healthz").status_code == 200
