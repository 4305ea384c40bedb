"""Characters named in words, since many look like others or are not seen at all."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from django.utils.translation import get_language

from portal.values.problems import say_problem, say_problem_lazy

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # but for tabs and line ends
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
NAMES = {  # of those that have no Unicode name, and of those that are met most
    "\0": say_problem_lazy("null (U+0000)"),
    "\t": say_problem_lazy("tab (U+0009)"),
    "\n": say_problem_lazy("line feed (U+000A)"),
    "\r": say_problem_lazy("carriage return (U+000D)"),
    "\x7f": say_problem_lazy("delete (U+007F)"),
    " ": say_problem_lazy("space"),
    "\xa0": say_problem_lazy("no-break space (U+00A0)"),
    "\u200b": say_problem_lazy("zero width space (U+200B)"),
}


def named(character: str) -> str:
    """Return a name to look for: a visible ASCII character in quotes, any other by its Unicode name and number."""
    if " " < character <= "~":
        return f"“{character}”"
    if known := NAMES.get(character):
        return str(known)
    name, number = unicodedata.name(character, "").lower(), f"U+{ord(character):04X}"
    return f"{name} ({number})" if name else number


def character_named(found: re.Match[str]) -> str:
    """Say in a sentence which character of a text was found."""
    return _character_at(found.start() + 1, found[0][0], get_language())


@lru_cache(maxsize=1000)
def _character_at(place: int, character: str, _language: str | None) -> str:
    """Say it in the language of the moment; many rows have the same character in the same place."""
    return say_problem("Character {place:,} is {named:s}.", place=place, named=named(character))


def beyond_ascii(text: str) -> str:
    """Say in a sentence which character of `text` is the first outside ASCII, or return an empty text."""
    found = BEYOND_ASCII.search(text)
    return character_named(found) if found else ""


def control_in(text: str) -> str:
    """Say in a sentence which character of `text` is the first control character but a tab or line end; or nothing."""
    if text.isprintable() or not (found := CONTROL.search(text)):
        return ""
    return say_problem(
        "Character {place:,} is {name:s}, a control character. Delete it, or enter the true character.",
        place=found.start() + 1,
        name=named(found[0]),
    )
