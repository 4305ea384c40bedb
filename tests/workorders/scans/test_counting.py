"""Counting scans in a web process, and handing them on to Redis."""

from __future__ import annotations

import logging
import os
from functools import partial
from threading import Thread

import pytest
from redis import ConnectionError as RedisConnectionError

from tests.support.running import wait_for
from tests.support.scans import NOON, Scans, at
from workorders.scans import counting, services
from workorders.scans.buffer import ADDED
from workorders.scans.counting import Batch, Counter


class Post:
    """Takes what is delivered, and says so or not."""

    def __init__(self) -> None:
        self.arrived: list[Batch] = []
        self.answers = self.takes = True

    def deliver(self, batch: Batch) -> None:
        if self.takes:
            self.arrived.append(batch)
        if not self.answers:
            raise RedisConnectionError("gone")

    def has(self, identifier: str) -> bool:
        return any(key[2] == identifier for batch in self.arrived for key in batch.counts)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def counter(post: Post) -> Counter:
    """A process that counts for `post`."""
    return Counter(post.deliver, lambda: 0)


def test_scans_of_one_code_are_one_entry(counter: Counter, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    for second, identifier in ((5, "abc00001"), (3, "abc00001"), (9, "abc00002"), (8, "abc00001")):
        at(monkeypatch, NOON + second + 0.9)
        counter.add(7, identifier)
    assert counter.hand_on()
    day = NOON // 86_400
    assert [batch.counts for batch in post.arrived] == [
        {(day, 7, "abc00001"): (3, NOON + 3, NOON + 8), (day, 7, "abc00002"): (1, NOON + 9, NOON + 9)}
    ]
    assert counter.hand_on()
    assert len(post.arrived) == 1, "nothing is handed on twice"


def test_companies_and_days_are_counted_apart(counter: Counter, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    midnight = NOON + 43_200
    for now, company in ((midnight - 1, 7), (midnight, 7), (midnight, 8)):
        at(monkeypatch, now)
        counter.add(company, "abc00001")
    counter.hand_on()
    day = NOON // 86_400
    assert [*post.arrived[0].counts] == [(day, 7, "abc00001"), (day + 1, 7, "abc00001"), (day + 1, 8, "abc00001")]


def test_what_may_not_have_arrived_is_delivered_again_under_its_name(counter: Counter, post: Post) -> None:
    post.answers = False
    counter.add(7, "abc00001")
    assert not counter.hand_on()
    counter.add(7, "abc00001")
    counter.add(7, "abc00002")
    assert not counter.hand_on()
    post.answers = True
    assert counter.hand_on()
    first, again, once_more, later = post.arrived
    assert first == again == once_more
    assert (later.number, sum(count for count, *_ in later.counts.values())) == (first.number + 1, 2)


def test_many_codes_go_in_several_batches(counter: Counter, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_AT_ONCE", 2)
    for number in range(5):
        counter.add(7, f"abc0000{number}")
    counter.hand_on()
    assert [(batch.number, len(batch.counts)) for batch in post.arrived] == [(1, 2), (2, 2), (3, 1)]


def test_a_process_keeps_no_more_codes_than_it_may(
    counter: Counter, post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(counting, "MOST_KEPT", 2)
    for identifier in ("abc00001", "abc00002", "abc00003", "abc00001"):
        counter.add(7, identifier)
    with caplog.at_level(logging.WARNING):
        counter.hand_on()
    assert sorted(count for count, *_ in post.arrived[0].counts.values()) == [1, 2]
    assert caplog.messages == ["1 scans were not counted, since too many codes waited."]


def test_a_failure_is_told_once(counter: Counter, post: Post, caplog: pytest.LogCaptureFixture) -> None:
    post.answers = False
    counter.add(7, "abc00001")
    assert not counter.hand_on()
    assert not counter.hand_on()
    assert caplog.messages == ["Scans cannot be handed on, and wait in this process: gone"]


def test_no_scan_of_many_threads_is_lost_while_they_are_handed_on(counter: Counter, post: Post) -> None:
    def scan() -> None:
        for number in range(400):
            counter.add(7, f"abc{number % 10:05}")

    threads = [Thread(target=scan) for _ in range(50)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert counter.hand_on()
    assert counter.hand_on()
    found = [count for batch in post.arrived for count, *_ in batch.counts.values()]
    assert sum(found) == 50 * 400
    assert [batch.number for batch in post.arrived] == [*range(1, len(post.arrived) + 1)]


def test_a_thread_hands_on_in_each_process(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was forked from one that counts takes nothing over, and has a name and a thread of its own."""
    monkeypatch.undo()
    pid = os.getpid()

    ended: list[int] = []
    counter = Counter(post.deliver, lambda: 3600 if ended else 0.01)
    for process, identifier in ((pid, "abc00001"), (pid + 1, "abc00002")):
        monkeypatch.setattr(os, "getpid", partial(int, process))
        counter.add(7, identifier)
        wait_for(partial(post.has, identifier), "the thread hands it on")
    ended.append(pid)
    first, second = post.arrived
    assert (len(first.counts), len(second.counts)) == (1, 1)
    assert first.sender != second.sender
    assert first.number == second.number == 1


# Redis


def test_a_batch_is_added_once(scans: Scans) -> None:
    day, field = 20_786, "20786 7 abc00001"
    first = Batch("one", 1, {(day, 7, "abc00001"): (2, 100, 110)})
    second = Batch("one", 2, {(day, 7, "abc00001"): (3, 90, 105)})
    for batch in (first, first, second, first, second):
        services.deliver(batch)
    services.deliver(Batch("two", 1, {(day, 7, "abc00001"): (1, 95, 120)}))
    assert scans.buffered() == {
        ADDED: {"name": "one-1", field: "6 90 120"},
        f"{ADDED}:one": {"": "2"},
        f"{ADDED}:two": {"": "1"},
    }


def test_a_full_buffer_leaves_scans_with_their_process(scans: Scans, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workorders.scans.buffer.MOST_BUFFERED", 2)
    at(monkeypatch, NOON)
    scans.counter.add(7, "abc00001")
    assert scans.counter.hand_on()
    scans.counter.add(7, "abc00002")
    assert not scans.counter.hand_on()
    scans.clear()
    assert scans.counter.hand_on()
    assert scans.buffered()[ADDED].keys() == {"name", f"{NOON // 86_400} 7 abc00002"}
