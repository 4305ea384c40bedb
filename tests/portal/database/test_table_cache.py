"""The cache in a table, where the broker is no Redis: what it keeps, and that counts are shared and exact."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from portal import tasks
from portal.models import Cached
from tests.support.demo import PASSWORD, Demo
from tests.support.people import tried
from tests.support.tokens import client_of


@pytest.fixture(autouse=True)
def _in_a_table(settings: Any) -> Iterator[None]:
    settings.CACHES = {"default": {"BACKEND": "portal.database.table_cache.TableCache"}}
    yield


@pytest.mark.parametrize("value", ["y", True, 5, [1.5, 2.5], None, {"a": [1]}])
def test_what_is_put_comes_back(db: None, value: Any) -> None:
    cache.set("key", value, 60)
    assert (cache.get("key", "nothing"), cache.get("other", "nothing")) == (value, "nothing")


def test_what_has_had_its_time_is_gone(db: None) -> None:
    cache.set("old", 1, 60)
    cache.set("new", 1, 60)
    Cached.objects.filter(key__endswith="old").update(expires_at="2020-01-01T00:00Z")
    assert (cache.get("old"), cache.get("new"), cache.has_key("old")) == (None, 1, False)
    with pytest.raises(ValueError, match="not found"):
        cache.incr("old")
    tasks.sweep()
    assert Cached.objects.count() == 1
    assert (cache.add("old", 2, 60), cache.get("old"), cache.add("new", 2, 60), cache.get("new")) == (True, 2, False, 1)
    cache.set("at-once", 1, 0)
    cache.set("for-ever", 1, None)
    assert (cache.get("at-once"), cache.get("for-ever"), cache.touch("new", 0), cache.get("new")) == (
        None,
        1,
        True,
        None,
    )


def test_what_is_deleted_or_cleared_is_gone(db: None) -> None:
    cache.set_many({"a": 1, "b": 2}, 60)
    assert (cache.delete("a"), cache.delete("a"), cache.get_many(["a", "b"])) == (True, False, {"b": 2})
    cache.clear()
    assert cache.get("b") is None


@pytest.mark.django_db(transaction=True)
def test_no_count_is_lost_between_processes() -> None:
    cache.set("count", 0, 60)
    won: list[bool] = []

    def count() -> None:
        won.append(cache.add("first", True, 60))
        for _ in range(20):
            cache.incr("count")
        connection.close()

    threads = [Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (cache.get("count"), sorted(won)) == (80, [False, False, False, True])


def test_the_limits_of_sign_in_and_api_hold_there(demo: Demo, settings: Any) -> None:
    settings.API_RATE = "10/day"
    assert [tried(demo.staff.email, "guess") for _ in range(6)] == ["wrong"] * 5 + ["limited"]
    assert tried(demo.admin.email, PASSWORD, browser=Client()) == "in"
    client = client_of(demo.admin)
    assert [client.get("/api/v2/me/").status_code for _ in range(11)] == [200] * 10 + [429]
