"""Characters named in words, since many look like others or are not seen at all."""

from __future__ import annotations

import re
import unicodedata

BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
NAMELESS = {"\0": "null", "\t": "tab", "\n": "line feed", "\r": "carriage return", "\x7f": "delete"}


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
    return f"Character {found.start() + 1:,} is {named(found[0])}." if found else ""
