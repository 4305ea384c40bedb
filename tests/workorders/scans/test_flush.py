"""Storing what was counted: all of it, and once, whatever ends in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from redis import RedisError

from portal.http.cache import redis_client
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.scans import NOON, Scans, at, days, stored
from workorders.models import Code, CodeScans, ScanDay, StoredScans
from workorders.scans import services, store
from workorders.scans.buffer import ADDED, TAKEN, Buffer


class Killed(BaseException):
    """Ends a flush as kill -9 does: nothing after it is done."""


def killed(*_: object) -> Any:
    raise Killed


def codes_of(demo: Demo, *identifiers: str) -> list[Code]:
    some_codes(demo.staff, *identifiers)
    return list(Code.objects.filter(company=demo.company).order_by("identifier"))


@pytest.fixture
def code(demo: Demo) -> Code:
    return codes_of(demo, "abc00001")[0]


def test_counts_and_times_grow_with_each_flush(scans: Scans, code: Code, monkeypatch: pytest.MonkeyPatch) -> None:
    for second in (5, 60, 90_000):
        at(monkeypatch, NOON + second)
        scans.note(code, 2)
        scans.store()
    found = CodeScans.objects.get()
    assert (found.company_id, found.identifier, found.count) == (code.company_id, "abc00001", 6)
    first, last = (datetime.fromtimestamp(NOON + second, UTC) for second in (5, 90_000))
    assert (found.first_at, found.last_at) == (first, last)
    assert days(code.company) == {"2026-11-29": 4, "2026-11-30": 2}
    assert not {ADDED, TAKEN} & scans.buffered().keys()


def test_nothing_to_store_writes_nothing(scans: Scans, demo: Demo, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1) as ran:  # whether a company's codes have yet to be blacklisted
        scans.store()
    assert [query["sql"][:6] for query in ran.captured_queries] == ["SELECT"]


STEPS: dict[str, tuple[str, bool]] = {
    "before it is taken": ("workorders.scans.buffer.Buffer.take", False),
    "before the transaction": ("workorders.scans.services.store", False),
    "while the names are looked up": ("workorders.scans.store._is_new", False),
    "while they are copied": ("workorders.scans.store.copy_blocks", False),
    "before the commit": ("workorders.scans.store.note_over_limit", False),
    "before the buffer is dropped": ("workorders.scans.buffer.Buffer.drop", True),
    "before codes are blacklisted": ("workorders.scans.services.blacklist_over_limit", True),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_flush_that_is_killed_loses_nothing_and_counts_nothing_twice(
    scans: Scans, code: Code, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    name, is_stored = STEPS[step]
    scans.note(code, 3)
    assert scans.counter.hand_on()
    with monkeypatch.context() as patch:
        patch.setattr(name, killed)
        for _ in range(2):
            with pytest.raises(Killed):
                services.flush()
    assert stored(code.company) == ({"abc00001": 3} if is_stored else {})
    scans.note(code, 4)
    scans.store()
    assert stored(code.company) == {"abc00001": 7}
    assert sum(days(code.company).values()) == 7
    assert not {ADDED, TAKEN} & scans.buffered().keys()


def test_a_slow_flush_drops_nothing_but_what_it_stored(scans: Scans, code: Code) -> None:
    buffer = Buffer(redis_client())
    scans.note(code)
    scans.counter.hand_on()
    name = buffer.take()
    assert name is not None
    services.flush()
    scans.note(code, 2)
    scans.counter.hand_on()
    assert buffer.take() not in (None, name)
    buffer.drop(name)
    services.flush()
    assert stored(code.company) == {"abc00001": 3}


def test_an_entry_that_redis_gives_twice_counts_once(scans: Scans, code: Code) -> None:
    entry = ((NOON // 86_400, code.company_id, "abc00001"), (5, NOON, NOON))
    store.store("one", [entry, entry])
    store.store("one", [entry])
    assert (stored(code.company), days(code.company)) == ({"abc00001": 5}, {"2026-11-29": 5})


def test_names_are_forgotten_after_a_week(scans: Scans, code: Code) -> None:
    for name, ago in (("old", "8 days"), ("young", "6 days")):
        StoredScans.objects.create(name=name)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE workorders_storedscans SET stored_at = now() - %s::interval WHERE name = %s", [ago, name]
            )
    scans.note(code)
    scans.store()
    assert set(StoredScans.objects.values_list("name", flat=True)) - {"young"} == {f"{scans.counter._sender}-1"}


def test_a_database_that_is_away_leaves_scans_where_they_are(
    scans: Scans, code: Code, monkeypatch: pytest.MonkeyPatch
) -> None:
    scans.note(code, 2)
    scans.counter.hand_on()

    def away(*_: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr("workorders.scans.store.copy_blocks", away)
        with pytest.raises(OperationalError):
            services.flush()
    scans.note(code, 2)
    scans.store()
    assert stored(code.company) == {"abc00001": 4}


def test_a_redis_that_lost_everything_counts_anew(scans: Scans, code: Code) -> None:
    scans.note(code, 2)
    scans.counter.hand_on()
    scans.clear()
    scans.note(code, 3)
    scans.store()
    assert stored(code.company) == {"abc00001": 3}


def test_without_redis_processes_store_by_themselves(demo: Demo, own_cache: None, code: Code) -> None:
    found = Scans()
    found.note(code, 3)
    found.store()
    assert (stored(code.company), sum(days(code.company).values())) == ({"abc00001": 3}, 3)
    assert services._pause() == services.LONG_PAUSE


def test_one_id_of_two_companies_is_counted_apart(scans: Scans, demo: Demo) -> None:
    for user, times in ((demo.staff, 2), (demo.other_staff, 3)):
        workorder = some_codes(user, "abc00001")
        scans.note(workorder.codes.get(), times)
    scans.store()
    assert (stored(demo.company), stored(demo.other)) == ({"abc00001": 2}, {"abc00001": 3})
    assert [*days(demo.company).values(), *days(demo.other).values()] == [2, 3]


# Codes that are deleted


def test_scans_of_a_code_that_was_deleted_meanwhile_are_dropped(scans: Scans, code: Code) -> None:
    scans.note(code)
    Code.objects.all().delete()
    scans.store()
    assert stored(code.company) == {}
    assert not {ADDED, TAKEN} & scans.buffered().keys()


# Everything at once


@pytest.mark.django_db(transaction=True)
def test_counts_are_exact_with_fifty_readers_and_flushes_between_them(
    committed_demo: Demo, scans: Scans, settings: Any
) -> None:
    settings.PUBLIC_PAGE_RATE = "9999/day"
    identifiers = [f"abc{number:05}" for number in range(7)]
    codes_of(committed_demo, *identifiers)
    statuses: list[int] = []

    def read(number: int) -> None:
        client = Client()
        for page in range(14):  # each from an address of its own, since another page for the same one would not count
            address = f"10.0.{number}.{page}"
            statuses.append(client.get(f"/c/demo/{identifiers[page % 7]}", REMOTE_ADDR=address).status_code)
        connection.close()

    readers = [Thread(target=read, args=(number,)) for number in range(50)]
    ended: list[bool] = []

    def go_on(work: Callable[[], object]) -> None:
        while not ended:
            work()
        connection.close()

    others = [Thread(target=go_on, args=(work,)) for work in (scans.counter.hand_on, services.flush, services.flush)]
    for thread in (*readers, *others):
        thread.start()
    for thread in readers:
        thread.join()
    ended.append(True)
    for thread in others:
        thread.join()
    scans.store()
    assert statuses == [200] * 700
    assert stored(committed_demo.company) == dict.fromkeys(identifiers, 100)
    assert sum(days(committed_demo.company).values()) == 700


def test_scans_wait_while_redis_is_away(scans: Scans, code: Code, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Buffer, "add", lambda *_: (_ for _ in ()).throw(RedisError("away")))
        scans.note(code, 2)
        assert not scans.counter.hand_on()
        scans.note(code)
    scans.store()
    assert stored(code.company) == {"abc00001": 3}
    assert ScanDay.objects.get().count == 3
