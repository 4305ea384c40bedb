"""Suggesting what a wrong value was meant to be, so that a person sees the difference at once."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches
from unicodedata import category, normalize

from ingestion.errors.text import shown
from portal.values.characters import character_named
from portal.values.problems import say_problem
from workorders.codes.fields import MEANT, OWN_COLUMNS, SCM_KEY, STATUSES

SHORTENED_MARK = "E+"
SHORTENED = re.compile(r"[+-]?[0-9]([.,][0-9]+)?E\+[0-9]{2,3}")  # 1.23457E+11
DECIMAL = re.compile(r"([0-9]{8,})[.,]0+")  # 4006381333931.0
GROUPED = re.compile(r"[0-9]{1,3}([,.' \u2019\u00a0\u202f])[0-9]{3}(?:\1[0-9]{3})+")  # 4,006,381,333,931
ALIKE = str.maketrans("oli", "011")  # after casefold: letters that are taken for digits
GUARD = re.compile("'[=+@-]")
FORMULA_TEXT = re.compile('="([^"]*)"')  # how spreadsheets are made to keep the zeros in front of a number
NOTHING = {"\\n", "null", "none", "nil", "nan", "na", "n/a", "#n/a"}  # after casefold: an empty cell of other programs
SIMILARITY = 0.8
LONGEST_COMPARED = 100  # characters of a value whose spelling is compared; an SKU has no more
MOST_COMPARED = 500_000  # pairs of spellings in one file, since comparing takes long
STATUSES_BY_NAME = {"inactive": "0", "active": "1", "blacklisted": "2"}
STATUS_WORDS = {**STATUSES_BY_NAME, "no": "0", "yes": "1", "false": "0", "true": "1"}


class Suggestions:
    """Finds among `known` values the one that a wrong value was meant to be."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = list(known)
        self._folded = {value.strip().casefold(): value for value in self._known}
        self._alike = {value.translate(ALIKE): known for value, known in self._folded.items()}
        self._compared = 0

    def suggest(self, value: str) -> str:
        """Say how `value` differs from what it was probably meant to be; nothing when no known value is like it."""
        if text := meant_text(value):
            return text
        folded = value.strip().casefold()
        if meant := self._folded.get(folded):
            if value.strip() == meant:
                return say_problem("It has a space too many; the one that exists is `{meant}`.", meant=meant)
            if value == value.strip():
                return say_problem("It differs from `{meant}` in small and capital letters.", meant=meant)
            return say_problem(
                "It differs from `{meant}` in small and capital letters, and has a space too many.", meant=meant
            )
        if meant := self._alike.get(folded.translate(ALIKE)):
            return say_problem(
                "It looks like `{meant}`, but has a letter where that has a digit, or a digit for a letter.",
                meant=meant,
            )
        if meant := self._folded.get(normalize("NFKC", value).strip().casefold()):
            return _looks_like(value, meant)
        self._compared += len(self._known)
        if self._compared > MOST_COMPARED or len(value) > LONGEST_COMPARED:
            return ""
        close = get_close_matches(folded, self._folded, 1, SIMILARITY)
        meant = self._folded[close[0]] if close else ""
        return _looks_like(value, meant) if meant else ""


def _looks_like(value: str, meant: str) -> str:
    """Say what `value` looks like, and which character outside ASCII it has where `meant` has another."""
    odd = re.search(f"[^\\x00-\\x7f{re.escape(meant)}]", value)
    return f"{say_problem('It looks like `{meant}`.', meant=meant)} {character_named(odd) if odd else ''}".rstrip()


def meant_name(name: str, beside: Collection[str] = ()) -> str:
    """Suggest the field that a column's name was meant to be, or a spelling that is right; or nothing.

    It suggests no name that a column `beside` it has already.
    """
    if not name:
        return say_problem("The column has no name: name it, or delete it.")
    spelled = respelled(name)
    close = get_close_matches(spelled, OWN_COLUMNS, 1, SIMILARITY)
    right = close[0] if close else spelled
    if right in beside and right != name:
        return say_problem(
            "Another column is `{right}` too: leave one of the two out, or give this one another name.", right=right
        )
    if close and name not in OWN_COLUMNS:
        return say_problem("It looks like `{meant}`.", meant=close[0])
    if name == spelled or any(letter.isalnum() and not letter.isascii() for letter in name):
        return ""  # it is right, or loses letters
    return say_problem("`{name}` would be right.", name=spelled) if SCM_KEY.fullmatch(spelled) else ""


def meant_otherwise(name: str, beside: Collection[str]) -> str:
    """Say which field of ours is also called `name`; nothing where none is, or where it stands `beside` it."""
    meant = MEANT.get(name, "")
    return say_problem("It looks like `{meant}`.", meant=meant) if meant and meant not in beside else ""


def respelled(name: str) -> str:
    """Write a column's name in the characters that a field's name may have."""
    seen = "".join(character for character in name if category(character) != "Cf")  # the others have no width
    return re.sub(r"[^a-z0-9]+", "_", seen.casefold()).strip("_")


def may_be_marked(text: str) -> bool:
    """Say whether a value in `text`, which are many together, has to be looked at closely."""
    # One character is looked for first, which is several times faster than two, and most texts have none.
    return (
        ("+" in text and SHORTENED_MARK in text)
        or ("=" in text and '="' in text)
        or ("'" in text and GUARD.search(text) is not None)
    )


def marks_of(value: str) -> str:
    """Say what a spreadsheet may have put around `value`; or nothing."""
    if GUARD.match(value):
        return say_problem("It begins with an apostrophe, as if to keep a spreadsheet from running a formula.")
    return meant_text(value)


def meant_nothing(value: str) -> str:
    """Say that an empty cell is meant by `value`; or nothing."""
    if value.strip().casefold() not in NOTHING:
        return ""
    return say_problem("It looks like what a program writes for nothing: leave the cell empty.")


def meant_status(value: str) -> str:
    """Say how the activation status that a person meant by `value` is written; or nothing."""
    if text := meant_text(value):
        return text
    word = value.strip().casefold()
    meant = STATUS_WORDS.get(word, word.removesuffix(".0"))
    if meant in STATUSES:
        return say_problem("Write {meant} instead.", meant=meant)
    close = get_close_matches(word[:LONGEST_COMPARED], STATUSES_BY_NAME, 1, SIMILARITY)
    return (
        say_problem("The nearest is {status:,}, {word:s}.", status=int(STATUSES_BY_NAME[close[0]]), word=close[0])
        if close
        else ""
    )


def meant_id(value: str) -> str:
    """Say what a spreadsheet did to an id that is now `value`; or nothing."""
    if text := meant_text(value):
        return text
    if is_shortened(value):
        return say_problem(
            "It was a long number once, which a spreadsheet has shortened; format the column as text and fill it again."
        )
    decimal = DECIMAL.fullmatch(value)
    if decimal or GROUPED.fullmatch(value):
        return say_problem(
            "A program took the id for a number and wrote it otherwise: format the column as text and enter "
            "`{digits}`, if no digit is lost.",
            digits=decimal[1] if decimal else re.sub("[^0-9]", "", value),
        )
    if not (value.isascii() and value.isdecimal()):
        return ""
    return say_problem(
        "If it began with zeros, a spreadsheet has dropped them; format the column as text and fill it again."
    )


def meant_text(value: str) -> str:
    """Suggest the text that `value` gives as a spreadsheet's formula; or nothing."""
    formula = FORMULA_TEXT.fullmatch(value) if value[:1] == "=" else None
    return (
        say_problem(
            "It is a spreadsheet's formula for the text `{formula}`; write that text.", formula=shown(formula[1])
        )
        if formula
        else ""
    )


def is_shortened(value: str) -> bool:
    """Say whether `value` looks like a long number in a spreadsheet's scientific notation."""
    return SHORTENED.fullmatch(value) is not None
