"""Log lines as JSON."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from django.conf import settings
from django.test import RequestFactory
from django.utils.module_loading import import_string

from portal.logs import JsonLines, Lines, about, safe
from portal.values.addresses import behind_proxies
from tests.support.radosgw import free_ports
from tests.support.running import wait_for


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
        logging.getLogger("portal.background.leases").warning("It took %s s", 3)
    assert written(lines) == {
        "logger": "portal.background.leases",
        "level": "WARNING",
        "message": "It took 3 s",
        "work": "abc",
    }


UNPRINTABLE = "\n\r\x1b[2J\x00\x85\u2028\u2029\u202e\ufeff"
ESCAPED = r"\n\r\x1b[2J\x00\x85\u2028\u2029\u202e\ufeff"


@pytest.fixture(params=[Lines, JsonLines])
def text(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """What is written, in each format."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    config: dict[str, Any] = settings.LOGGING
    for name in config["handlers"]["console"]["filters"]:
        handler.addFilter(import_string(config["filters"][name]["()"])())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def message(text: StringIO) -> str:
    """What the one line says."""
    (line,) = text.getvalue().removesuffix("\n").split("\n")
    said = json.loads(line)["message"] if line.startswith("{") else line.split(" ", 5)[5]
    return str(said)


@pytest.mark.parametrize(
    "logger", ["portal", "ingestion.engine", "django.request", "celery.app.trace", "gunicorn.error"]
)
def test_what_is_not_printable_is_escaped_in_every_logger(text: StringIO, logger: str) -> None:
    logging.getLogger(logger).error("It is %s", f"é{UNPRINTABLE}ü")
    assert message(text) == f"It is é{ESCAPED}ü"


def test_half_of_a_pair_that_no_stream_takes_is_escaped() -> None:
    assert safe("a\ud800b") == r"a\ud800b"  # pytest itself could not pass such a line on


def test_an_errors_message_begins_no_line(text: StringIO) -> None:
    forged = "2026-11-28 00:00:00,000 INFO portal - signed in"
    try:
        raise ValueError(f"no\n{forged}\x1b[2J")
    except ValueError:
        logging.getLogger("portal").exception("It failed")
    rows = text.getvalue().removesuffix("\n").split("\n")
    if rows[0].startswith("{"):
        (line,) = rows
        assert json.loads(line)["exc_info"].split("\n")[-2:] == ["ValueError: no", rf"{forged}\x1b[2J"]
    else:
        assert rows[-2:] == ["  | ValueError: no", rf"  | {forged}\x1b[2J"]
        assert all(row.startswith("  | ") for row in rows[1:])


SECRET_PATHS = {
    "/accounts/password/reset/key/3-d1abcd-0123456789abcdef/": "/accounts/password/reset/key/***/",
    "/people/join/3/d1abcd-0123456789abcdef/": "/people/join/***/",
    "/accounts/confirm-email/MQ:1abc:x_y-z/": "/accounts/confirm-email/***/",
}


@pytest.mark.parametrize("path", SECRET_PATHS)
def test_keys_of_mailed_links_are_masked_wherever_they_stand(text: StringIO, path: str) -> None:
    shown = SECRET_PATHS[path]
    logging.getLogger("django.security.csrf").error("Refused (%s): http://x%s, next=%s", path, path, quote(path, ""))
    assert message(text) == f"Refused ({shown}): http://x{shown}, next={quote(shown, '').replace('%2A', '*')}"


def test_a_token_is_masked_but_for_its_public_part(text: StringIO) -> None:
    logging.getLogger("portal").error("UAT uat0123abcd_%s.", "aB-_" * 10)
    assert message(text) == "UAT uat0123abcd_***."


def test_an_error_does_not_bring_the_query_of_its_request(lines: StringIO, rf: RequestFactory) -> None:
    extra = {"status_code": 500, "request": rf.get("/x/?secret=1")}
    logging.getLogger("django.request").error("Internal Server Error: %s", "/x/", extra=extra)
    assert written(lines) == {
        "logger": "django.request",
        "level": "ERROR",
        "message": "Internal Server Error: /x/",
        "status_code": 500,
    }


@contextmanager
def served(tmp_path: Path, **variables: str) -> Iterator[tuple[int, Path]]:
    """gunicorn as in production, without its services: its port and what it has written."""
    (port,) = free_ports(1)
    services = {"DATABASE_URL": "postgresql://x@127.0.0.1:1/x", "CELERY_BROKER_URL": "redis://127.0.0.1:1/0"}
    environment = os.environ | services | {"PORT": str(port), "CODEPORT_HOME": str(tmp_path)} | variables
    command = [sys.executable, "-m", "gunicorn", "-c", "python:portal.gunicorn_conf", "portal.wsgi"]
    log = tmp_path / "log"
    with log.open("wb") as out:
        web = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=out, stderr=out)
    try:
        wait_for(lambda: "Listening" in log.read_text(), "it listens")
        yield port, log
    finally:
        web.terminate()
        web.wait(60)


def test_gunicorn_writes_json_too_and_no_query(tmp_path: Path) -> None:
    with served(tmp_path, LOG_FORMAT="json") as (port, log):
        requests.get(f"http://127.0.0.1:{port}/favicon.ico?secret=1", allow_redirects=False, timeout=60)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    (access,) = [line for line in lines if line["logger"] == "gunicorn.access"]
    assert (access["method"], access["path"], access["status"]) == ("GET", "/favicon.ico", "302")
    assert len(access["request_id"]) == 16
    assert "secret" not in log.read_text()


@pytest.mark.parametrize("log_format", ["lines", "json"])
def test_a_path_forges_no_line_and_the_address_is_the_one_behind_the_proxies(tmp_path: Path, log_format: str) -> None:
    path = "/static/a%0a2026-11-28%20forged%1b[2J%E2%80%A8%E2%80%AE%C2%85%C3%A9"
    forwarded = {"X-Forwarded-For": "203.0.113.1, 198.51.100.7:1234"}
    with served(tmp_path, LOG_FORMAT=log_format, NUM_PROXIES="1") as (port, log):
        for asked in (path, "/people/join/3/secret-key"):
            requests.get(f"http://127.0.0.1:{port}{asked}", headers=forwarded, allow_redirects=False, timeout=60)
    shown = r"/static/a\n2026-11-28 forged\x1b[2J\u2028\u202e\x85é"
    lines = [line for line in log.read_text().split("\n") if "gunicorn.access" in line]
    if log_format == "json":
        found = [(line["address"], line["path"]) for line in map(json.loads, lines)]
        assert found == [("198.51.100.7", shown), ("198.51.100.7", "/people/join/***")]
    else:
        assert [line.split(" ", 5)[5].split('" ')[0] for line in lines] == [
            f'198.51.100.7 "GET {shown}',
            '198.51.100.7 "GET /people/join/***',
        ]
    assert "secret-key" not in log.read_text()


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        (0, "192.0.2.1", "203.0.113.1", "192.0.2.1"),
        (1, "10.0.0.1", "203.0.113.1, 198.51.100.7", "198.51.100.7"),
        (2, "10.0.0.1", "203.0.113.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "10.0.0.1", "198.51.100.7", "198.51.100.7"),
        (1, "192.0.2.1", "", "192.0.2.1"),
        (1, "10.0.0.1", "[2001:DB8::1]:443", "2001:db8::1"),
        (1, "10.0.0.1", "198.51.100.7:443", "198.51.100.7"),
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),
        (0, "fe80::1%eth0", "", "fe80::1"),
        (1, "10.0.0.1", "unknown", None),
        (0, "", "203.0.113.1", None),
    ],
)
def test_the_address_behind_the_proxies(
    settings: Any, proxies: int, peer: str, forwarded: str, address: str | None
) -> None:
    settings.NUM_PROXIES = proxies
    assert behind_proxies(peer, forwarded) == address
