"""Parsing the codes of a workbook's number formats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

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
PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]?|(?P<end>;)|(?P<rest>.)', re.DOTALL
)
TEXTS = frozenset("$-+()!^&'~{}= :")  # which need no quotes
CONDITIONS = ("<", ">", "=")
ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
CURRENCY = re.compile(r"\$([^-]*)")


@dataclass(frozen=True)
class Section:
    """One of the parts of a format, which semicolons separate."""

    pattern: str = ""  # the placeholders, without texts
    before: str = ""  # the text before them
    after: str = ""
    between: str = ""  # those between two placeholders
    is_elapsed: bool = False


@lru_cache(maxsize=1000)
def parse_sections(code: str) -> Sequence[Section]:
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
    return [_parse_section(pieces) for pieces in parts]


def _parse_section(pieces: list[tuple[str, str]]) -> Section:
    pattern = "".join(text for what, text in pieces if what != "text")
    is_elapsed = any(what == "elapsed" for what, _text in pieces)
    if is_elapsed or re.search("[ymdhs]", pattern.replace("general", "")):  # a date's separators are part of it
        return Section("".join(text for _what, text in pieces).strip().lower(), is_elapsed=is_elapsed)
    places = [at for at, (what, _text) in enumerate(pieces) if what == "placeholder"]
    if not places:
        return Section(before="".join(text for _what, text in pieces))
    first, last = places[0], places[-1]
    return Section(
        pattern,
        "".join(text for _what, text in pieces[:first]),
        "".join(text for _what, text in pieces[last + 1 :]),
        "".join(text for what, text in pieces[first:last] if what == "text"),
    )
