"""The clock sends what is due, whatever time it is elsewhere, and piles nothing up."""

from __future__ import annotations

from typing import Any

import pytest
from celery import Celery
from celery.schedules import schedule
from django.conf import settings
from kombu import Queue

from portal.background.beat import MOST_WAITING, Scheduler

TASK = "ingestion.tasks.sweep"


@pytest.fixture
def scheduler() -> Scheduler:
    """A clock with our queues, on a broker of its own."""
    app = Celery(broker="memory://", set_as_current=False)
    app.conf.update(task_queues=settings.CELERY_TASK_QUEUES, task_routes=settings.CELERY_TASK_ROUTES)
    found = Scheduler(app, lazy=True)
    queue(found).queue_declare()
    queue(found).purge()
    return found


def send(scheduler: Scheduler, times: int = 1) -> None:
    """Let the sweep be due so many times."""
    entry = scheduler.Entry(name="sweep", task=TASK, schedule=schedule(5.0), app=scheduler.app)
    for _ in range(times):
        scheduler.apply_entry(entry, producer=scheduler.producer)


def queue(scheduler: Scheduler) -> Any:
    """The queue of the sweep."""
    channel: Any = scheduler.producer.channel
    return Queue("mail", routing_key="mail", channel=channel)


def test_a_queue_that_nobody_takes_from_does_not_grow_without_end(scheduler: Scheduler) -> None:
    send(scheduler, MOST_WAITING + 5)
    assert queue(scheduler).queue_declare().message_count == MOST_WAITING
    queue(scheduler).get(no_ack=True)
    send(scheduler, 2)
    assert queue(scheduler).queue_declare().message_count == MOST_WAITING


def test_no_sweep_carries_a_time_after_which_it_is_dropped(scheduler: Scheduler) -> None:
    """By the clock of a worker, which may be days ahead of the one that sent it."""
    assert [name for name, entry in settings.CELERY_BEAT_SCHEDULE.items() if "options" in entry] == []
    send(scheduler)
    message = queue(scheduler).get(no_ack=True)
    assert (message.headers["task"], message.headers["expires"], message.headers["eta"]) == (TASK, None, None)


def test_a_broker_that_does_not_count_is_sent_to(scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch) -> None:
    """As over a connection that is lost: sending makes another."""

    def lost(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise OSError("Connection lost")

    send(scheduler, MOST_WAITING)
    monkeypatch.setattr(Queue, "queue_declare", lost)
    send(scheduler)
    assert queue(scheduler).queue_declare().message_count == MOST_WAITING + 1
