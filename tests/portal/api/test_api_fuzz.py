"""Requests made at random: whatever is asked, it is answered as the schema says, soon, and a refusal changes nothing.

`FUZZ=100000 FUZZ_SEED=2 make test ARGS=tests/portal/api/test_api_fuzz.py` makes a hundred thousand, others than before.
"""

from __future__ import annotations

import json
import os
import random
import time
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from ingestion import services
from portal.storage.base import storage
from tests.support.api_calls import one_of_each
from tests.support.api_requests import OPERATIONS, RandomRequests, Request
from tests.support.demo import Demo
from tests.support.tokens import issue

REQUESTS = int(os.environ.get("FUZZ", "1000"))
SEED = int(os.environ.get("FUZZ_SEED", "20261130"))
AT_ONCE = 100  # requests about the same rows, which are then rolled back
LONGEST = 10  # seconds of an answer
BY_ITSELF = ("portal_keptanswer", "portal_cached", "portal_event")
"""Tables that a refused request may write to: its answer, which is kept, and that somebody was refused."""

DOCUMENTED = {(path, method.upper()): {*each["responses"]} for path, method, each in OPERATIONS}
METHODS = {path: {method for way, method in DOCUMENTED if way == path} for path, _method in DOCUMENTED}


def rows_of_all() -> dict[str, int]:
    """How many rows each table has."""
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.managed]
    tables = [name for name in dict.fromkeys(tables) if name not in BY_ITSELF]
    counts = (f"(SELECT count(*) FROM {name})" for name in tables)  # noqa: S608  # our own names
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(counts)}")
        return dict(zip(tables, cursor.fetchone() or (), strict=True))


def send(client: APIClient, request: Request, token: str) -> tuple[Any, bytes]:
    """The answer, read to its end."""
    headers = ({"Authorization": token} if request.path != "/storage/" else {}) | request.headers
    body: Any = request.body  # which the stubs want to be a text
    answer: Any = client.generic(request.method, request.url, body, request.content_type, headers=headers)
    content = b"".join(answer) if answer.streaming else answer.content
    return answer, content


def fault_of(request: Request, answer: Any, content: bytes) -> str:
    """Say what is wrong with an answer, or nothing."""
    status = answer.status_code
    if status >= 500:
        return f"answered {status}"
    if request.path == "/storage/":
        expected = (308,) if request.url == "/storage" else (201, 400, 403, 405)  # an address without its end moves
        return "" if status in expected else f"answered {status}"
    if status < 400:
        return ""
    if request.method == "HEAD" and not content:
        return ""
    if not answer["Content-Type"].startswith("application/json"):
        return f"answered {status} as {answer['Content-Type']}"
    body = json.loads(content)
    if not isinstance(body, dict) or not body or "Error-Code" not in answer:
        return f"refused without a reason: {content[:200]!r}"
    reasons = [body["detail"]] if body.keys() == {"detail"} else [*body.values()]
    texts = [text for each in reasons for text in (each if isinstance(each, list) else [each])]
    if not all(isinstance(text, str | dict) and text for text in texts):
        return f"refused in another form: {content[:200]!r}"
    known = DOCUMENTED[request.path, request.method] if request.method in METHODS[request.path] else {"403", "405"}
    if str(status) not in known | {"400", "401", "404"}:
        return f"answered {status}, which is not documented"
    return ""


def test_every_request_is_answered_as_documented_and_a_refused_one_changes_nothing(
    committed_demo: Demo, settings: Settings
) -> None:
    settings.API_RATE = "99999999/day"
    demo, chance, sent, refused = committed_demo, random.Random(SEED), 0, 0  # noqa: S311  # nothing secret
    while sent < REQUESTS:
        with transaction.atomic():
            there = one_of_each(demo)
            name = services.start_upload(demo.staff, demo.company, filetype="csv", mode="api").incoming_path
            there |= {"storage": storage().signed_form("https://testserver", name, "text/csv")["fields"]}
            tokens = [f"UAT {issue(user)}" for user in (demo.admin, demo.admin, demo.printer, demo.staff)]
            requests, before = RandomRequests(chance, there), rows_of_all()
            for _request in range(min(AT_ONCE, REQUESTS - sent)):
                sent += 1
                request, token = requests.one(), chance.choice(tokens)
                told = f"FUZZ_SEED={SEED}, request {sent}: {request}"
                began = time.monotonic()
                try:
                    answer, content = send(APIClient(), request, token)
                except Exception as error:
                    raise AssertionError(told) from error
                assert time.monotonic() - began < LONGEST, told
                assert not (fault := fault_of(request, answer, content)), f"{told} {fault}"
                after = rows_of_all()
                if answer.status_code >= 400:
                    refused += 1
                    assert after == before, told
                before = after
            transaction.set_rollback(True)
    assert 0.2 < refused / REQUESTS < 0.95
    assert [*settings.SPOOL_DIR.iterdir()] == []
