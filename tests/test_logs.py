"""Log lines as JSON."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.utils.module_loading import import_string

from portal.logs import JsonLines, about
from tests.radosgw import free_ports
from tests.running import wait_for


@pytest.fixture
def lines() -> Iterator[StringIO]:
    """What is written, as with LOG_FORMAT=json."""
    config: dict[str, Any] = settings.LOGGING
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    for name in config["handlers"]["console"]["filters"]:
        handler.addFilter(import_string(config["filters"][name]["()"])())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def written(lines: StringIO) -> dict[str, Any]:
    """The one line, as its object, without its time."""
    (line,) = lines.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    assert found.pop("time").startswith("20")
    return found


def test_a_line_names_what_it_is_about(lines: StringIO) -> None:
    with about("abc"):
        logging.getLogger("portal.leases").warning("It took %s s", 3)
    assert written(lines) == {"logger": "portal.leases", "level": "WARNING", "message": "It took 3 s", "work": "abc"}


def test_gunicorn_writes_json_too_and_no_query(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    services = {"DATABASE_URL": "postgresql://x@127.0.0.1:1/x", "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    environment = os.environ | services | {"LOG_FORMAT": "json", "PORT": str(port), "CODEPORT_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "gunicorn", "-c", "python:portal.web", "portal.wsgi"]
    log = tmp_path / "log"
    with log.open("wb") as out:
        web = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=out, stderr=out)
    try:
        wait_for(lambda: "Listening" in log.read_text(), "it listens")
        requests.get(f"http://127.0.0.1:{port}/favicon.ico?secret=1", allow_redirects=False, timeout=60)
    finally:
        web.terminate()
        web.wait(60)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    (access,) = [line for line in lines if line["logger"] == "gunicorn.access"]
    assert (access["method"], access["path"], access["status"]) == ("GET", "/favicon.ico", "302")
    assert len(access["request_id"]) == 16
    assert "secret" not in log.read_text()
