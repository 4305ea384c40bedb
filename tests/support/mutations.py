"""Bytes and values changed at random."""

from __future__ import annotations

import random
from typing import Any

PIECES = [b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"\xed\xa0\x80", b"id", b"[", b"{", b"}", b"]", b":", b"\\", b"\\u"]
PIECES += [b"\xef\xbb\xbf", b"\xff\xfe", b"\x1f\x8b", b"PK\x03\x04", "\u202e".encode(), "é".encode("cp1252"), b"1E+11"]
STRANGE_TEXTS = [
    "",
    " ",
    "\0",
    "\ud800",
    "\U0010ffff",
    "\u202e",
    "\ufeff",
    "é",
    "\u0663",
    "\u00b2",
    "#1",
    "%00",
    "../",
    "'",
]
STRANGE_TEXTS += ["null", "true", "1e5", "NaN", "=1+1", "{}", "x" * 70, "x" * 300, "x" * 5000, "{0}", "%s", "\\u0000"]
STRANGE_TEXTS += ["2026-02-30", "0001-01-01", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-11-30T25:61Z"]
STRANGE_TEXTS += ["http://127.0.0.1/", "https://[::1", "https://example.org:99999/", "https://\u00e9.example/\ud83d"]
STRANGE_VALUES: list[Any] = [None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**30, 0.5, -0.0, 1e308, 1e-320]
STRANGE_VALUES += [[], {}, [[]], [None], {"": ""}, {"\0": 1}, {"a": {"b": [{}]}}, ["x"] * 50, {"$ref": "#"}]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """`data` with one to five changes: pieces put in, taken out, doubled, moved, bytes flipped, the end cut off."""
    changed = bytearray(data)
    for _change in range(chance.choice([1, 1, 1, 2, 3, 5])):
        at, end = sorted(chance.randint(0, len(changed)) for _ in range(2))
        match chance.randrange(6):
            case 0:
                changed[at:at] = chance.choice(PIECES)
            case 1:
                del changed[at : min(end, at + 20)]
            case 2:
                changed[at:at] = changed[at : min(end, at + 50)]
            case 3 if at < len(changed):
                changed[at] ^= 1 << chance.randrange(8)
            case 4:
                changed[at:end] = changed[at:end][:30] * 2
            case _:
                del changed[end:]
    return bytes(changed)


def strange(chance: random.Random) -> Any:
    """A value of JSON that few programs expect."""
    return chance.choice([*STRANGE_VALUES, *STRANGE_TEXTS])
