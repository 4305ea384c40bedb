"""Downloads of archives that are not there yet: no thread of the web server waits for long, nor do many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.running import ended, in_thread
from tests.support.tokens import client_of
from tests.support.uploads import ingested
from workorders.archives import builder as archive
from workorders.archives import downloads
from workorders.archives.names import archive_name
from workorders.models import Workorder

API, PAGE = "/api/v2/workorders/{}/download/", "/workorders/{}/download/"
SIMPLER = "/api/v2/workorders/{}/serial-numbers/"


def fresh(demo: Demo) -> Workorder:
    """A workorder whose archive nobody has made yet."""
    workorder = ingested(demo.staff, "id\nabc12345\n").workorder
    assert workorder is not None
    return workorder


@contextmanager
def made_by_another(workorder: Workorder, kind: str) -> Iterator[None]:
    """While another process makes the workorder's archive."""
    settings = connection.settings_dict
    with (
        psycopg.connect(host=settings["HOST"], user=settings["USER"], dbname=settings["NAME"]) as other,
        other.transaction(),
    ):
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [archive_name(workorder, kind)])
        yield


@pytest.mark.parametrize(("path", "kind"), [(API, "archive"), (SIMPLER, "serial-numbers")])
def test_the_api_does_not_wait_for_an_archive_that_another_makes(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch, path: str, kind: str
) -> None:
    monkeypatch.setattr(downloads, "PATIENCE", 0.05)
    workorder, client = fresh(committed_demo), client_of(committed_demo.staff)
    with made_by_another(workorder, kind):
        answer = client.get(path.format(workorder.pk))
    waiting = {"progress": {"phase": "waiting", "rows_done": 0, "rows_total": None}}
    assert (answer.status_code, answer["Retry-After"], answer.json()) == (202, "1", waiting)
    assert b"".join(client.get(path.format(workorder.pk)))[:2] == b"PK"


def test_the_page_does_not_wait_either_and_says_so(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "PATIENCE", 0.05)
    workorder, client = fresh(committed_demo), as_(committed_demo.staff)
    with made_by_another(workorder, "archive"):
        answer: Any = client.get(PAGE.format(workorder.pk), follow=True)
    assert answer.redirect_chain == [(f"/workorders/{workorder.pk}/", 302)]
    assert "The archive is being made. Download it again in a moment." in answer.content.decode()
    assert b"".join(client.get(PAGE.format(workorder.pk)))[:2] == b"PK"


def test_beyond_the_second_nobody_waits_at_all(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    workorders = [fresh(committed_demo)]
    found: list[int | None] = []
    client: APIClient = client_of(committed_demo.staff)
    make: Callable[..., None] = archive._write_archive

    def making(*what: Any) -> None:
        """Somebody asks for it while it is made."""
        if len(found) < 1:
            found.append(None)
            thread = Thread(target=in_thread, args=(ask, workorders[0].pk))
            monkeypatch.setattr(downloads, "PATIENCE", 0.05)
            thread.start()
            ended([thread])
            with holding_the_other_place():
                thread = Thread(target=in_thread, args=(ask, workorders[0].pk))
                thread.start()
                ended([thread])
        make(*what)

    def ask(pk: int) -> None:
        found.append(client_of(committed_demo.staff).get(API.format(pk)).status_code)

    @contextmanager
    def holding_the_other_place() -> Iterator[None]:
        monkeypatch.setattr(downloads, "PATIENCE", 3600)  # which nobody waits for
        assert downloads._places.acquire(blocking=False)
        yield
        downloads._places.release()

    monkeypatch.setattr(archive, "_write_archive", making)
    assert b"".join(client.get(API.format(workorders[0].pk)))[:2] == b"PK"
    assert found == [None, 202, 202]


def test_what_is_there_takes_no_place(committed_demo: Demo, client: Client) -> None:
    workorder, client = fresh(committed_demo), as_(committed_demo.staff)
    assert b"".join(client.get(PAGE.format(workorder.pk)))[:2] == b"PK"
    with made_by_another(workorder, "archive"):
        assert b"".join(client.get(PAGE.format(workorder.pk)))[:2] == b"PK"
