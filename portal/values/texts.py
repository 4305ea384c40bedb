"""Texts that people read: names, SKUs, references, remarks. What nobody sees in them is refused, for it deceives."""

from __future__ import annotations

import re
from unicodedata import category, name

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible

from portal.values.words import gettext_lazy

LINES = "\t\n\r"  # which remarks may have
JOINERS = "\u200c\u200d\ufe0e\ufe0f"  # seen by what they do to the letters or pictures beside them
BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # by their category letters or marks, yet nobody sees them
PRINTED_YET_UNSEEN = re.compile(f"[{BLANK}\u180b-\u180f\ufe00-\ufe0f\U000e0000-\U000e0fff]")
SELECTORS = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0000-\U000e0fff]")


def is_plain(text: str) -> bool:
    """Say whether `text` has only characters that are seen, whatever stands beside them."""
    return text.isprintable() and (text.isascii() or not PRINTED_YET_UNSEEN.search(text))


def unseen(text: str, allowed: str = "") -> str:
    """Name the first character of `text` that is invisible or turns others around, or return an empty text."""
    if is_plain(text):
        return ""
    for place, character in enumerate(text):
        if character in allowed or not _hides(character):
            continue
        before = text[place - 1 : place]
        if character in JOINERS and not before.isascii() and not _hides(before.strip(JOINERS) or "a"):
            continue
        code = f"U+{ord(character):04X}"
        called = name(character, "").lower()
        return f"Character {place + 1} is {code}{f' ({called})' if called else ''}, which nobody sees."
    return ""


def _hides(character: str) -> bool:
    return (
        category(character) in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
        or character in BLANK
        or SELECTORS.match(character) is not None
    )


def seen(text: str) -> str:
    """`text` without what nobody sees."""
    return "".join(character for character in text if not _hides(character))


@deconstructible
class Visible:
    """Refuses texts with characters that nobody sees, in the words `said`; `lines` lets line ends and tabs pass."""

    def __init__(self, said: str = gettext_lazy("No control characters."), *, lines: bool = False) -> None:
        self.said, self.lines = said, lines

    def __call__(self, text: str) -> None:
        if found := unseen(text, LINES if self.lines else ""):
            raise ValidationError(f"{self.said} {found}", code="invisible")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Visible) and (self.said, self.lines) == (other.said, other.lines)

    def __hash__(self) -> int:
        return hash((self.said, self.lines))


PRINTABLE = Visible(gettext_lazy("Use printable characters only."))
