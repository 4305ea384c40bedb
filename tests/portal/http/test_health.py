"""`/healthz`: whether every part answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.db import InterfaceError, connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client
from pytest_django import Settings

from portal.http import health
from portal.wsgi import application
from tests.support.demo import Demo
from tests.support.tokens import client_of


@pytest.mark.django_db
def test_all_parts_answer(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "broker": "ok", "storage": "ok"})


@pytest.mark.django_db
def test_a_broker_that_is_gone_is_named(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.CELERY_BROKER_URL = f"redis+socket://{tmp_path}/nobody.sock"
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() | {"broker": ""} == {"database": "ok", "broker": "", "storage": "ok"}
    assert answer.json()["broker"] != "ok"


@pytest.mark.django_db
def test_a_connection_that_breaks_while_it_is_closed_leaves_no_look_without_an_end(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = DatabaseWrapper.close

    def broken(opened: DatabaseWrapper) -> None:
        close(opened)
        raise InterfaceError

    with monkeypatch.context() as closing:
        closing.setattr(DatabaseWrapper, "close", broken)
        states = health.states()
    assert set(states.values()) == {"ok"}
    assert client.get("/healthz").status_code == 200


def test_while_the_database_is_gone_people_are_told_to_come_back(
    committed_demo: Demo, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    token = client_of(committed_demo.staff)
    client.force_login(committed_demo.staff)
    connection.close()
    with monkeypatch.context() as gone:
        gone.setitem(connection.settings_dict, "HOST", str(tmp_path))
        called = token.get("/api/v2/me/")
        opened = [client.get(path) for path in ("/", "/ingestions/", "/c/demo/abc12345")]
        told = client.get("/healthz")
    assert (called.status_code, called["Retry-After"]) == (503, "30")
    assert called.json() == {"detail": "The database does not answer. Try again later."}
    assert [(page.status_code, page["Retry-After"]) for page in opened] == [(503, "30")] * 3
    assert (told.status_code, told.json()["database"]) == (503, "OperationalError")
    assert token.get("/api/v2/me/").status_code == 200


@pytest.mark.django_db(transaction=True)  # the handler ends a test's transaction
def test_head_sends_the_headers_of_get_and_no_byte_more() -> None:
    """Asked below Django's test client, which drops such a body itself."""
    answers: dict[str, tuple[str, bytes]] = {}
    for method in ("GET", "HEAD"):
        environment: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": "/c/demo/unknown-1",
            "HTTP_HOST": "localhost",
        }
        setup_testing_defaults(environment)
        headers: dict[str, str] = {}

        def start(
            _status: str, found: list[tuple[str, str]], *_: object, kept: Any = headers
        ) -> Callable[[bytes], object]:
            kept.update(found)
            return lambda _data: None

        body = b"".join(application(environment, start))
        answers[method] = (headers["Content-Length"], body)
    length, page = answers["GET"]
    assert b"<h1>Unknown</h1>" in page
    assert (len(page), answers["HEAD"]) == (int(length), (length, b""))
