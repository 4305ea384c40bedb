"""Log lines as JSON."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from portal.logs import JsonLines, about


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


def test_a_line_of_the_access_log_has_its_parts(lines: StringIO) -> None:
    atoms = {"m": "GET", "U": "/healthz", "s": "200", "B": 51, "D": 900, "h": "127.0.0.1", "{x-request-id}o": "r1"}
    logging.getLogger("gunicorn.access").info("%(m)s %(U)s", atoms)
    assert written(lines) == {
        "logger": "gunicorn.access",
        "level": "INFO",
        "message": "GET /healthz",
        "method": "GET",
        "path": "/healthz",
        "status": "200",
        "bytes": 51,
        "microseconds": 900,
        "address": "127.0.0.1",
        "request_id": "r1",
    }
