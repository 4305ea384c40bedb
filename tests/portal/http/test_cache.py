"""The caches that count: in Redis, in a table and in a process, and what happens while Redis does not answer."""

from __future__ import annotations

import pickle
import secrets
import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from pytest_django import Settings
from redis import ConnectionError as RedisConnectionError

from portal.http.cache import (
    QUIET_SECONDS,
    CountingRedis,
    ProcessCache,
    RedisCache,
    cache_settings,
    count,
    redis_client,
)

NOWHERE = "unix:///nowhere/valkey.sock"


@pytest.fixture
def key() -> str:
    """A key that no other test has counted."""
    return f"test-{secrets.token_hex(8)}"


@pytest.fixture(params=["redis", "process", "table"])
def _each_cache(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Counts in each kind of cache in turn."""
    entries: dict[str, dict[str, Any]] = {
        "redis": settings.CACHES["default"],
        "process": {"BACKEND": "portal.http.cache.ProcessCache", "LOCATION": secrets.token_hex(4)},
        "table": {"BACKEND": "portal.database.table_cache.TableCache"},
    }
    settings.CACHES = {"default": entries[request.param]}


@pytest.mark.usefixtures("_each_cache")
def test_each_time_is_counted_for_its_key_alone(db: None, key: str) -> None:
    assert [count(key, 60) for _ in range(4)] == [1, 2, 3, 4]
    assert count(f"{key}-other", 60) == 1
    assert cache.get(key) == 4


@pytest.mark.usefixtures("_each_cache")
def test_a_count_that_has_had_its_time_begins_anew(db: None, key: str) -> None:
    assert [count(key, 60), count(key, 60)] == [1, 2]
    cache.touch(key, 0)
    assert count(key, 60) == 1


@pytest.mark.usefixtures("_each_cache")
@pytest.mark.django_db(transaction=True)
def test_no_two_of_many_threads_get_the_same_number(key: str) -> None:
    numbers: list[int] = []

    def go_on() -> None:
        numbers.extend([count(key, 60) for _ in range(25)])
        connection.close()

    threads = [Thread(target=go_on) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 201))


@pytest.mark.usefixtures("_each_cache")
def test_what_is_kept_can_be_read_changed_and_forgotten(db: None, key: str) -> None:
    assert (cache.add(key, [1, 2], 60), cache.add(key, [3], 60), cache.get(key)) == (True, False, [1, 2])
    cache.set(key, 5, 60)
    assert (cache.incr(key, 3), cache.get(key), cache.has_key(key)) == (8, 8, True)
    assert cache.get_many([key, f"{key}-none"]) == {key: 8}
    assert (cache.delete(key), cache.delete(key), cache.get(key, "none")) == (True, False, "none")
    with pytest.raises(ValueError, match="not found"):
        cache.incr(key)
    assert not cache.touch(key, 60)


def test_redis_is_given_json_and_nothing_that_runs(key: str) -> None:
    cache.set(key, [1.5, "\u00e9", True, None], 60)
    assert redis_client().get(cache.make_key(key)) == b'[1.5, "\\u00e9", true, null]'
    assert cache.get(key) == [1.5, "\u00e9", True, None]
    redis_client().set(cache.make_key(key), pickle.dumps(["made elsewhere"]), 60)
    with pytest.raises(ValueError, match="codec can't decode"):
        cache.get(key)
    cache.delete(key)


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> Iterator[RedisCache]:
    """A cache whose Redis is not there."""
    monkeypatch.setattr(RedisCache, "_quiet_until", {})
    entry = cache_settings("redis+socket:///nowhere/valkey.sock")
    found = RedisCache(entry["LOCATION"], {"OPTIONS": entry["OPTIONS"], "KEY_PREFIX": secrets.token_hex(4)})
    yield found
    found._own.clear()


def test_without_redis_a_process_counts_by_itself(lost: RedisCache, caplog: pytest.LogCaptureFixture) -> None:
    assert [lost.count("key", 60) for _ in range(3)] == [1, 2, 3]
    assert lost.add("other", 1, 60)
    assert (lost.incr("other"), lost.get("other"), lost.touch("other", 60), lost.delete("other")) == (2, 2, True, True)
    lost.set("third", 7, 60)
    lost.clear()
    assert lost.get("third") is None
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 1
    assert told[0].startswith("The cache does not answer, each process counts by itself: ")


def test_a_redis_that_did_not_answer_is_left_alone_for_a_while(
    lost: RedisCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, asked = [1000.0], []

    def answer(_self: object, key: str, _seconds: int) -> int:
        asked.append(key)
        if len(asked) == 1:
            raise RedisConnectionError
        return 100

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(CountingRedis, "count", answer)
    assert lost.count("first", 60) == 1
    now[0] += QUIET_SECONDS - 1
    assert lost.count("first", 60) == 2
    assert asked == ["first"], "it is not asked while it is left alone"
    now[0] += 1
    assert lost.count("first", 60) == 100
    assert asked == ["first", "first"]


def test_what_one_thread_found_out_holds_for_all_that_use_this_redis(lost: RedisCache) -> None:
    lost.count("key", 60)
    another = RedisCache(NOWHERE, {})
    assert another._quiet_until[NOWHERE] == lost._quiet_until[NOWHERE]


def test_one_client_serves_all_calls(settings: Settings) -> None:
    entry = settings.CACHES["default"]
    shared = CountingRedis(entry["LOCATION"], {"OPTIONS": dict(entry["OPTIONS"])})
    client = shared._cache.get_client("key")
    assert shared._cache.get_client("other", write=True) is client


def test_a_process_keeps_no_more_than_it_is_told(key: str) -> None:
    small = ProcessCache(secrets.token_hex(4), {"OPTIONS": {"MAX_ENTRIES": 10}})
    for number in range(50):
        small.count(f"{key}-{number}", 60)
    assert sum(small.has_key(f"{key}-{number}") for number in range(50)) <= 10


@pytest.mark.parametrize(
    ("url", "backend", "address"),
    [
        ("amqp://queue.example//", "portal.database.table_cache.TableCache", None),
        ("amqps://queue.example//", "portal.database.table_cache.TableCache", None),
        ("redis://queue.example:6379/3", "portal.http.cache.RedisCache", "redis://queue.example:6379/3"),
        ("redis+socket:///run/v.sock", "portal.http.cache.RedisCache", "unix:///run/v.sock"),
        ("rediss://q?ssl_cert_reqs=CERT_NONE", "portal.http.cache.RedisCache", "rediss://q?ssl_cert_reqs=none"),
    ],
)
def test_the_cache_is_the_brokers_redis_or_else_a_table(url: str, backend: str, address: str | None) -> None:
    entry = cache_settings(url)
    assert (entry["BACKEND"], entry.get("LOCATION")) == (backend, address)
