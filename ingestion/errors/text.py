"""Values of a file as people can read them."""

from __future__ import annotations

SHOWN_CHARACTERS = 200  # of a wrong value


def shown(value: str) -> str:
    """Write `value` so that a person can see all of it: what does not print is escaped, what is too long is cut."""
    if len(value) > SHOWN_CHARACTERS:
        return visible(value[:SHOWN_CHARACTERS]) + "…"
    return value if value.isprintable() else visible(value)


def visible(value: str) -> str:
    """Escape what does not print in `value`."""
    if value.isprintable():
        return value
    return "".join(character if character.isprintable() else _escaped(character) for character in value)


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte that is not UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode()
