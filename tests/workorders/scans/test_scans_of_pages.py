"""Which answers of the public page are scans, and that nothing is kept of who asked."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from portal.http.cache import redis_client
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.scans import NOON, Scans, at, stored
from workorders.models import ActivationStatus, Code
from workorders.scans.buffer import ADDED

PATH = "/c/demo/abc00001"
ADDRESS, AGENT, COOKIE = "203.0.113.77", "Telling-Browser/9", "secret-cookie"


@pytest.fixture
def code(demo: Demo) -> Code:
    return some_codes(demo.staff, "abc00001").codes.get()


def test_a_page_that_is_shown_is_a_scan_whatever_the_status(client: Client, scans: Scans, code: Code) -> None:
    for status in ActivationStatus.values:
        Code.objects.update(activation_status=status)
        assert client.get(PATH, REMOTE_ADDR=f"10.1.2.{status}").status_code == 200
    assert client.get(f"{PATH}/?utm_source=qr", REMOTE_ADDR="10.1.2.9").status_code == 200
    scans.store()
    assert stored(code.company) == {"abc00001": 4}


def test_a_page_that_the_browser_has_already_is_a_scan(client: Client, scans: Scans, code: Code) -> None:
    etag = client.get(PATH, REMOTE_ADDR="10.1.2.3").headers["ETag"]
    assert client.get(PATH, headers={"If-None-Match": etag}, REMOTE_ADDR="10.1.2.4").status_code == 304
    scans.store()
    assert stored(code.company) == {"abc00001": 2}


def test_what_shows_no_code_is_no_scan(client: Client, scans: Scans, code: Code, settings: Settings) -> None:
    assert client.head(PATH).status_code == 200
    assert client.post(PATH).status_code == 405
    assert client.get(PATH, headers={"If-Match": '"another"'}).status_code == 412
    for path in ("/c/demo/abc00002", "/c/other/abc00001", "/c/demo/short"):
        assert client.get(path).status_code == 404
    settings.PUBLIC_PAGE_RATE = "0/min"
    assert client.get(PATH).status_code == 429
    scans.store()
    assert stored(code.company) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("Purpose", "prefetch"),
        ("Purpose", "Prefetch"),
    ],
)
def test_a_page_that_a_browser_fetches_before_anybody_wants_it_is_no_scan(
    client: Client, scans: Scans, code: Code, name: str, value: str
) -> None:
    assert client.get(PATH, headers={name: value}).status_code == 200
    scans.store()
    assert stored(code.company) == {}
    assert client.get(PATH, headers={name: "navigate"}).status_code == 200
    scans.store()
    assert stored(code.company) == {"abc00001": 1}


def test_a_client_scans_a_code_once_in_a_minute(
    client: Client, scans: Scans, demo: Demo, code: Code, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of IPv6 a client is a network. However the code's address is spelled, it is the same code."""
    some_codes(demo.staff, "abc00002")
    for second in (0, 59, 60):
        at(monkeypatch, NOON + second)
        for path in (PATH, f"{PATH}/", f"{PATH}?again", "/c/demo/abc00002"):
            for address in ("10.1.2.3", "10.1.2.4", "2001:db8:1:2::3", "2001:db8:1:2::4"):
                assert client.get(path, REMOTE_ADDR=address).status_code == 200
    scans.store()
    assert stored(code.company) == {"abc00001": 6, "abc00002": 6}, "three clients in two minutes"


def test_a_process_remembers_so_many_clients_and_no_more(
    client: Client, scans: Scans, code: Code, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOON)
    monkeypatch.setattr("workorders.scans.counting.MOST_CLIENTS", 2)
    for number in (1, 2, 2, 3, 1, 1):
        client.get(PATH, REMOTE_ADDR=f"10.1.2.{number}")
        assert len(scans.counter._met) <= 2
    scans.store()
    assert stored(code.company) == {"abc00001": 4}, "the third client made it forget the first"
    at(monkeypatch, NOON + 60)
    assert scans.counter.hand_on()
    assert not scans.counter._met, "nothing of them is kept after the minute"


def test_every_spelling_of_an_address_is_the_same_code(client: Client, scans: Scans, code: Code) -> None:
    Code.objects.update(identifier="01/09520123456788/21/A%2F")
    for number, end in enumerate(("A/", "A%2F", "A%2F%20")):
        answer = client.get(f"/c/demo/01/09520123456788/21/{end}", REMOTE_ADDR=f"10.1.2.{number}")
        assert answer.status_code == 200
    scans.store()
    assert stored(code.company) == {"01/09520123456788/21/A%2F": 3}


def test_nothing_is_kept_of_who_asked(
    client: Client, scans: Scans, code: Code, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, NOON)
    client.cookies["session"] = COOKIE
    asked = {"User-Agent": AGENT, "Referer": "https://from.example/", "Accept-Language": "nl"}
    assert client.get(f"{PATH}?q=private", headers=asked, REMOTE_ADDR=ADDRESS).status_code == 200
    assert scans.counter.hand_on()
    sender = scans.counter._sender
    day = NOON // 86_400
    assert scans.buffered() == {
        ADDED: {"name": f"{sender}-1", f"{day} {code.company_id} abc00001": f"1 {NOON} {NOON}"},
        f"{ADDED}:{sender}": {"": "1"},
    }
    everything = b" ".join(redis_client().keys("*"))
    for personal in (ADDRESS, AGENT, COOKIE, "from.example", "private"):
        assert personal.encode() not in everything
    scans.store()
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT table_name, string_agg(column_name, ' ' ORDER BY ordinal_position) FROM information_schema.columns
               WHERE table_name IN ('workorders_codescans', 'workorders_scanday', 'workorders_storedscans',
                                    'workorders_scanlimitreached')
               GROUP BY table_name"""
        )
        assert dict(cursor.fetchall()) == {
            "workorders_codescans": "identifier count first_at last_at reached_limit company_id",
            "workorders_scanday": "day count company_id",
            "workorders_storedscans": "name stored_at",
            "workorders_scanlimitreached": "identifier company_id",
        }


def test_counting_costs_the_page_no_query_and_no_call_of_redis(
    client: Client, scans: Scans, code: Code, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workorders.scans.services.redis_client", lambda: pytest.fail("Redis was asked"))
    assert client.get(PATH).status_code == 200
    assert scans.buffered() == {}
