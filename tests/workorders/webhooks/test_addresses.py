"""URLs of endpoints."""

from __future__ import annotations

from typing import Any

import pytest

from workorders.webhooks.addresses import wrong_url

SHAPE = "It must look like https://hooks.example.com/codeport."
SCHEME = "It must begin with https://."
HOST = "Its host must be a name that everybody can reach, like hooks.example.com."
NAMES = "It takes no user name, no password and no #; messages are signed instead."


@pytest.mark.parametrize(
    "url", ["https://hooks.example.com", "https://hooks.example.com:8443/a?b=c%20d", "https://Hooks.Example.com/"]
)
def test_urls_at_names_of_the_public_dns_are_taken(url: str) -> None:
    assert wrong_url(url) == ""


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", SHAPE),
        ("hooks.example.com", SHAPE),
        ("ftp://hooks.example.com/", SHAPE),
        ("https:///x", SHAPE),
        ("https://hooks.example.com/a b", SHAPE),
        ("https://hooks.example.com/\r\nX: y", SHAPE),
        ("https://hooks.example.com/é", SHAPE),
        ("https://hooks.example.com:0/", SHAPE),
        ("https://hooks.example.com:99999/", SHAPE),
        ("https://[::1/", SHAPE),
        (f"https://hooks.example.com/{'a' * 500}", SHAPE),
        ("http://hooks.example.com/", SCHEME),
        ("https://me:secret@hooks.example.com/", NAMES),
        ("https://hooks.example.com/#a", NAMES),
        ("https://localhost/", HOST),
        ("https://intranet/", HOST),
        ("https://127.0.0.1/", HOST),
        ("https://8.8.8.8/", HOST),
        ("https://127.1/", HOST),
        ("https://0x7f.0x1/", HOST),
        ("https://2130706433/", HOST),
        ("https://[::1]/", HOST),
        ("https://[::ffff:127.0.0.1]/", HOST),
        ("https://a_b.example.com/", HOST),
    ],
)
def test_other_urls_are_refused(url: str, reason: str) -> None:
    assert wrong_url(url) == reason


def test_the_operator_may_allow_hosts(settings: Any) -> None:
    settings.WEBHOOK_HOSTS = ["localhost", "10.0.0.7", "::1"]
    for url in ("http://localhost:9000/x", "https://localhost/", "http://10.0.0.7/", "http://[::1]:80/"):
        assert wrong_url(url) == "", url
    assert wrong_url("http://10.0.0.8/") == SCHEME
    assert wrong_url("http://user@localhost/") == NAMES
