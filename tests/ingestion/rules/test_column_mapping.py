"""Columns that are given other names, by their name or place, and columns that are left out."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.base import Batch
from ingestion.rules.column_mapping import LeftOut, map_batches, map_header, parse_columns


def faults(data: dict[str, Any]) -> list[str]:
    """All that is wrong with the posted columns."""
    with pytest.raises(ValueError) as refused:
        parse_columns(data)
    found: list[str] = refused.value.args[0]
    return found


def test_what_is_right_is_kept_as_it_was_posted() -> None:
    data = {"Serial": "id", "#3": "pallet", "Notes": "", "a b": "product"}
    assert parse_columns(data) == data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"a\0": "id"}, "a\\x00: a column's name cannot hold such characters."),
        ({"a\ud800": "id"}, "a\\ud800: a column's name cannot hold such characters."),
        ({"a": 1}, "a: the new name is a text; an empty one leaves the column out."),
        ({"a": None}, "a: the new name is a text; an empty one leaves the column out."),
        ({"a": "Bad"}, "a: a field's name begins with a small letter, then small letters, digits and _, 64 characters"),
    ],
)
def test_each_fault_is_said_with_its_column(data: dict[str, Any], said: str) -> None:
    (found,) = faults(data)
    assert found.startswith(said)


def test_two_columns_cannot_get_one_name() -> None:
    assert faults({"a": "id", "b": "id", "c": "", "d": ""}) == [
        "a: another column is to be named id too.",
        "b: another column is to be named id too.",
    ]


def test_columns_are_bounded() -> None:
    assert faults({f"c{number}": "" for number in range(10_005)}) == ["It names 10,005 columns; 10,004 at most."]


@pytest.mark.parametrize(
    ("header", "columns", "names"),
    [
        (("a", "b"), {}, ("a", "b")),
        (("Serial", "b"), {"Serial": "id"}, ("id", "b")),
        (("a", "b", "c"), {"#2": "id"}, ("a", "id", "c")),
        (("a", "a"), {"#1": "id", "#2": "lot"}, ("id", "lot")),
        (("a", ""), {"#2": "id"}, ("a", "id")),
        (("a", "b"), {"a": "b", "b": "a"}, ("b", "a")),
        (("errors (ignored)", "a"), {"#1": "id"}, ("errors (ignored)", "id")),
        (("#2", "b"), {"#2": "id"}, ("#2", "id")),
        (("a", "b"), {"a": "id", "#1": "lot"}, ("lot", "b")),
    ],
)
def test_columns_of_a_table_are_told_by_name_or_place(
    header: tuple[str, ...], columns: dict[str, str], names: tuple[str, ...]
) -> None:
    assert map_header(header, columns) == names


def test_a_column_that_is_left_out_keeps_its_place() -> None:
    names = map_header(("id", "Notes"), {"Notes": ""})
    assert names == ("id", "Notes (left out)")
    assert [isinstance(name, LeftOut) for name in names] == [False, True]


def test_in_json_a_place_is_a_name_like_any_other() -> None:
    assert map_header(("#1", "a"), {"#1": "id"}, is_table=False) == ("id", "a")
    assert map_header(("a",), {"#1": "id", "b": "lot"}, is_table=False) == ("a",)


def test_a_new_name_that_another_column_has_is_refused() -> None:
    with pytest.raises(UnreadableFile, match=r"Two of its columns are to be named `id`; leave one of them out."):
        map_header(("id", "Serial"), {"Serial": "id"})


def test_names_that_stand_twice_are_left_to_others_when_nobody_gave_them() -> None:
    assert map_header(("a", "a", "b"), {"b": "id"}) == ("a", "a", "id")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            {"Serail": "id"},
            "It has no column `Serail`, which the option `columns` names. Is it `Serial` that was meant?",
        ),
        ({"#3": "id"}, "It has no column `#3`, which the option `columns` names."),
        ({"zzz": "", "xxx": ""}, "It has no column `xxx`, which the option `columns` names."),
    ],
)
def test_a_column_that_is_not_there_is_refused(columns: dict[str, str], said: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        map_header(("Serial", "b"), columns)
    assert str(refused.value) == said


def test_batches_get_the_new_names_and_keep_all_else() -> None:
    batch = Batch(("Serial", "b"), 2, [["abc12345", "x"]])
    (mapped,) = map_batches([batch], {"Serial": "id"}, is_table=True)
    assert (mapped.header, mapped.first, mapped.rows) == (("id", "b"), 2, [["abc12345", "x"]])
    assert list(map_batches([batch], {}, is_table=True)) == [batch]


def test_in_json_a_column_may_come_late_but_has_to_come() -> None:
    batches = [Batch(("a",), 1, [["x"]]), Batch(("Serial",), 2, [["y"]])]
    assert [batch.header for batch in map_batches(batches, {"Serial": "id"}, is_table=False)] == [("a",), ("id",)]
    with pytest.raises(UnreadableFile, match=r"It has no column `Other`, which the option `columns` names."):
        list(map_batches(batches, {"Other": "id"}, is_table=False))
