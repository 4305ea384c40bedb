"""`/metrics`: what Prometheus is told, and that nobody else is."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client

from ingestion import engine
from ingestion.models import IngestionRecord
from tests.support.demo import Demo
from tests.support.metrics import values
from tests.support.paths import CHECKOUT
from tests.support.uploads import ingested, queued, rows
from tests.support.webhooks import a_webhook
from workorders.models import Webhook, WebhookDelivery
from workorders.webhooks.outbox import write

TOKEN = "of-this-machines-prometheus-alone"


@pytest.fixture
def scraped(settings: Any, client: Client) -> Any:
    """Returns what is told of one metric now."""
    settings.METRICS_TOKEN = TOKEN

    def values_of(name: str) -> dict[tuple[str, ...], float]:
        answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
        assert answer["Content-Type"].startswith("text/plain; version=")
        return values(answer.content.decode(), name)

    return values_of


@pytest.mark.django_db
def test_without_a_token_there_are_no_metrics(client: Client) -> None:
    for path in ("/metrics", "/healthz?deep=1"):
        assert client.get(path, headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", TOKEN, f"Bearer {TOKEN}x", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}\xe9"])
def test_who_brings_another_token_is_told_how(client: Client, settings: Any, given: str) -> None:
    settings.METRICS_TOKEN = TOKEN
    for path in ("/metrics", "/healthz?deep=1"):
        answer = client.get(path, headers={"Authorization": given})
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        assert answer.content == b"Send METRICS_TOKEN as a bearer token.\n"


def test_work_is_counted_by_kind(committed_demo: Demo, scraped: Any) -> None:
    assert set(scraped("codeport_work").values()) == {0}
    ingested(committed_demo.staff, rows(30))
    ingested(committed_demo.staff, "id\nno id\n")
    waiting = queued(committed_demo.staff, rows(4))
    IngestionRecord.objects.filter(pk=waiting.pk).update(status_updated_at=Now() - timedelta(seconds=90))
    assert scraped("codeport_work")[("ingestionrecord", "queued")] == 1
    assert 90 <= scraped("codeport_queue_oldest_seconds")[("ingestionrecord",)] < 150
    lately = scraped("codeport_work_lately")
    assert [lately["ingestionrecord", what] for what in ("begun", "completed", "error", "lost")] == [2, 1, 1, 0]
    assert scraped("codeport_rows_per_second")[("ingestionrecord",)] == pytest.approx(30 / 300)
    engine.run(waiting.pk)
    assert scraped("codeport_work")[("ingestionrecord", "queued")] == 0


def test_what_a_worker_lost_is_counted(committed_demo: Demo, scraped: Any) -> None:
    record = queued(committed_demo.staff, rows(4))
    assert IngestionRecord.claim(record.pk, "checking")
    IngestionRecord.objects.filter(pk=record.pk).update(lease_until=Now())
    IngestionRecord.requeue_stale()
    assert scraped("codeport_work_lately")[("ingestionrecord", "lost")] == 1


def test_webhooks_are_told(demo: Demo, scraped: Any) -> None:
    def told() -> list[float]:
        names = ("waiting", "oldest_seconds", "failed")
        return [scraped(f"codeport_webhook_deliveries_{name}")[()] for name in names]

    assert told() == [0, 0, 0]
    webhook, stopped = a_webhook(demo)[0], a_webhook(demo, "https://other.example.com/")[0]
    Webhook.objects.filter(pk=stopped.pk).update(stopped=Webhook.Stopped.BY_HAND)
    write([webhook.pk, stopped.pk], "record.completed", {})
    given_up = write([webhook.pk, stopped.pk], "record.completed", {})
    WebhookDelivery.objects.filter(pk__in=[each.pk for each in given_up]).update(status="failed")
    WebhookDelivery.objects.update(queued_at=Now() - timedelta(seconds=700))
    waiting, oldest, failed = told()
    assert (waiting, failed) == (1, 2)
    assert 700 <= oldest < 760


@pytest.mark.django_db
def test_the_parts_and_the_database_are_told(scraped: Any) -> None:
    assert scraped("codeport_up") == {("database",): 1, ("broker",): 1, ("storage",): 1}
    assert scraped("codeport_database_connections_max") == {(): 100}
    assert scraped("codeport_database_connections")["active",] >= 1
    assert scraped("codeport_database_bytes")[()] > 1_000_000
    assert 0 < scraped("codeport_home_disk_free_bytes")[()] < scraped("codeport_home_disk_bytes")[()]


def test_an_outage_is_a_figure_as_well(
    committed_demo: Demo, scraped: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    connection.close()
    with monkeypatch.context() as gone:
        gone.setitem(connection.settings_dict, "HOST", str(tmp_path))
        assert scraped("codeport_up") == {("database",): 0, ("broker",): 1, ("storage",): 1}


def test_the_board_and_the_page_of_operations_name_what_there_is(db: None, scraped: Any, client: Client) -> None:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    told = set(re.findall(r"^# TYPE (\w+)", answer.content.decode(), re.MULTILINE)) | {
        "codeport_request_seconds_bucket"
    }
    told |= {"codeport_request_seconds_count"}
    board = (CHECKOUT / "docs" / "grafana.json").read_text()
    assert set(re.findall(r"codeport_\w+", board)) <= told
    assert {panel["type"] for panel in json.loads(board)["panels"]} == {"stat", "timeseries"}
    page = (CHECKOUT / "docs" / "operations.md").read_text()
    assert set(re.findall(r"`(codeport_\w+)", page)) <= told | {"codeport_request_seconds"}
    mentioned = set(re.findall(r"codeport_\w+", page)) | {"codeport_database_connections_max"}
    assert {name for name in told if "request" not in name} <= mentioned
