"""What the values of an SCM field are that a company declared."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from portal.values.problems import say_problem
from portal.values.suggestions import listed
from workorders.models import DeclaredField

Type = DeclaredField.Type

WHOLE = re.compile("-?[0-9]+")
DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
SPACE = re.compile("[ \u00a0\u2009\u202f]")  # that separates thousands, or stands around a number
LATEST_DAYS = 4096  # that are remembered, since many codes share one
MOST_SAID = 20  # values of a list that an error names
WITH_COMMA = re.compile("-?[0-9]+,([0-9]{1,2}|[0-9]{4,})")  # three digits behind a comma may be thousands
DAY_FIRST = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
YEAR_FIRST = re.compile("([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})([T ].*)?")


@dataclass(frozen=True)
class FieldRule:
    """What a declared field takes. An empty value is none, so whether one is needed is asked apart from that."""

    key: str
    type: str = Type.TEXT
    is_required: bool = False
    choices: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, declared: DeclaredField) -> FieldRule:
        return cls(declared.key, declared.type, declared.is_required, tuple(declared.choices))

    def all_fit(self, values: Collection[str]) -> bool:
        """Say whether the field takes all of `values`, of which some may be empty. Fast where many are equal."""
        if self.type == Type.TEXT:
            return True
        distinct = {*values} - {""}
        if self.type == Type.CHOICE:
            return distinct <= self._known
        if self.type == Type.DATE:
            return all(map(_is_day, distinct))
        together = "".join(distinct)
        if not together or (together.isascii() and together.isdigit()):
            return True
        return all(map((WHOLE if self.type == Type.WHOLE_NUMBER else DECIMAL).fullmatch, distinct))

    def fault(self, value: str) -> str:
        """Say in a sentence why the field does not take `value`, and what to write instead; or nothing."""
        if self.all_fit((value,)):
            return ""
        if self.type == Type.CHOICE:
            return f"{say_problem('It is declared as one of a list.')} {self._meant_choice(value)}".rstrip()
        if self.type == Type.WHOLE_NUMBER:
            said, meant = say_problem("It is declared as a whole number, like 1200."), _meant_whole(value)
        elif self.type == Type.DECIMAL:
            said, meant = say_problem("It is declared as a decimal number, like 12.5."), _meant_decimal(value)
        else:
            said, meant = say_problem("It is declared as a date, like 2026-12-31."), _meant_day(value)
        return f"{said} {meant}".rstrip()

    @property
    def needed(self) -> str:
        """The sentence for a code that has no value."""
        return say_problem("The company requires `{key}` of every code.", key=self.key)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.choices)

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {choice.strip().casefold(): choice for choice in self.choices}

    def _meant_choice(self, value: str) -> str:
        if meant := self._folded.get(value.strip().casefold()):
            return _write(f"`{meant}`")
        return (
            say_problem("There are {names:s}.", names=listed(self.choices))
            if 1 < len(self.choices) <= MOST_SAID
            else ""
        )


@lru_cache(LATEST_DAYS)
def _is_day(value: str) -> bool:
    try:
        return DAY.fullmatch(value) is not None and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _write(value: str) -> str:
    return say_problem("Write {value}.", value=value)


def _meant_whole(value: str) -> str:
    bare = re.sub(r"\.0{1,2}$", "", SPACE.sub("", value))
    return _write(bare) if WHOLE.fullmatch(bare) else ""


def _meant_decimal(value: str) -> str:
    bare = SPACE.sub("", value)
    return _write(bare.replace(",", ".")) if WITH_COMMA.fullmatch(bare) or DECIMAL.fullmatch(bare) else ""


def _meant_day(value: str) -> str:
    bare = value.strip()
    if found := DAY_FIRST.fullmatch(bare):
        day, month, year = map(int, found.groups())
    elif found := YEAR_FIRST.fullmatch(bare):
        year, month, day = map(int, found.groups()[:3])
    else:
        return ""
    try:
        return _write(date(year, month, day).isoformat())
    except ValueError:
        return say_problem("There is no such day.")
