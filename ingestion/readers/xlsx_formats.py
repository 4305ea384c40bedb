"""What a workbook's number formats show of a stored value, so that nobody gets another value than the one they saw."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from math import isfinite

from ingestion.readers.base import Trouble
from ingestion.readers.cells import AS_TEXT

BUILT_IN = {  # ECMA-376, 18.8.30; currencies and East Asian dates in one form each
    **dict.fromkeys((1, 59), "0"),
    **dict.fromkeys((2, 60), "0.00"),
    **dict.fromkeys((3, 61), "#,##0"),
    **dict.fromkeys((4, 62), "#,##0.00"),
    **dict.fromkeys((5, 6, 37, 38, 41, 42), '#,##0_);"-"#,##0'),
    **dict.fromkeys((7, 8, 39, 40, 43, 44), '#,##0.00_);"-"#,##0.00'),
    **dict.fromkeys((9, 67), "0%"),
    **dict.fromkeys((10, 68), "0.00%"),
    11: "0.00E+00",
    **dict.fromkeys((12, 69), "# ?/?"),
    **dict.fromkeys((13, 70), "# ??/??"),
    **dict.fromkeys((14, *range(27, 32), 36, *range(50, 55), 57, 58, 71, 72), "d.m.yyyy"),
    **dict.fromkeys((15, 16, 17, 73, 74, 75), "d-mmm-yy"),
    **dict.fromkeys((18, 19, *range(32, 36), 55, 56, 77), "h:mm AM/PM"),
    **dict.fromkeys((20, 76), "h:mm"),
    21: "h:mm:ss",
    **dict.fromkeys((22, 78), "d.m.yyyy h:mm"),
    **dict.fromkeys((45, 47, 79, 81), "mm:ss"),
    **dict.fromkeys((46, 80), "[h]:mm:ss"),
    48: "##0.0E+0",
    49: "@",
}
MOST_DIGITS = 15  # that a spreadsheet keeps of a number
TOO_LONG = 10**MOST_DIGITS
MOST_DECIMALS = 30  # that Excel takes
EXACT = Context(prec=100)
PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]?|(?P<end>;)|(?P<rest>.)', re.DOTALL
)
TEXTS = frozenset("$-+()!^&'~{}= :")  # which need no quotes
CONDITIONS = ("<", ">", "=")
ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
CURRENCY = re.compile(r"\$([^-]*)")
DIGITS = re.compile(r"(?P<before>[#0?,]*)(?:\.(?P<after>[#0?]*))?(?P<percent>%?)")
AS_STORED = {  # formats that show a moment as it is stored
    "yyyy-mm-dd": dt.date,
    "yyyy-mm-dd hh:mm:ss": dt.datetime,
    "yyyy-mm-dd h:mm:ss": dt.datetime,
    "hh:mm:ss": dt.time,
    "h:mm:ss": dt.time,
}
DAY_ONE = {False: dt.datetime(1899, 12, 30), True: dt.datetime(1904, 1, 1)}  # noqa: DTZ001  # a sheet knows no zones
LEAP_DAY = 60  # that 1900 had not, but spreadsheets count
DAYS_TO_1904 = 1462  # from the day from which other workbooks count
LAST_DAY = 2_958_465  # 9999-12-31

TOO_MANY_DIGITS = f"It is a number of more digits than the {MOST_DIGITS} that a spreadsheet keeps. {AS_TEXT}"
NO_NUMBER = f"The cell says that it holds a number, and holds none. {AS_TEXT}"
NO_DATE = f"The cell shows a date, and holds a number that is none. {AS_TEXT}"

Value = tuple[str, Trouble | None, str]
"""What is stored, how it differs from what is shown, and that in words."""


@dataclass(frozen=True)
class _Section:
    """One of the parts of a format, which semicolons separate."""

    pattern: str = ""  # the placeholders, without texts
    before: str = ""  # the text before them
    after: str = ""
    between: str = ""  # those between two placeholders
    is_elapsed: bool = False


class NumberFormat:
    """One number format of a workbook, by its code."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.sections = _sections(code)
        first = self.sections[0]
        self.is_general = len(self.sections) == 1 and first == _Section("general")
        self.is_text = len(self.sections) == 1 and first == _Section("@")
        self.is_date = first.is_elapsed or bool(re.search("[ymdhs]", first.pattern.replace("general", "")))
        self.is_day = self.is_date and not first.is_elapsed  # and no time, which is the same from any day on
        texts = [section for section in self.sections if "@" in section.pattern]
        self.hides_text = len(self.sections) == 4 and not texts
        self.changes_text = self.hides_text or any(section != _Section("@") for section in texts)

    def number(self, stored: str) -> Value:
        """What comes of a number that is stored as `stored`."""
        number = float(stored)
        if not isfinite(number):
            return stored, Trouble.CELL, NO_NUMBER
        if abs(number) >= TOO_LONG:
            return f"{Decimal(stored.strip()):f}", Trouble.DIGITS, TOO_MANY_DIGITS
        text = _plain(number)
        if self.is_general or self.is_text:
            return text, None, ""
        return text, *self._difference(text)

    def date(self, stored: str, is_1904: bool) -> Value:
        """What comes of a number that is shown as a date or a time."""
        number = float(stored)
        if not isfinite(number):
            return stored, Trouble.CELL, NO_DATE
        if not 0 <= number < LAST_DAY + 1 - is_1904 * DAYS_TO_1904:
            return _plain(number), Trouble.CELL, NO_DATE
        if self.sections[0].is_elapsed:
            text = _elapsed(number)
            is_shown = self.sections[0].pattern == "h:mm:ss"
            return text, *((None, "") if is_shown else (Trouble.FORM, _in_another_form(text)))
        moment = _moment(number, is_1904)
        text = moment.isoformat(" ") if isinstance(moment, dt.datetime) else moment.isoformat()
        is_disputed = not is_1904 and 1 <= number < LEAP_DAY + 1  # one day apart in Excel and other programs
        if AS_STORED.get(self.sections[0].pattern) is type(moment) and not is_disputed:
            return text, None, ""
        return text, Trouble.FORM, _in_another_form(text)

    def _difference(self, text: str) -> tuple[Trouble | None, str]:
        """How what is shown of the number `text` differs from it."""
        number = Decimal(text)
        section = self._section(number)
        shown = _shown(section, abs(number) if section is not self.sections[0] else number)
        if shown == text:
            return None, ""
        if section.between.strip():
            return Trouble.DIGITS, f"Its format shows the number {text} with characters between its digits. {AS_TEXT}"
        if shown is not None and _is_padded(section, text):
            return Trouble.DIGITS, f"Its format shows {shown}, but the number is {text} without zeros. {AS_TEXT}"
        return Trouble.FORM, _in_another_form(text, shown)

    def _section(self, number: Decimal) -> _Section:
        """The section that shows `number`."""
        if number < 0 and len(self.sections) > 1:
            return self.sections[1]
        return self.sections[2] if number == 0 and len(self.sections) > 2 else self.sections[0]


def _plain(number: float) -> str:
    """The digits that a spreadsheet keeps of a number."""
    return str(int(number)) if number.is_integer() else f"{Decimal(f'{number:.{MOST_DIGITS}g}'):f}"


def _in_another_form(text: str, shown: str | None = None) -> str:
    return f"{text} is stored" + (f" where {shown} is shown." if shown else ".")


def _is_padded(section: _Section, text: str) -> bool:
    """Whether the format puts zeros before the number, as nobody does with a quantity."""
    return _least_digits(section.pattern.partition(".")[0].rstrip("%")) > len(text.lstrip("-").partition(".")[0])


def _least_digits(before: str) -> int:
    """How many digits the placeholders before the point show at least: all from the first 0 on."""
    return len(before.replace(",", "").lstrip("#?"))


def _shown(section: _Section, number: Decimal) -> str | None:
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


@lru_cache(maxsize=1000)
def _sections(code: str) -> Sequence[_Section]:
    """The sections of the format `code`."""
    parts: list[list[tuple[str, str]]] = [[]]
    for piece in PIECE.finditer(code):
        if piece["end"]:
            parts.append([])
        elif piece["rest"]:
            is_text = piece["rest"] in TEXTS and parts[-1][-1:] != [("placeholder", "e")]
            parts[-1].append(("text" if is_text else "placeholder", piece["rest"].lower()))
        elif piece["bracket"] is not None:
            if ELAPSED.fullmatch(piece["bracket"]):
                parts[-1].append(("elapsed", piece["bracket"].lower()))
            elif piece["bracket"][:1] in CONDITIONS or piece["bracket"][:5].lower() == "dbnum":  # Chinese digits
                parts[-1].append(("placeholder", "?<"))  # nothing that is understood below
            elif sign := CURRENCY.match(piece["bracket"]):
                parts[-1].append(("text", sign[1]))
        elif text := piece["quoted"] or piece["escaped"]:
            parts[-1].append(("text", text))
    return [_section(pieces) for pieces in parts]


def _section(pieces: list[tuple[str, str]]) -> _Section:
    pattern = "".join(text for what, text in pieces if what != "text")
    is_elapsed = any(what == "elapsed" for what, _text in pieces)
    if is_elapsed or re.search("[ymdhs]", pattern.replace("general", "")):  # a date's separators are part of it
        return _Section("".join(text for _what, text in pieces).strip().lower(), is_elapsed=is_elapsed)
    places = [at for at, (what, _text) in enumerate(pieces) if what == "placeholder"]
    if not places:
        return _Section(before="".join(text for _what, text in pieces))
    first, last = places[0], places[-1]
    return _Section(
        pattern,
        "".join(text for _what, text in pieces[:first]),
        "".join(text for _what, text in pieces[last + 1 :]),
        "".join(text for what, text in pieces[first:last] if what == "text"),
    )


def _moment(number: float, is_1904: bool) -> dt.date | dt.time | dt.datetime:
    """The day, the time of a day, or both, that a spreadsheet counts as `number`."""
    days, milliseconds = divmod(round(number * 86_400_000), 86_400_000)
    first = DAY_ONE[is_1904]
    if not is_1904 and 0 < days < LEAP_DAY:
        first += dt.timedelta(days=1)
    moment = first + dt.timedelta(days, milliseconds=milliseconds)
    if not days and not is_1904:
        return moment.time()
    return moment if milliseconds else moment.date()


def _elapsed(number: float) -> str:
    """Hours, minutes and seconds of a time that may be longer than a day."""
    seconds = round(number * 86_400)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def style_of(format_id: int, codes: dict[int, str]) -> NumberFormat:
    """The format with that number, by the workbook's own `codes` or among those that every workbook has."""
    return _known(codes.get(format_id) or BUILT_IN.get(format_id, "General"))


@lru_cache(maxsize=1000)
def _known(code: str) -> NumberFormat:
    return NumberFormat(code)
