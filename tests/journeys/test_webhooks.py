"""Webhooks by a worker of their own process, to a receiver that verifies them, as docs/webhooks.md shows."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.demo import Demo
from tests.support.paths import CHECKOUT
from tests.support.receivers import receiver
from tests.support.running import wait_for, worker
from tests.support.tokens import client_of
from tests.support.uploads import queued, rows
from tests.support.webhooks import a_webhook
from workorders.models import WebhookDelivery
from workorders.webhooks.outbox import EVENTS, TEST

PAGE = (CHECKOUT / "docs" / "webhooks.md").read_text()


def example(language: str) -> str:
    """The example of that language on the page."""
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_an_upload_is_told_to_a_receiver_that_fails_at_first(
    committed_demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.WEBHOOK_HOSTS = ["localhost"]
    with receiver() as there:
        webhook, secret = a_webhook(committed_demo, there.url, "record.completed", "workorder.completed")
        dead, _secret = a_webhook(committed_demo, "http://localhost:9/nobody", "record.completed")
        there.answers.append((503, "not yet"))
        record = queued(committed_demo.staff, rows(10))
        with worker(WEBHOOK_HOSTS="localhost"):
            wait_for(
                lambda: webhook.deliveries.filter(status="delivered").count() == 2, "both are told, one of them again"
            )
            tested = client_of(committed_demo.admin).post(f"/api/v2/company/webhooks/{webhook.pk}/test/", format="json")
            test = WebhookDelivery.objects.get(pk=tested.json()["id"])
            wait_for(lambda: webhook.deliveries.filter(pk=test.pk, status="delivered").exists(), "the test arrives")
        kinds = {(got.verified(secret)["type"], got.headers["webhook-id"]) for got in there.requests}
        assert sorted(kind for kind, _id in kinds) == ["record.completed", "webhook.test", "workorder.completed"]
        assert len(there.requests) == 4, "the first was not taken"
        assert there.requests[0].verified(secret)["data"]["key"] == record.key
        assert dead.deliveries.get().status == "waiting"
        got = there.requests[-1]

    monkeypatch.setenv("CODEPORT_WEBHOOK_SECRET", secret)
    told: list[Any] = []
    names: dict[str, Any] = {"is_new": lambda _id: True, "queue": lambda *what: told.append(what)}
    exec(example("python"), names)  # noqa: S102  # the page's own
    assert names["receive"](got.headers, got.body) == 204
    assert told == [("webhook.test", {"webhook": webhook.pk})]
    assert names["receive"](got.headers, got.body + b" ") == 400

    node = shutil.which("node")
    if node is None:
        return
    (tmp_path / "verify.mjs").write_text(example("js"))
    (tmp_path / "try.mjs").write_text(
        'import { verified } from "./verify.mjs";\n'
        f"const headers = {json.dumps(got.headers)}, body = Buffer.from({json.dumps(got.body.decode())});\n"
        "console.log(verified(headers, body).type);\n"
        'const old = { ...headers, "webhook-timestamp": "1" };\n'
        'try { verified(headers, Buffer.from(body + " ")); } catch (error) { console.log(error.message); }\n'
        "try { verified(old, body); } catch (error) { console.log(error.message); }\n"
    )
    done = subprocess.run([node, str(tmp_path / "try.mjs")], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["webhook.test", "Not signed by Codeport", "Not of now"]


def test_the_page_shows_all_events_and_messages_as_they_are() -> None:
    assert {TEST, *EVENTS} == set(re.findall(r"^\| `([\w.]+)` \|", PAGE, re.MULTILINE))
    for shown in re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        assert json.loads(shown)["type"] in EVENTS
