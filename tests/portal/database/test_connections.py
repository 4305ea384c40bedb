"""A PostgreSQL that is too old is named, by commands and by a portal that serves; an attempt names its transactions."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from portal.database.connections import give_back, take_over

TOO_OLD = "PostgreSQL 18 or newer is needed; the database is PostgreSQL 17."


def message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


WELCOME = message(b"R", bytes(4)) + b"".join(
    message(b"S", f"{name}\0{value}\0".encode())
    for name, value in {"server_version": "17.5", "client_encoding": "UTF8", "TimeZone": "UTC"}.items()
)
WELCOME += message(b"K", bytes(8)) + message(b"Z", b"I")


@pytest.fixture
def seventeen() -> Iterator[int]:
    """The port of a server that lets everybody in, says that it is PostgreSQL 17.5, and answers nothing else."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    with client:
                        client.recv(8192)
                        client.sendall(WELCOME)
                        client.recv(8192)

        Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("command", ["migrate", "create_token staff@demo.example", "up"])
def test_commands_name_the_version_that_is_needed(seventeen: int, tmp_path: Path, command: str) -> None:
    url = f"postgresql://codeport:x@127.0.0.1:{seventeen}/codeport?sslmode=disable&gssencmode=disable"
    done = subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        env=os.environ | {"DATABASE_URL": url, "CODEPORT_HOME": str(tmp_path), "PORT": "1"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stderr.strip().splitlines()[-1] == TOO_OLD
    assert done.returncode != 0
    assert "Traceback" not in done.stderr


@pytest.mark.django_db(transaction=True)
def test_a_portal_that_serves_is_not_well(seventeen: int, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    connection.close()
    with monkeypatch.context() as older:
        for name, value in {"HOST": "127.0.0.1", "PORT": seventeen}.items():
            older.setitem(connection.settings_dict, name, value)
        older.setitem(connection.settings_dict, "OPTIONS", {"sslmode": "disable", "gssencmode": "disable"})
        health = Client().get("/healthz")
        page = Client().get("/c/demo/abc12345")
        connection.close()
    assert (health.status_code, health.json()["database"]) == (503, "OldServerError")
    assert page.status_code == 503
    assert TOO_OLD in caplog.text


@pytest.mark.django_db(transaction=True)
def test_behind_a_pooler_transactions_bear_the_name_of_the_attempt(settings: Settings) -> None:
    settings.DATABASE_POOLER = "transaction"

    def asked(*statements: str) -> Any:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchone()[0]

    connection.close()
    before = asked("SHOW application_name")
    assert asked("SHOW idle_in_transaction_session_timeout") == "0"
    take_over("work 7", 1)
    for _ in range(2):
        assert asked("SHOW application_name") == before
        with transaction.atomic():
            assert asked("SHOW application_name") == "codeport work 7 attempt 1"
            with transaction.atomic():
                assert asked("SHOW application_name") == "codeport work 7 attempt 1"
        connection.close()
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute("SELECT current_setting('application_name')")
        assert cursor.fetchone() == ("codeport work 7 attempt 1",)
    isolation = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
    with transaction.atomic():
        assert asked(isolation, "SHOW transaction_isolation") == "repeatable read"
    give_back()
    with transaction.atomic():
        assert asked("SHOW application_name") == before
    connection.close()
