"""Workbooks with every kind of cell, made at random from the texts of a table."""

from __future__ import annotations

import random
from itertools import repeat
from xml.sax.saxutils import escape

from tests.support.workbooks import text, workbook

FORMATS = ["dd.mm.yyyy", "000000", "0%", "@", ";;;", "yyyy-mm-dd", "[h]:mm:ss", "#,##0.00", "hh:mm:ss", "0;(0);;@"]
FORMATS += ["0\\ &quot;€&quot;", "000-000", "yyyy-mm-dd hh:mm:ss", "0&#9;0"]
NUMBERS = ["12345678", "1234567890123456", "1234567890123456789", "123456789012345", "0.1", "0.30000000000000004", "0"]
NUMBERS += ["0.12345678901234494", "46053", "46053.503472222", "60", "-1", "1E-7", "1.5E+300", "NaN", "-0", "2957004"]
FORMULAS = ["", "A1", "1+1", "{1,2}", "{1}", "SORT(A1:A3)", "_xlfn.SORT(A1)", '"a&amp;b"', "_x0000_", "_xD83D_", "=1"]
ERRORS = ["#N/A", "#REF!", "#SPILL!", "#VALUE!"]
DATES = ["2026-11-28", "2026-11-28T08:05:00", "08:05:00", "2026-13-01"]
TEXTS = ["<r><t>x</t></r>", "<r>", "_x0041_", "_x005F_x0041_", "_xD83D_", "_xD83D__xDE00_", "_x0000_", "_xFFFE_", " "]
TEXTS += ["_x000D_", " x ", "x" * 1001, "12345678", "true", "=1+1", "#N/A", "&", "\t", "\n"]
DAMAGE = ["<c/>", "<row/>", "</row>", "<v>", "<v>7</v>", "<f/>", "<t/>", "&#10;", "_xD83D_", "\ufffd", "7", "<c>"]
DAMAGE += [
    "</c>",
    ' s="1"',
    ' t="s"',
    ' t="b"',
    ' t="str"',
    ' t="e"',
    '<row r="2000000"><c><v>7</v></c></row>',
    " ",
    "<is/>",
]


class RandomWorkbook:
    """One workbook that holds the texts of a table, some other cells, and merged ones."""

    def __init__(self, chance: random.Random, table: list[list[str]]) -> None:
        self.chance, self.table = chance, table
        self.shared: list[str] = []
        self.left = chance.choice([1, 1, 1, 2, 4])  # the column that the table begins in
        self.odd = chance.choice([0.0, 0.05, 0.2])  # how many cells are no texts

    def data(self) -> bytes:
        """Its bytes."""
        chance, number = self.chance, int(chance_of(self.chance, 0.1))
        rows = []
        for row, values in enumerate(self.table):
            number += 1 + chance_of(chance, 0.05) * 3
            places = [f"{letter(self.left + at)}{number}" for at in range(len(values))]
            cells = "".join(map(self._cell, places, values, repeat(self.odd if row else self.odd / 10)))
            if chance_of(chance, 0.05):
                cells += self._other(f"{letter(self.left + len(values) + chance.randint(0, 20))}{number}")
            hidden = ' hidden="1"' if chance_of(chance, 0.1) else ""
            rows.append(f'<row r="{number}"{hidden}>{cells}</row>')
        sheet = "".join(rows)
        if chance_of(chance, 0.15):
            for _change in range(chance.randint(1, 2)):
                at = chance.randint(0, len(sheet))
                if chance_of(chance, 0.8):
                    at = max(sheet.rfind(">", 0, at), sheet.rfind("<", 0, at), 0)
                sheet = sheet[:at] + chance.choice(DAMAGE) + sheet[at:]
        book = '<workbookPr date1904="1"/>' if chance_of(chance, 0.1) else ""
        strings = "".join(f"<si><t>{text}</t></si>" for text in self.shared)
        return workbook(sheet, after=self._merged(number), strings=strings, formats=tuple(FORMATS), book=book)

    def _cell(self, place: str, value: str, odd: float) -> str:
        if chance_of(self.chance, odd):
            return self._other(place)
        if not value:
            return self.chance.choice(["", f'<c r="{place}"/>', f'<c r="{place}" s="1"/>'])
        given = escape(value).replace("\r", "_x000D_")
        if chance_of(self.chance, 0.5):
            return text(place, given)
        self.shared.append(given)
        return f'<c r="{place}" t="s"><v>{len(self.shared) - 1}</v></c>'

    def _other(self, place: str) -> str:
        """A cell that is more than a text."""
        chance = self.chance
        style = f' s="{chance.randint(0, len(FORMATS))}"' if chance_of(chance, 0.5) else ""
        formula = chance.choice(["", "", f"<f>{chance.choice(FORMULAS)}</f>"])
        kind, value = chance.choice(
            [
                ("n", chance.choice(NUMBERS)),
                ("n", f"{chance.random():.17g}"),
                ("n", repr(chance.uniform(0, 60_000))),
                ("b", chance.choice(["0", "1"])),
                ("e", chance.choice(ERRORS)),
                ("d", chance.choice(DATES)),
                ("str", escape(chance.choice(TEXTS))),
                ("inlineStr", escape(chance.choice(TEXTS))),
            ]
        )
        if kind == "inlineStr":
            return f'<c r="{place}"{style} t="inlineStr"><is><t>{value}</t></is></c>'
        if formula and chance_of(chance, 0.3):
            return f'<c r="{place}"{style}>{formula}</c>'
        return f'<c r="{place}"{style} t="{kind}">{formula}<v>{value}</v></c>'

    def _merged(self, last_row: int) -> str:
        """Ranges below the header, seldom ones that overlap or touch it."""
        chance, names, taken = self.chance, [], set[tuple[int, int]]()
        for _range in range(chance.choice([0, 1, 2, 5])):
            top = 1 if chance_of(chance, 0.02) else chance.randint(2, last_row + 1)
            left = max(self.left + chance.randint(-1, 5), 1)
            bottom, right = top + chance.choice([0, 1, 1, 2, 4]), left + chance.choice([0, 0, 0, 1, 1, 2])
            cells = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
            if taken.isdisjoint(cells) or chance_of(chance, 0.02):
                taken |= cells
                names.append(f"{letter(left)}{top}:{letter(right)}{bottom}")
        return "".join(f'<mergeCell ref="{name}"/>' for name in names)


def chance_of(chance: random.Random, part: float) -> bool:
    return chance.random() < part


def letter(column: int) -> str:
    return chr(64 + column) if column <= 26 else f"A{chr(38 + column)}"
