"""Decoding JSON values without losing a digit or a repeated key."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ingestion.readers.base import ERRORS_COLUMN
from ingestion.readers.cells import Null, Number
from portal.values.characters import named
from portal.values.problems import say_problem

WHITE_SPACE = " \t\n\r"  # as RFC 8259 counts it
SPACE = re.compile(f"[{WHITE_SPACE}]*")
NULL = Null()
RAW_CONTROL = re.compile("[\x00-\x1f]")
REPEATED = say_problem("The object has this key more than once.")


class Repeated(dict[str, Any]):
    """An object that has a key more than once. As a dict it holds the last value of each key."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs

    @property
    def key(self) -> str:
        """The first of the keys that come again."""
        times = Counter(key for key, _member in self.pairs)
        return next(key for key in times if times[key] > 1)


class Unescaped(dict[str, Any]):
    """An object in which a string of the member `key` holds a control character as it is; `reason` says which."""

    def __init__(self, members: dict[str, Any], key: str) -> None:
        super().__init__(members)
        self.key, self.text = key, text_of(members[key])
        found = RAW_CONTROL.search(self.text) or RAW_CONTROL.search(key)
        control = named(found[0]) if found else say_problem("a control character")
        self.reason = say_problem(
            "It holds {control:s} as it is; in JSON that is written by an escape, such as \\n or \\t.", control=control
        )


def mark_unescaped(members: dict[str, Any], text: str) -> dict[str, Any]:
    """Return the object, or an Unescaped when a string in its `text` holds a bare control character.

    Our column of errors may hold some."""
    scan = decoder().raw_decode
    for key, member in members_of(text):
        if key != ERRORS_COLUMN:
            try:
                scan(f"{{{member}}}")
            except ValueError:
                return Unescaped(members, key)
    return members


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Repeated:
    """Make a dict of an object's members, or a Repeated when a key stands twice."""
    members = dict(pairs)
    repeats = len(pairs) - len(members)
    if repeats and repeats != max(0, sum(key == ERRORS_COLUMN for key, _member in pairs) - 1):  # ours may come again
        return Repeated(pairs)
    return members


def text_of(member: Any) -> str:
    """Return the cell for a member of an object: a string as it is, null as Null, anything else as JSON text."""
    if isinstance(member, str):
        return member
    if isinstance(member, list):
        return "[…]"
    if isinstance(member, (dict, Repeated)):
        return "{…}"
    return NULL if member is None else json.dumps(member)


def decoder(*, is_strict: bool = True) -> json.JSONDecoder:
    """Decodes JSON as it stands: numbers as Number, objects with a key more than once as Repeated.

    Where it is not strict, strings may hold control characters.
    """
    return json.JSONDecoder(
        strict=is_strict,
        object_pairs_hook=_object,
        parse_int=Number,
        parse_float=Number,
        parse_constant=_no_constant,
    )


def _no_constant(name: str) -> str:
    raise ValueError(say_problem("the value {name} is none that JSON has", name=name))


def members_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield key and text of each member of the object whose text is `text`."""
    scan = decoder(is_strict=False).raw_decode

    def behind_space(at: int) -> int:
        return SPACE.match(text, at).end()  # type: ignore[union-attr]  # matches always

    at = behind_space(1)
    while text[at] != "}":
        key, end = scan(text, at)
        _member, end = scan(text, behind_space(behind_space(end) + 1))
        yield key, text[at:end]
        end = behind_space(end)
        at = behind_space(end + 1) if text[end] == "," else end
