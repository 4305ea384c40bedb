"""Hosts that a QR code may lead to: names of the public DNS, which anybody's phone can look up."""

from __future__ import annotations

import re
import unicodedata

from portal.values.problems import say_problem

LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
HOST = re.compile(rf"{LABEL}(\.{LABEL})*")
LONGEST_HOST, LONGEST_LABEL = 253, 63  # characters, RFC 1035
NUMBER = re.compile("[0-9]+|0x[0-9a-f]*")  # a host that ends in one is an IP address (WHATWG URL, "ends in a number")
PRIVATE = {  # RFC 6761, 6762, 7686, 8375, 9476, ICANN's .internal, and what routers and offices use
    *("alt", "arpa", "internal", "invalid", "local", "localhost", "onion"),
    *("corp", "home", "intranet", "lan", "localdomain", "private"),
}
ACE = "xn--"
COMPANIONS = {"HIRAGANA", "KATAKANA", "CJK", "HANGUL", "BOPOMOFO"}  # alphabets that one name may mix, and LATIN too
LATIN_LOOKALIKES = frozenset("аеіјорсухһԁԛԝѕӏьαινορτυχкм")  # Cyrillic and Greek letters that pass for Latin ones


def wrong_host(host: str) -> str:
    """Say why codes cannot lead to `host`, which is written in small ASCII letters; empty when they can."""
    labels = host.split(".")
    if NUMBER.fullmatch(labels[-1]):
        return say_problem(
            "{host} is an IP address, or is taken for one; codes outlive addresses, so use the name of a host, like"
            " codes.example.com.",
            host=host,
        )
    if labels[-1] in PRIVATE:
        return say_problem(
            "{host} leads nowhere outside one network; use a host that everybody can reach, like codes.example.com.",
            host=host,
        )
    if len(host) > LONGEST_HOST or max(map(len, labels)) > LONGEST_LABEL:
        return say_problem(
            "No host has such a long name: {most} characters at most, {most_of_label} between two dots.",
            most=LONGEST_HOST,
            most_of_label=LONGEST_LABEL,
        )
    return next(filter(None, map(_wrong_label, labels)), "")


def _wrong_label(label: str) -> str:
    """Say what is wrong with a part of a name that stands for letters outside ASCII."""
    if not label.startswith(ACE):
        return ""
    try:
        meant = label.encode().decode("idna")
    except UnicodeError:
        meant = label
    if meant == label:
        return say_problem("{label} is no internationalized name: nothing can be read from it.", label=label)
    letters = [character for character in meant if character.isalpha()]
    alphabets = {unicodedata.name(character, "?").split()[0].split("-")[0] for character in letters}
    if len(alphabets - COMPANIONS - {"LATIN"}) + bool(alphabets & (COMPANIONS | {"LATIN"})) > 1:
        return say_problem(
            "{label} mixes letters of several alphabets that look alike; use a host of one alphabet.", label=label
        )
    if letters and LATIN_LOOKALIKES.issuperset(letters):
        return say_problem(
            "{label} is made of letters that look like Latin ones; use a host that nobody can mistake.", label=label
        )
    return ""
