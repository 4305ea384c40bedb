"""What the values of declared SCM fields are."""

from __future__ import annotations

import pytest

from workorders.codes.field_types import FieldRule, Type

COLOURS = ("Red", "green")


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Type.TEXT, ["", "anything", "1,5", "x" * 1000]),
        (Type.WHOLE_NUMBER, ["0", "007", "-12", "9" * 1000]),
        (Type.DECIMAL, ["0", "-1.5", "12.50", "007"]),
        (Type.DATE, ["2026-12-31", "2024-02-29", "0001-01-01"]),
        (Type.CHOICE, ["Red", "green"]),
    ],
)
def test_what_a_type_takes(kind: str, values: list[str]) -> None:
    rule = FieldRule("lot", kind, choices=COLOURS)
    assert rule.all_fit([*values, ""])
    assert [rule.fault(value) for value in values] == [""] * len(values)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (Type.WHOLE_NUMBER, "1 200", "It is declared as a whole number, like 1200. Write 1200."),
        (Type.WHOLE_NUMBER, "12.0", "It is declared as a whole number, like 1200. Write 12."),
        (Type.WHOLE_NUMBER, "1.000", "It is declared as a whole number, like 1200."),
        (Type.WHOLE_NUMBER, "1,000", "It is declared as a whole number, like 1200."),
        (Type.WHOLE_NUMBER, "1\n2", "It is declared as a whole number, like 1200."),
        (Type.WHOLE_NUMBER, "\u0661", "It is declared as a whole number, like 1200."),
        (Type.WHOLE_NUMBER, "-", "It is declared as a whole number, like 1200."),
        (Type.DECIMAL, "1,5", "It is declared as a decimal number, like 12.5. Write 1.5."),
        (Type.DECIMAL, "1,500", "It is declared as a decimal number, like 12.5."),
        (Type.DECIMAL, "1.2.3", "It is declared as a decimal number, like 12.5."),
        (Type.DECIMAL, ".5", "It is declared as a decimal number, like 12.5."),
        (Type.DATE, "31.12.2026", "It is declared as a date, like 2026-12-31. Write 2026-12-31."),
        (Type.DATE, "2026/12/1", "It is declared as a date, like 2026-12-31. Write 2026-12-01."),
        (Type.DATE, "2026-12-31T08:00:00", "It is declared as a date, like 2026-12-31. Write 2026-12-31."),
        (Type.DATE, "2026-02-30", "It is declared as a date, like 2026-12-31. There is no such day."),
        (Type.DATE, "12/31/2026", "It is declared as a date, like 2026-12-31."),
        (Type.CHOICE, " RED", "It is declared as one of a list. Write `Red`."),
        (Type.CHOICE, "blue", "It is declared as one of a list. There are `Red` and `green`."),
    ],
)
def test_what_a_type_does_not_take_is_told_with_what_to_write(kind: str, value: str, said: str) -> None:
    rule = FieldRule("lot", kind, choices=COLOURS)
    assert rule.fault(value) == said
    assert not rule.all_fit(["", value])


def test_a_long_list_is_not_told_whole() -> None:
    rule = FieldRule("lot", Type.CHOICE, choices=tuple(map(str, range(100))))
    assert rule.fault("x") == "It is declared as one of a list."
