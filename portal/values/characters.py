"""Characters named in words, since many look like others or are not seen at all."""

from __future__ import annotations

import re
import unicodedata

from django.utils.translation import gettext

from portal.values.words import gettext_lazy, number

BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
NAMELESS = {
    "\0": gettext_lazy("null"),
    "\t": gettext_lazy("tab"),
    "\n": gettext_lazy("line feed"),
    "\r": gettext_lazy("carriage return"),
    "\x7f": gettext_lazy("delete"),
}


def named(character: str) -> str:
    """Return a name to look for: a visible ASCII character in quotes, any other by its Unicode name and number."""
    if " " < character <= "~":
        return f"“{character}”"
    name = NAMELESS.get(character) or unicodedata.name(character, "").lower()
    number = f"U+{ord(character):04X}"
    if character == " ":
        return name
    return f"{name} ({number})" if name else number


def beyond_ascii(text: str) -> str:
    """Say in a sentence which character of `text` is the first outside ASCII, or return an empty text."""
    found = BEYOND_ASCII.search(text)
    return (
        gettext("Character {place} is {named}.").format(place=number(found.start() + 1), named=named(found[0]))
        if found
        else ""
    )
