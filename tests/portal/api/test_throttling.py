"""The limit on calls: exactly as many as it says, in each period of the clock."""

from __future__ import annotations

import secrets
import time
from threading import Thread
from typing import Any

import pytest
from django.db import connection

from portal.api.throttling import PERIODS, ApiThrottle, PeriodThrottle
from portal.http.cache import ProcessCache
from tests.support.demo import Demo
from tests.support.tokens import client_of


class Limit(PeriodThrottle):
    """A limit of a client that no other test has."""

    scope = "test"

    def __init__(self, rate: str, client: str) -> None:
        self._rate, self._client = rate, client
        super().__init__()

    def rate(self) -> str:
        return self._rate

    def client(self, request: Any) -> str:
        return self._client


@pytest.fixture
def client() -> str:
    return secrets.token_hex(8)


@pytest.mark.parametrize("allowed", [1, 9, 10, 11, 40, 137])
def test_exactly_so_many_are_allowed(client: str, allowed: int) -> None:
    answers = [Limit(f"{allowed}/day", client).allow_request(None) for _ in range(allowed + 5)]
    assert answers == [True] * allowed + [False] * 5


def test_exactly_so_many_of_simultaneous_ones_are_allowed(client: str) -> None:
    answers: list[bool] = []

    def go_on() -> None:
        answers.extend([Limit("97/day", client).allow_request(None) for _ in range(40)])
        connection.close()

    threads = [Thread(target=go_on) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers.count(True), answers.count(False)) == (97, 103)


def test_what_is_refused_counts_too_but_no_client_pays_for_another(client: str) -> None:
    assert [Limit("1/day", client).allow_request(None) for _ in range(3)] == [True, False, False]
    assert Limit("1/day", f"{client}-other").allow_request(None)


@pytest.mark.parametrize(("name", "seconds"), PERIODS.items())
def test_a_period_ends_with_that_of_the_clock(
    client: str, monkeypatch: pytest.MonkeyPatch, name: str, seconds: int
) -> None:
    begin = 1_800_000_000 // 86_400 * 86_400
    clock = [begin + seconds - 0.25]
    monkeypatch.setattr(time, "time", lambda: clock[0])
    limit = Limit(f"2/{name}", client)
    assert [Limit(f"2/{name}", client).allow_request(None) for _ in range(3)] == [True, True, False]
    assert limit.wait() == 0.25
    clock[0] += 0.25
    assert Limit(f"2/{name}", client).allow_request(None)
    assert Limit(f"2/{name}", client).wait() == seconds


@pytest.mark.usefixtures("own_cache")
def test_the_cache_keeps_a_count_for_one_period(client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[int] = []

    def keep(_self: object, _key: str, seconds: int) -> int:
        kept.append(seconds)
        return 1

    monkeypatch.setattr(ProcessCache, "count", keep)
    for name in PERIODS:
        assert Limit(f"5/{name}", client).allow_request(None)
    assert kept == [1, 60, 3600, 86_400]


def test_calls_are_counted_by_their_token_and_the_limit_is_the_operators(demo: Demo, settings: Any) -> None:
    settings.API_RATE = "7/hour"
    throttle = ApiThrottle()
    assert (throttle.allowed, throttle.seconds, throttle.scope) == (7, 3600, "api")
    client = client_of(demo.staff)
    settings.API_RATE = "25/day"
    assert [client.get("/api/v2/me/").status_code for _ in range(27)] == [200] * 25 + [429] * 2
