"""The address that a request came from: behind how many proxies, and in which spelling."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from portal.values.addresses import address_of, behind_proxies


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.1", "198.51.100.9"),
        (1, "", "198.51.100.9"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "10.0.0.1, 203.0.113.1", "203.0.113.1"),
        (2, "10.0.0.1, 203.0.113.1, 192.0.2.7", "203.0.113.1"),
        (2, "203.0.113.1", "203.0.113.1"),
        (3, "1.1.1.1, 203.0.113.1", "1.1.1.1"),
        (1, "nonsense", None),
        (1, "203.0.113.1,", None),
    ],
)
def test_only_what_our_proxies_wrote_is_believed(
    settings: Settings, proxies: int, forwarded: str, address: str | None
) -> None:
    settings.NUM_PROXIES = proxies
    assert behind_proxies("198.51.100.9", forwarded) == address


@pytest.mark.parametrize(
    ("peer", "address"),
    [
        ("203.0.113.1", "203.0.113.1"),
        ("203.0.113.1:4711", "203.0.113.1"),
        ("[2001:DB8::1]:4711", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:0db8:0:0:0:0:0:1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:203.0.113.1", "203.0.113.1"),
        ("[::ffff:203.0.113.1]:80", "203.0.113.1"),
        ("", None),
        ("unix:", None),
        ("203.0.113.256", None),
        ("[]:80", None),
    ],
)
def test_an_address_has_one_spelling(peer: str, address: str | None) -> None:
    assert behind_proxies(peer, "") == address


def test_a_request_tells_its_address(settings: Settings) -> None:
    asked: Any = {"REMOTE_ADDR": "198.51.100.9", "HTTP_X_FORWARDED_FOR": "203.0.113.1"}
    settings.NUM_PROXIES = 1
    assert address_of(RequestFactory().get("/", **asked)) == "203.0.113.1"
    settings.NUM_PROXIES = 0
    assert address_of(RequestFactory().get("/", **asked)) == "198.51.100.9"
    request = RequestFactory().get("/")
    del request.META["REMOTE_ADDR"]
    assert address_of(request) is None
