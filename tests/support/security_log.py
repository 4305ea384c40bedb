"""The events that the security log gets during a test."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.utils.module_loading import import_string

from portal.logs import JsonLines


class Told:
    """What the security log has said since it was last asked."""

    def __init__(self, stream: StringIO) -> None:
        self.stream = stream

    def __call__(self) -> list[dict[str, Any]]:
        """Each line's event and what it tells, without time, ids and what all lines have."""
        lines = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        self.stream.truncate(0)
        self.stream.seek(0)
        for line in lines:
            assert (line.pop("logger"), line.pop("level")) == ("codeport.security", "INFO")
            assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", line.pop("time"))
            for name in ("request_id", "by_id", "about"):
                line.pop(name, None)
            if line["outcome"] == "success":
                line.pop("outcome")
        return lines


@pytest.fixture
def told() -> Iterator[Told]:
    """The log as production writes it."""
    from django.conf import settings

    config: dict[str, Any] = settings.LOGGING
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    for name in config["handlers"]["security"]["filters"]:
        handler.addFilter(import_string(config["filters"][name]["()"])())
    logger = logging.getLogger("codeport.security")
    logger.addHandler(handler)
    yield Told(stream)
    logger.removeHandler(handler)
