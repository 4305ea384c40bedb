"""Hosts to which a QR code may lead."""

from __future__ import annotations

import pytest

from workorders.domains.hosts import wrong_host


def ace(name: str) -> str:
    """A name as the DNS has it."""
    return name.encode("idna").decode()


@pytest.mark.parametrize(
    "host",
    [
        "codes.example.com",
        "example.com",
        "a.b.c.d.example",
        "v1.example",
        "1.example",
        "localname",
        f"{'a' * 63}.example",
        ace("bücher.example"),
        ace("пример.example"),
        ace("日本語.example"),
        ace("日本tokyo.example"),
    ],
)
def test_names_that_every_phone_can_look_up_are_taken(host: str) -> None:
    assert wrong_host(host) == ""


@pytest.mark.parametrize("host", ["10.0.0.1", "127.1", "example.0x7f", "example.0x", "2130706433", "codes.1"])
def test_addresses_are_refused_as_browsers_take_them(host: str) -> None:
    assert wrong_host(host) == (
        f"{host} is an IP address, or is taken for one; codes outlive addresses, so use the name of a host, like"
        " codes.example.com."
    )


@pytest.mark.parametrize(
    "host", ["localhost", "printer.local", "a.lan", "b.home.arpa", "x.internal", "y.onion", "z.corp", "q.invalid"]
)
def test_names_of_one_network_are_refused(host: str) -> None:
    assert wrong_host(host) == (
        f"{host} leads nowhere outside one network; use a host that everybody can reach, like codes.example.com."
    )


@pytest.mark.parametrize("host", [f"{'a' * 64}.example", ".".join(["a" * 50] * 5) + ".example"])
def test_names_longer_than_the_dns_allows_are_refused(host: str) -> None:
    assert wrong_host(host) == "No host has such a long name: 253 characters at most, 63 between two dots."


def test_the_longest_names_that_the_dns_allows_are_taken() -> None:
    longest = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])
    assert (len(longest), wrong_host(longest)) == (253, "")


def test_what_only_looks_internationalized_is_refused() -> None:
    assert wrong_host("xn--99999999999.example") == (
        "xn--99999999999 is no internationalized name: nothing can be read from it."
    )


@pytest.mark.parametrize("name", ["pаypal", "gοοgle", "aпример", "日本пример"])  # noqa: RUF001  # letters that look alike
def test_letters_of_several_alphabets_are_refused(name: str) -> None:
    host = ace(f"{name}.example")
    assert wrong_host(host) == (
        f"{host.partition('.')[0]} mixes letters of several alphabets that look alike; use a host of one alphabet."
    )


@pytest.mark.parametrize("name", ["аррӏе", "соре", "хсе"])  # noqa: RUF001  # letters that look alike
def test_names_of_letters_that_pass_for_latin_ones_are_refused(name: str) -> None:
    host = ace(f"{name}.example")
    assert wrong_host(host) == (
        f"{host.partition('.')[0]} is made of letters that look like Latin ones; use a host that nobody can mistake."
    )


def test_the_first_wrong_label_is_the_one_that_is_told() -> None:
    first, second = ace("pаypal.example").partition(".")[0], ace("соре.example").partition(".")[0]  # noqa: RUF001
    assert wrong_host(f"{first}.{second}.example").startswith(first)
    assert wrong_host(f"{second}.{first}.example").startswith(second)
