"""Attributes in the query of a GS1 Digital Link that are numbers, and what they say (GenSpecs, 3.4 to 3.6).

Texts are left out: a query is whoever's who writes it, and no page shall say what a stranger wants it to.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import NamedTuple

DATES = {"11": "produced", "13": "packed", "15": "best_before", "16": "sell_by", "17": "expires"}
NET_WEIGHT = re.compile("310[0-5]")  # in kilograms; the last digit says how many of its digits are decimals
SIX_DIGITS = re.compile("[0-9]{6}")


class Attribute(NamedTuple):
    """What an attribute says: the name of its kind and a day, a weight in kilograms, or a text of the path."""

    kind: str
    value: date | Decimal | str


def parse_attributes(pairs: Iterable[tuple[str, str]], today: date) -> list[Attribute]:
    """Return what the pairs of a query say of the item, in their order, leaving out what is none of GS1 or wrong."""
    found = []
    for ai, value in pairs:
        if not SIX_DIGITS.fullmatch(value):
            continue
        if ai in DATES:
            with suppress(ValueError):
                found.append(Attribute(DATES[ai], parse_date(value, today)))
        elif NET_WEIGHT.fullmatch(ai):
            found.append(Attribute("net_weight", Decimal(value).scaleb(-int(ai[-1]))))
    return found


def parse_date(digits: str, today: date) -> date:
    """Return the day of YYMMDD: of the century that is nearest (GenSpecs 7.12), and of a month's end for the day 00.

    Raise ValueError where there is no such day.
    """
    year, month, day = (int(digits[place : place + 2]) for place in (0, 2, 4))
    apart = year - today.year % 100
    century = today.year // 100 + (-1 if apart >= 51 else 1 if apart <= -50 else 0)
    whole = century * 100 + year
    if not 1 <= month <= 12:
        raise ValueError(digits)
    return date(whole, month, day or monthrange(whole, month)[1])
