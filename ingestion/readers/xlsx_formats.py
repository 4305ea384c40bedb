"""Comparing what a workbook stores with what its number format shows, so that nobody gets a value they did not see."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from math import isfinite

from ingestion.readers.base import Trouble
from ingestion.readers.cells import AS_TEXT
from ingestion.readers.xlsx_dates import AS_STORED, DAYS_TO_1904, LAST_DAY, LEAP_DAY, format_elapsed, moment_of
from ingestion.readers.xlsx_format_codes import BUILT_IN, Section, parse_sections
from portal.values.problems import say_problem

MOST_DIGITS = 15  # that a spreadsheet keeps of a number
TOO_LONG = 10**MOST_DIGITS
MOST_DECIMALS = 30  # that Excel takes
EXACT = Context(prec=100)
DIGITS = re.compile(r"(?P<before>[#0?,]*)(?:\.(?P<after>[#0?]*))?(?P<percent>%?)")

MORE_DIGITS = say_problem("It is a number of more digits than the {most} that a spreadsheet keeps.", most=MOST_DIGITS)
TOO_MANY_DIGITS = f"{MORE_DIGITS} {AS_TEXT}"
NO_NUMBER = f"{say_problem('The cell says that it holds a number, and holds none.')} {AS_TEXT}"
NO_DATE = f"{say_problem('The cell shows a date, and holds a number that is none.')} {AS_TEXT}"

Value = tuple[str, Trouble | None, str]
"""The value that is stored, how it differs from what is shown, and the difference in words."""


class NumberFormat:
    """One number format of a workbook, by its code."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.sections = parse_sections(code)
        first = self.sections[0]
        self.is_general = len(self.sections) == 1 and first == Section("general")
        self.is_text = len(self.sections) == 1 and first == Section("@")
        self.is_date = first.is_elapsed or bool(re.search("[ymdhs]", first.pattern.replace("general", "")))
        self.is_day = self.is_date and not first.is_elapsed  # and no time, which is the same from any day on
        texts = [section for section in self.sections if "@" in section.pattern]
        self.hides_text = len(self.sections) == 4 and not texts
        self.changes_text = self.hides_text or any(section != Section("@") for section in texts)

    def number(self, stored: str) -> Value:
        """Return the value of a number that is stored as `stored`."""
        number = float(stored)
        if not isfinite(number):
            return stored, Trouble.CELL, NO_NUMBER
        if abs(number) >= TOO_LONG:
            return f"{Decimal(stored.strip()):f}", Trouble.DIGITS, TOO_MANY_DIGITS
        text = _plain(number)
        if self.is_general or self.is_text:
            return text, None, ""
        return text, *self._difference(text)

    def shown(self, text: str) -> str | None:
        """Return what is shown of the number `text`; None where that is not only digits, separators and texts."""
        if self.is_general or self.is_text:
            return text
        number = Decimal(text)
        section = self._section(number)
        return _shown(section, abs(number) if section is not self.sections[0] else number)

    def date(self, stored: str, is_1904: bool) -> Value:
        """Return the value of a number that is shown as a date or a time."""
        number = float(stored)
        if not isfinite(number):
            return stored, Trouble.CELL, NO_DATE
        if not 0 <= number < LAST_DAY + 1 - is_1904 * DAYS_TO_1904:
            return _plain(number), Trouble.CELL, NO_DATE
        if self.sections[0].is_elapsed:
            text = format_elapsed(number)
            is_shown = self.sections[0].pattern == "h:mm:ss"
            return text, *((None, "") if is_shown else (Trouble.FORM, in_another_form(text)))
        moment = moment_of(number, is_1904)
        text = moment.isoformat(" ") if isinstance(moment, dt.datetime) else moment.isoformat()
        is_disputed = not is_1904 and 1 <= number < LEAP_DAY + 1  # one day apart in Excel and other programs
        if AS_STORED.get(self.sections[0].pattern) is type(moment) and not is_disputed:
            return text, None, ""
        return text, Trouble.FORM, in_another_form(text)

    def _difference(self, text: str) -> tuple[Trouble | None, str]:
        """Tell how the number `text` differs from what is shown of it."""
        number = Decimal(text)
        section = self._section(number)
        shown = self.shown(text)
        if shown == text:
            return None, ""
        if section.between.strip():
            said = say_problem("Its format shows the number {text} with characters between its digits.", text=text)
            return Trouble.DIGITS, f"{said} {AS_TEXT}"
        if shown is not None and _is_padded(section, text):
            said = say_problem(
                "Its format shows {shown}, but the number is {text} without zeros.", shown=shown, text=text
            )
            return Trouble.DIGITS, f"{said} {AS_TEXT}"
        return Trouble.FORM, in_another_form(text, shown)

    def _section(self, number: Decimal) -> Section:
        """The section that shows `number`."""
        if number < 0 and len(self.sections) > 1:
            return self.sections[1]
        return self.sections[2] if number == 0 and len(self.sections) > 2 else self.sections[0]


def _plain(number: float) -> str:
    """The digits that a spreadsheet keeps of a number."""
    return str(int(number)) if number.is_integer() else f"{Decimal(f'{number:.{MOST_DIGITS}g}'):f}"


def in_another_form(text: str, shown: str | None = None) -> str:
    """Say that `text` is stored, where something else is shown."""
    if shown:
        return say_problem("{text} is stored where {shown} is shown.", text=text, shown=shown)
    return say_problem("{text} is stored.", text=text)


def _is_padded(section: Section, text: str) -> bool:
    """Say whether the format puts zeros before the number, as nobody does with a quantity."""
    return _least_digits(section.pattern.partition(".")[0].rstrip("%")) > len(text.lstrip("-").partition(".")[0])


def _least_digits(before: str) -> int:
    """Count the digits that the placeholders before the point show at least: all from the first 0 on."""
    return len(before.replace(",", "").lstrip("#?"))


def _shown(section: Section, number: Decimal) -> str | None:
    """`number` as the section shows it; None where that is more than digits, separators and texts around them."""
    pattern = DIGITS.fullmatch(section.pattern)
    if not pattern or not section.pattern or section.between or pattern["before"].endswith(","):
        return f"{section.before}{section.after}".strip() if not section.pattern else None
    decimals = pattern["after"] or ""
    if len(decimals) > MOST_DECIMALS:
        return None
    number = number * 100 if pattern["percent"] else number
    digits = f"{abs(number).quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP, EXACT):f}"
    whole, _, fraction = digits.partition(".")
    kept = len(decimals.rstrip("#?"))
    fraction = fraction[:kept] + fraction[kept:].rstrip("0")
    whole = whole.lstrip("0").zfill(_least_digits(pattern["before"]))
    if "," in pattern["before"]:
        whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", whole)
    sign = "-" if number < 0 else ""
    point = "." if fraction else ""
    return f"{sign}{section.before}{whole}{point}{fraction}{pattern['percent']}{section.after}".strip()


def style_of(format_id: int, codes: dict[int, str]) -> NumberFormat:
    """The format with that number, by the workbook's own `codes` or among those that every workbook has."""
    return format_of(codes.get(format_id) or BUILT_IN.get(format_id, "General"))


@lru_cache(maxsize=1000)
def format_of(code: str) -> NumberFormat:
    """The format of that code."""
    return NumberFormat(code)
