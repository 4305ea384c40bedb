"""What `manage.py up` does before it serves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from portal.embedded.postgres import PROVEN
from portal.embedded.stack import Portal, migrate
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.paths import CHECKOUT


def test_an_upgrade_is_said(transactional_db: None, capsys: pytest.CaptureFixture[str]) -> None:
    migrate()
    assert capsys.readouterr().out == "", "nothing is to be migrated"
    call_command("migrate", "portal", "0014", verbosity=0)
    try:
        migrate()
        first, last = capsys.readouterr().out.splitlines()
    finally:
        call_command("migrate", verbosity=0)
    names = last.removeprefix("Migrated: ").rstrip(".").split(", ")
    assert names[0] == "portal.0015_languages"
    assert first == f"Migrating the database from an earlier version, {len(names)} migrations."


def test_what_the_database_has_in_doubt_is_said(
    committed_demo: Demo, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    some_codes(committed_demo.staff, "aaa00001")
    settings.PUBLIC_URL = "https://codes.example.com"
    migrate()
    assert capsys.readouterr().out == (
        "Codes were made under http://127.0.0.1:8000/c/demo/, where this portal knows none of them. If the portal was"
        " at http://127.0.0.1:8000 before, add that to FORMER_PUBLIC_URLS, and its host to ALLOWED_HOSTS.\n"
    )


@pytest.mark.parametrize(
    ("there", "order"),
    [
        ("", ["servers", "web", "database"]),
        ("postgres", ["servers", "database", "web"]),
        (PROVEN, ["servers", "database", "web"]),  # which an upgrade of the server left
    ],
)
def test_only_where_no_data_is_the_web_server_is_started_before_the_tables_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any, there: str, order: list[str]
) -> None:
    settings.EMBEDDED_DATABASE, settings.EMBEDDED_BROKER = True, False
    (tmp_path / there).mkdir(exist_ok=True)
    portal, done = Portal(tmp_path), list[str]()
    monkeypatch.setattr(portal.servers[0], "start", lambda: done.append("servers"))
    monkeypatch.setattr(portal.web, "start", lambda: done.append("web"))
    monkeypatch.setattr(portal, "_set_up_database", lambda: done.append("database"))
    for name in ("_ask_broker", "_ask_storage", "_wait_for_page"):
        monkeypatch.setattr(portal, name, lambda: None)
    portal.behind = []
    portal.start()
    assert done == order


def test_what_serves_no_page_does_not_import_what_pages_and_buckets_need() -> None:
    code = "import django, sys; django.setup(); import portal.embedded.stack; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    slow = {"boto3", "botocore", "numpy", "onelogin", "jwt", "dns", "drf_spectacular.openapi", "portal.admin"}
    assert not slow & set(done.stdout.split())
