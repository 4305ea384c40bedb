"""Waking a worker: once more over a new connection, and quietly while the broker hangs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from kombu.exceptions import OperationalError
from redis import ConnectionError as RedisConnectionError

from portal.background import broker
from portal.background.broker import (
    QUIET,
    RABBIT_SECONDS,
    RETRY,
    SLOW,
    check,
    send,
    transport_options,
    wake,
    with_certificate_checked,
)
from tests.support.strangers import web_server


class Task:
    """A task whose messages go where `answer` says."""

    name = "tests.task"

    def __init__(self, answer: Callable[[int], None] = lambda _: None) -> None:
        self.answer, self.sent = answer, []  # type: tuple[Callable[[int], None], list[tuple[Any, dict[str, Any]]]]

    def apply_async(self, arguments: tuple[int, ...], **options: Any) -> None:
        self.sent.append((arguments, options))
        self.answer(len(self.sent))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The time by which the broker is left alone; at the beginning it is not."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(broker, "_quiet_until", 0.0)
    yield now


def refusing(*attempts: int, error: Exception, clock: list[float], seconds: float = 0.0) -> Callable[[int], None]:
    """A broker that fails those attempts, each after so many seconds."""

    def answer(attempt: int) -> None:
        if attempt in attempts:
            clock[0] += seconds
            raise error

    return answer


def test_a_message_is_sent_once(clock: list[float]) -> None:
    task = Task()
    send(task, 5)
    assert task.sent == [((5,), {"retry": False})]


@pytest.mark.parametrize("error", [OperationalError("gone"), RedisConnectionError("gone"), OSError("gone")])
def test_a_connection_that_was_closed_costs_a_second_try(
    clock: list[float], error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    task = Task(refusing(1, error=error, clock=clock))
    send(task, 5)
    assert task.sent == [((5,), {"retry": False}), ((5,), {"retry": True, "retry_policy": RETRY})]
    assert caplog.records == []


def test_a_broker_that_refuses_twice_is_asked_again_by_the_next(
    clock: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    task = Task(refusing(1, 2, error=OperationalError("refused"), clock=clock))
    send(task, 5)
    (told,) = [record.getMessage() for record in caplog.records]
    assert told == "The broker does not answer, tests.task(5,) waits for the next sweep: refused"
    send(task, 6)
    assert [arguments for arguments, _ in task.sent] == [(5,), (5,), (6,)]


def test_a_broker_that_hangs_is_left_alone_for_a_while(clock: list[float], caplog: pytest.LogCaptureFixture) -> None:
    task = Task(refusing(1, error=OperationalError("timed out"), clock=clock, seconds=SLOW + 0.1))
    send(task, 5)
    assert len(task.sent) == 1, "nobody waits for it twice"
    clock[0] += QUIET - 0.1
    send(task, 6)
    assert len(task.sent) == 1
    clock[0] += 0.1
    send(task, 7)
    assert [arguments for arguments, _ in task.sent] == [(5,), (7,)]
    assert len(caplog.records) == 1


def test_a_fault_of_ours_is_no_outage(clock: list[float]) -> None:
    task = Task(refusing(1, error=TypeError("no such argument"), clock=clock))
    with pytest.raises(TypeError):
        send(task, 5)


def test_a_task_is_woken_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, tuple[int, ...]]] = []
    monkeypatch.setattr(broker, "send", lambda task, *arguments: sent.append((task.name, arguments)))
    wake("workorders.tasks.run_job", 7)
    wake("portal.tasks.send_letter", 8)
    assert sent == [("workorders.tasks.run_job", (7,)), ("portal.tasks.send_letter", (8,))]
    with pytest.raises(current_app.tasks.NotRegistered):
        wake("portal.tasks.none_such", 1)


def test_no_transport_waits_for_ever() -> None:
    rabbit = {"read_timeout": RABBIT_SECONDS, "write_timeout": RABBIT_SECONDS}
    assert transport_options("amqp://queue.example") == rabbit
    secured = {"read_timeout": 2.0, "write_timeout": 2.0, "ssl": {"server_hostname": "queue.example"}}
    assert transport_options("amqps://queue.example:5671//", 2.0) == secured
    for url in ("redis://queue.example", "rediss://queue.example", "redis+socket:///run/v.sock"):
        options = transport_options(url)
        assert (options["socket_timeout"], options["socket_connect_timeout"]) == (3.0, 3.0)
        assert (options["visibility_timeout"], options["max_retries"]) == (1800, 0)
    assert transport_options("redis://queue.example", 1.5)["socket_timeout"] == 1.5


def test_a_broker_that_is_not_there_is_told(settings: Any) -> None:
    check(settings.CELERY_BROKER_URL)
    with pytest.raises(broker.ERRORS):
        check("redis://127.0.0.1:1/0")


@pytest.mark.parametrize(
    ("scheme", "said"),
    [("amqps", "Hostname mismatch, certificate is not valid"), ("rediss", "certificate verify failed")],
)
def test_a_certificate_of_another_host_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, said: str
) -> None:
    monkeypatch.setattr(broker, "HEALTH_SECONDS", 0.5)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "host.pem"))  # which makes its certificate one that is trusted
    for host, problem in (("localhost", "[Tt]imed? ?out"), ("evil.example", said)):
        with (
            web_server(tmp_path, host, lambda _: None) as (port, _context),  # that says nothing of a broker
            pytest.raises(broker.ERRORS, match=problem),
        ):
            check(with_certificate_checked(f"{scheme}://localhost:{port}"))
