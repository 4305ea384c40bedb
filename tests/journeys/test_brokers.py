"""Redis and RabbitMQ: the core flow on each, and what goes on while they restart or hang."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery import Celery
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from ingestion import engine
from ingestion.models import IngestionRecord
from portal.background import broker as waking
from portal.background.broker import send
from portal.celery import app
from portal.http.cache import cache_settings
from portal.models import Letter
from portal.timeline import events_of
from tests.chaos.way import way_to
from tests.support import brokers
from tests.support.demo import PASSWORD, Demo
from tests.support.running import database_url, wait_for, waiting_for_locks, worker
from tests.support.secure import a_secure_order
from tests.support.uploads import queued, status_of
from workorders.models import Workorder
from workorders.secure import workflow

FLOW = (
    "tests/portal/http/test_health.py::test_all_parts_answer",
    "tests/journeys/test_worker.py::test_an_upload_ends_in_a_completed_workorder_by_itself",
    "tests/journeys/test_worker.py::test_an_ingestion_cut_off_by_kill_9_completes_once_after_the_next_start",
    "tests/portal/background/test_worker_slots.py::test_a_small_upload_passes_large_ones_that_fill_the_queue",
)
OURS = ("CODEPORT_HOME", "PYTEST_ADDOPTS")


@pytest.fixture(scope="module")
def programs() -> Path:
    """Where the programs of both brokers lie."""
    root = Path(os.environ.get("CODEPORT_BROKERS") or "/").resolve()
    if missing := brokers.missing(root):
        reason = f"{', '.join(missing)} not in {root}; .ci/run fetches them into a folder that CODEPORT_BROKERS names."
        (pytest.fail if "CODEPORT_REQUIRE_BROKERS" in os.environ else pytest.skip)(reason)
    return root


@pytest.mark.parametrize("broker", [brokers.redis, brokers.rabbitmq])
def test_the_core_flow(broker: brokers.Broker, programs: Path, tmp_path: Path) -> None:
    """By a process of its own, whose settings name the broker, on a new database of the server that runs already."""
    environment = {name: value for name, value in os.environ.items() if name not in OURS and "XDIST" not in name}
    with broker(programs, tmp_path) as running:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *FLOW],
            env=environment | {"CELERY_BROKER_URL": running.address, "DATABASE_URL": database_url("core_flow")},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(FLOW)} passed" in done.stdout


class Task:
    """The task that ingests a record, for the broker at `address`."""

    name = "ingestion.tasks.run"

    def __init__(self, address: str) -> None:
        self.app = Celery(broker=address, set_as_current=False)
        names = ("task_queues", "task_routes", "control_queue_exclusive", "control_queue_durable")
        queues = {name: getattr(settings, f"CELERY_{name.upper()}") for name in names}
        self.app.conf.update(**queues, broker_transport_options=waking.transport_options(address))

    def apply_async(self, arguments: tuple[int, ...], **options: Any) -> None:
        """Send it."""
        self.app.send_task(self.name, arguments, **options)


def forgotten(demo: Demo, name: str) -> IngestionRecord:
    """A record that no worker was told of, and which the next sweep sends again."""
    record = queued(demo.staff, f"id\n{name}-0001\n")
    IngestionRecord.objects.filter(pk=record.pk).update(lease_until="2020-01-01T00:00Z")
    return record


@pytest.mark.parametrize("broker", [brokers.redis, brokers.rabbitmq])
def test_sweeps_run_again_after_a_broker_has_restarted(
    broker: brokers.Broker, programs: Path, tmp_path: Path, committed_demo: Demo, settings: Settings, client: Client
) -> None:
    def health() -> tuple[int, bool]:
        answer = client.get("/healthz")
        return answer.status_code, answer.json()["broker"] == "ok"

    with broker(programs, tmp_path) as running:
        settings.CELERY_BROKER_URL = running.address
        task = Task(running.address)
        with worker(CELERY_BROKER_URL=running.address):
            for name in ("first", "second"):
                record = forgotten(committed_demo, name)
                wait_for(lambda: status_of(record) == "completed", "a sweep finds the record")  # noqa: B023  # at once
                woken = queued(committed_demo.staff, f"id\n{name}-0002\n")
                send(task, woken.pk)
                wait_for(lambda: status_of(woken) == "completed", "the wake-up arrives")  # noqa: B023  # at once
                assert health() == (200, True)
                running.stop()
                assert health() == (503, False)
                running.start()
                assert health() == (200, True)
            wait_for(lambda: not Workorder.objects.filter(state="new").exists(), "the archives are published")


@pytest.mark.parametrize("lost", ["the connection", "its address"])
def test_to_acknowledge_over_a_lost_connection_is_an_error_of_the_connection(lost: str) -> None:
    """As it is of every other broker; a worker outlives those alone."""
    with app.connection_for_read() as used, used.channel() as channel:
        if lost == "its address":
            used.transport.client = None
        else:
            used.collect()
        with pytest.raises(used.connection_errors, match="given up"):
            channel.qos.ack("any")  # type: ignore[attr-defined]  # the stubs know no channel of Redis


def test_a_worker_outlives_restarts_of_redis_however_soon_after_its_work(
    programs: Path, tmp_path: Path, committed_demo: Demo
) -> None:
    with brokers.redis(programs, tmp_path) as running, worker(CELERY_BROKER_URL=running.address) as process:
        task = Task(running.address)
        for number in range(8):
            record = queued(committed_demo.staff, f"id\nround-{number:03}\n")
            send(task, record.pk)
            wait_for(lambda: status_of(record) == "completed", "the worker is told of it")  # noqa: B023  # at once
            running.stop()
            running.start()
        assert process.poll() is None


@pytest.mark.parametrize("broker", [brokers.redis, brokers.rabbitmq])
def test_a_worker_outlives_a_connection_that_its_broker_takes_for_alive(
    broker: brokers.Broker, programs: Path, tmp_path: Path, committed_demo: Demo
) -> None:
    """As after packets were lost: RabbitMQ would give what such a connection alone may use to no other for a minute."""
    with broker(programs, tmp_path) as running, way_to(int(urlsplit(running.address).port or 0)) as way:
        task, by_the_way = Task(running.address), running.address.replace(str(way.target), str(way.port))
        with worker(CELERY_BROKER_URL=by_the_way) as process:
            for number in range(3):
                record = queued(committed_demo.staff, f"id\nround-{number:03}\n")
                send(task, record.pk)
                wait_for(lambda: status_of(record) == "completed", "the worker is told of it")  # noqa: B023  # at once
                way.forsake()
            wait_for(lambda: task.app.control.ping(timeout=1), "it says that it is there")
            assert process.poll() is None


def test_a_worker_takes_more_work_after_redis_did_not_hear_that_some_is_done(
    programs: Path, tmp_path: Path, committed_demo: Demo, capfd: pytest.CaptureFixture[str]
) -> None:
    """Redis answers again over the connections that there are: none is lost, and no place may stay taken."""
    said = ""

    def unheard() -> int:
        nonlocal said
        said += capfd.readouterr().err
        return said.count("Couldn't ack")

    both = [queued(committed_demo.staff, f"id\n{name}-0001\n") for name in ("first", "second")]
    with brokers.redis(programs, tmp_path) as running, worker(CELERY_BROKER_URL=running.address):
        task = Task(running.address)
        with ExitStack() as hanging:
            with transaction.atomic():  # in which both wait, and so take both of the worker's places
                list(IngestionRecord.objects.select_for_update().filter(pk__in=[record.pk for record in both]))
                for record in both:
                    send(task, record.pk)
                wait_for(lambda: waiting_for_locks() == 2, "both are begun")
                hanging.enter_context(running.hanging())
            wait_for(lambda: unheard() >= 2, "the worker gives up telling so")
        record = queued(committed_demo.staff, "id\nthird-0001\n")
        send(task, record.pk)
        wait_for(lambda: status_of(record) == "completed", "the worker is told of it")


@pytest.mark.parametrize("broker", [brokers.redis, brokers.rabbitmq])
def test_a_broker_that_hangs_holds_nobody_up(
    broker: brokers.Broker,
    programs: Path,
    tmp_path: Path,
    committed_demo: Demo,
    settings: Settings,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each library would wait for minutes or for ever; of many requests one finds out, and the others pass."""
    with broker(programs, tmp_path) as running:
        settings.CELERY_BROKER_URL = running.address
        settings.CACHES = {"default": cache_settings(running.address)}
        task = Task(running.address)
        send(task, 0)
        monkeypatch.setattr(waking, "_quiet_until", 0.0)
        cache.set("asked", "before")
        with running.hanging():
            for _request in range(200):
                send(task, 0)
            answer = client.get("/healthz")
            assert (answer.status_code, answer.json()["database"], answer.json()["storage"]) == (503, "ok", "ok")
            signed = client.post("/accounts/login/", {"login": committed_demo.staff.email, "password": PASSWORD})
            assert (signed.status_code, signed["Location"]) == (302, "/")
            assert client.get("/").status_code == 200
        wait_for(lambda: client.get("/healthz").json()["broker"] == "ok", "the broker answers within a second")
    told = [record.getMessage().partition(",")[0] for record in caplog.records if record.levelname == "WARNING"]
    redis_says = ["The broker does not answer", "The cache does not answer"]
    assert told == (redis_says if running.address.startswith("redis") else [])  # RabbitMQ's kernel takes the messages


@pytest.mark.parametrize("broker", [brokers.redis, brokers.rabbitmq])
def test_mail_that_is_due_while_the_broker_is_away_goes_once_when_it_is_back(
    broker: brokers.Broker, programs: Path, tmp_path: Path, committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo, mails = committed_demo, tmp_path / "mails"
    record, order = queued(demo.staff, "id\nmail-00001\n"), a_secure_order(demo, "Spring")
    IngestionRecord.objects.filter(pk=record.pk).update(ingestion_mode="portal")
    with broker(programs, tmp_path) as running:
        running.stop()
        away = Celery(broker=running.address, set_as_current=False)
        away.conf.update(broker_transport_options=waking.transport_options(running.address))
        monkeypatch.setitem(app.tasks, Unheard.name, Unheard(away))
        engine.run(record.pk)
        workflow.cancel(order, demo.admin)
        assert status_of(record) == "completed"
        assert sorted(Letter.objects.values_list("kind", "email")) == [
            ("hand_over", "printer@printco.example"),
            ("upload_ended", "staff@demo.example"),
        ]
        running.start()
        with worker(CELERY_BROKER_URL=running.address, EMAIL_URL=f"file://{mails}"):
            wait_for(lambda: not Letter.objects.exists(), "the sweep sends the letters")
    subjects = [line for file in mails.iterdir() for line in file.read_text().splitlines() if line[:8] == "Subject:"]
    assert sorted(subjects) == ["Subject: Spring: cancelled", "Subject: codes.csv: 1 code created"]
    assert [event.what for event in events_of(record)].count("mailed") == 1


class Unheard:
    """The task that sends a letter, for a broker that is away."""

    name = "portal.tasks.send_letter"

    def __init__(self, app: Celery) -> None:
        self.app = app

    def apply_async(self, arguments: tuple[int, ...], **options: Any) -> None:
        """Try to send it."""
        self.app.send_task(self.name, arguments, **options)
