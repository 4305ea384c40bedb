"""Asking hosts that strangers name: what is never reached, and how hosts that are allowed are asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal import outgoing
from portal.outgoing import Unreachable, ask, is_public
from tests.support.receivers import receiver
from tests.support.strangers import Records, dns_server

HOST = "codes.example.com"


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    """What the DNS knows."""
    known: Records = {}
    with dns_server(known) as asks:
        monkeypatch.setattr(outgoing, "resolver", lambda: asks)
        yield known


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104
        *("224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2001:0:1::1"),
    ],
)
def test_addresses_of_networks_of_ones_own_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_addresses_of_everybody_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "addresses", [{"A": ["127.0.0.1"]}, {"A": ["8.8.8.8", "10.0.0.1"]}, {"A": ["8.8.8.8"], "AAAA": ["::1"]}]
)
def test_a_host_with_an_address_that_is_not_public_is_never_reached(
    records: Records, monkeypatch: pytest.MonkeyPatch, addresses: dict[str, list[str]]
) -> None:
    reached: list[str] = []
    monkeypatch.setattr(outgoing, "_connected", reached.append)
    records.update({(HOST, kind): found for kind, found in addresses.items()})
    with pytest.raises(Unreachable, match=r"^codes.example.com leads to an address that is not public\.$"):
        ask(f"https://{HOST}/", seconds=1, most_bytes=1)
    assert reached == []


def test_an_allowed_host_is_asked_whatever_its_address_and_by_http() -> None:
    with receiver() as found:
        answer = ask(
            f"{found.url}?a=b", body=b"{}", headers={"X-Kind": "test"}, seconds=10, most_bytes=5, allowed=["localhost"]
        )
    assert (answer.status, answer.content) == (200, b"thank")
    (asked,) = found.requests
    assert (asked.path, asked.body, asked.headers["x-kind"]) == ("/hook?a=b", b"{}", "test")
    assert asked.headers["host"] == f"localhost:{found.port}"


def test_no_other_host_is_asked_at_an_address_of_this_machine(records: Records) -> None:
    records["localhost", "A"] = ["127.0.0.1"]
    with receiver() as found, pytest.raises(Unreachable, match=r"^localhost leads to an address that is not public\.$"):
        ask(found.url, seconds=10, most_bytes=5)
    assert found.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
def test_an_address_in_place_of_a_name_is_none_that_the_dns_knows(records: Records, host: str) -> None:
    with pytest.raises(Unreachable, match=r"^The DNS has no address of"):
        ask(f"https://{host}/", seconds=10, most_bytes=5)


def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere a moment later leads nobody astray."""
    records[HOST, "A"] = ["8.8.8.8"]
    reached: list[tuple[str, int]] = []

    def connect(address: str, port: int, until: float) -> None:
        records[HOST, "A"] = ["127.0.0.1"]
        reached.append((address, port))
        raise OSError

    monkeypatch.setattr(outgoing, "_connected", connect)
    with pytest.raises(Unreachable, match=r"^codes.example.com did not answer https://codes.example.com:8443/x within"):
        ask(f"https://{HOST}:8443/x", seconds=10, most_bytes=5)
    assert reached == [("8.8.8.8", 8443)]


def test_a_redirect_is_an_answer_like_any_other() -> None:
    with receiver() as found, receiver() as elsewhere:
        found.answers.append((307, elsewhere.url))
        assert ask(found.url, body=b"{}", seconds=10, most_bytes=5, allowed=["localhost"]).status == 307
    assert (len(found.requests), elsewhere.requests) == (1, [])


def test_a_host_that_takes_its_time_is_cut_off() -> None:
    with receiver() as found:
        found.is_slow = True
        with pytest.raises(Unreachable, match=r"^localhost did not answer http://localhost:\d+/hook within 0.3 s"):
            ask(found.url, body=b"{}", seconds=0.3, most_bytes=5, allowed=["localhost"])


def test_an_allowed_host_that_nobody_knows_is_told() -> None:
    with pytest.raises(Unreachable, match=r"^There is no address of nowhere\.invalid\.$"):
        ask("http://nowhere.invalid/", seconds=1, most_bytes=5, allowed=["nowhere.invalid"])
