"""What is said of the names in a header."""

from __future__ import annotations

import pytest

from ingestion.readers.base import ERRORS_COLUMN
from ingestion.rules.header import OTHERWISE_SPLIT, advise_names, describe_wrong_names, hint_at, is_too_wide
from workorders.codes.fields import MOST_SCM_FIELDS, OWN_COLUMNS


@pytest.mark.parametrize(
    ("names", "nameless", "is_wide"),
    [(0, 0, False), (0, 1, False), (1, 0, True), (1, 1, True), (-1, 5, False), (-10, 500, False)],
)
def test_a_header_is_as_wide_as_it_has_names(names: int, nameless: int, is_wide: bool) -> None:
    most = MOST_SCM_FIELDS + len(OWN_COLUMNS)
    header = (*(f"lot_{number}" for number in range(most + names)), *[""] * nameless)
    assert is_too_wide(header) is is_wide
    assert is_too_wide((ERRORS_COLUMN, *header)) is is_wide


def test_of_several_columns_that_may_be_the_ids_the_first_is_named() -> None:
    assert hint_at("id", ("lot", "Code", "CODE")) == " Is it `Code` that should be named `id`?"
    assert (
        hint_at("serial_number", ("S/N", "Serial No.")) == " Is it `Serial No.` that should be named `serial_number`?"
    )


def test_a_name_of_which_nothing_can_be_said_gets_no_hint() -> None:
    header = ("id", "颜色", "Pallet Number")
    assert dict(describe_wrong_names(["颜色", "Pallet Number"], header)) == {
        "颜色": "It is the field's name that is wrong. Character 1 is cjk unified ideograph-989c (U+989C).",
        "Pallet Number": "It is the field's name that is wrong. `pallet_number` would be right.",
    }


def test_a_name_of_three_letters_in_another_script_may_be_the_ids() -> None:
    assert hint_at("id", ("lot", "\u0456d")) == (
        " In `\u0456d`, character 1 is cyrillic small letter byelorussian-ukrainian i (U+0456)."
    )
    assert (
        hint_at("id", ("lot", "i\u0501s")) == " In `i\u0501s`, character 2 is cyrillic small letter komi de (U+0501)."
    )
    assert hint_at("id", ("lot", "i\u0501ss")) == ""


@pytest.mark.parametrize(("others", "is_said"), [(0, True), (1, True), (20, True), (21, False)])
def test_names_are_advised_for_twenty_columns(others: int, is_said: bool) -> None:
    header = ("Serial No", *(f"Lot {number}" for number in range(others)))
    said = advise_names(header)
    assert bool(said) is is_said
    assert said.count("should be `lot_") == (others if is_said else 0)


def test_no_name_is_advised_where_the_ids_are_there_or_in_no_column() -> None:
    assert advise_names(("id", "Lot 1")) == ""
    assert advise_names(("Lot 1", "Lot 2")) == ""


@pytest.mark.parametrize(
    ("header", "separator"),
    [
        (("sep=~",), "~"),
        (("SEP=||",), "||"),
        (("id~product",), "~"),
        (("product^id",), "^"),
        (("id;product",), ""),
        (("sep=a", "b"), None),
        (("sep=",), None),
        (("separator=~",), None),
    ],
)
def test_a_separator_that_is_not_read_is_named(header: tuple[str, ...], separator: str | None) -> None:
    told = (
        f" Its separator seems to be `{separator}`, which is not read: save it with commas, semicolons, tabs or bars."
    )
    assert hint_at("id", header) == ("" if separator is None else told if separator else OTHERWISE_SPLIT)
