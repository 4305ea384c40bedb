"""The SCM fields that a company declares, in files of new codes and of changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingestion.readers.base import Batch
from ingestion.readers.cells import Null
from ingestion.rules import scm_cells
from ingestion.rules.change_file import ChangeFileRules
from ingestion.rules.defaults import Defaults
from ingestion.rules.file import FileRules
from ingestion.rules.identifiers import RULES
from ingestion.rules.limits import Limits
from portal.values.characters import named
from tests.support.row_logs import MemoryLog
from workorders.codes.field_types import FieldRule, Type

LOT = FieldRule("lot", Type.WHOLE_NUMBER, is_required=True)
BEST_BEFORE = FieldRule("best_before", Type.DATE)
IS_A_DATE = "It is declared as a date, like 2026-12-31."
NEEDED = "The company requires `lot` of every code."
STAYS = "The company requires it of every code, so it cannot be removed."


class Checked:
    """Rules of a file of a company that declares fields, and their log."""

    def __init__(
        self,
        *declared: FieldRule,
        changes: bool = False,
        marks: bool = False,
        defaults: dict[str, str] | None = None,
    ) -> None:
        self.log = MemoryLog()
        by_key = {rule.key: rule for rule in declared}
        kept = Defaults(scm=defaults or {})
        limits = Limits(kept, {"sku1": 11}, 100, RULES["default"], marks, by_key)
        self.rules = ChangeFileRules(limits, self.log, {}, {*by_key}) if changes else FileRules(limits, self.log)

    def table(self, header: str, *rows: str) -> list[Any]:
        """The codes of a table whose cells are separated by commas."""
        names = tuple(header.split(","))
        self.rules.check_header(names, 1)
        codes = self.rules.check(Batch(names, 2, [row.split(",") for row in rows]))
        self.rules.warn()
        return codes

    def objects(self, header: tuple[str, ...], *rows: list[str]) -> list[Any]:
        """The codes of objects with these keys."""
        return self.rules.check(Batch(header, 1, [*rows]))

    @property
    def errors(self) -> list[tuple[int | None, str, str, str]]:
        """Row, column, value and detail of each error, all of which are of one kind."""
        assert {*self.log.kinds} <= {"invalid_scm_field_error"}
        return [error[1:5] for error in self.log.errors]


def test_right_values_of_declared_fields_are_stored_without_a_word() -> None:
    checked = Checked(LOT, BEST_BEFORE)
    codes = checked.table("id,lot,best_before", "abc12345,7,2026-12-31", "abc12346,8,")
    assert [json.loads(code[3]) for code in codes] == [{"lot": "7", "best_before": "2026-12-31"}, {"lot": "8"}]
    assert (checked.log.errors, checked.log.warnings) == ([], [])


def test_each_wrong_value_is_an_error_with_its_row() -> None:
    checked = Checked(LOT, BEST_BEFORE)
    checked.table("id,lot,best_before", "abc12345,7,soon", "abc12346,8,2026-12-31", "abc12347,x,soon")
    assert checked.errors == [
        (2, "best_before", "soon", IS_A_DATE),
        (4, "lot", "x", "It is declared as a whole number, like 1200."),
        (4, "best_before", "soon", IS_A_DATE),
    ]
    assert checked.log.errors[0][5] == "abc12345"


def test_a_required_field_that_is_empty_is_an_error_with_its_row() -> None:
    checked = Checked(LOT)
    checked.table("id,lot", "abc12345,7", "abc12346,")
    assert checked.errors == [(3, "lot", "", NEEDED)]


def test_a_required_column_that_is_missing_is_told_once_of_a_table_and_of_each_object() -> None:
    table, objects = Checked(LOT), Checked(LOT)
    table.table("id,note", "abc12345,x", "abc12346,y")
    assert table.errors == [(1, "lot", "", f"{NEEDED} No column has this name, and no default either.")]
    objects.objects(("id",), ["abc12345"], ["abc12346"])
    objects.objects(("id", "lot"), ["abc12347", "7"])
    assert objects.errors == [(1, "lot", "", NEEDED), (2, "lot", "", NEEDED)]


def test_a_default_fills_a_required_field() -> None:
    without, empty = (Checked(LOT, defaults={"lot": "7"}) for _ in range(2))
    codes = [*without.table("id", "abc12345"), *empty.table("id,lot", "abc12346,")]
    assert [json.loads(code[3]) for code in codes] == [{"lot": "7"}, {"lot": "7"}]
    assert (without.errors, empty.errors) == ([], [])


def test_a_value_that_is_too_long_is_told_once() -> None:
    checked = Checked(BEST_BEFORE)
    checked.objects(("id", "best_before"), ["abc12345", "x" * 1001])
    assert [error[3] for error in checked.errors] == ["It has 1,001 characters."]


def test_faults_are_the_same_when_those_of_before_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scm_cells, "MOST_FAULTS", 1)
    checked = Checked(BEST_BEFORE)
    checked.table("id,best_before", "abc12345,a", "abc12346,b", "abc12347,a")
    assert [error[2] for error in checked.errors] == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("name", "remark"),
    [
        ("best_befor", "The nearest declared field is `best_before`."),
        ("colour", ""),
        ("activation_stauts", "It looks like `activation_status`."),
        ("sku", "It looks like `product`."),
    ],
)
def test_a_name_that_is_not_declared_is_warned_of(name: str, remark: str) -> None:
    checked = Checked(BEST_BEFORE)
    checked.table(f"id,{name}", "abc12345,x")
    assert checked.log.warnings == [("unknown_column_warning", 1, name, "", remark)]
    default = Checked(BEST_BEFORE, defaults={name: "x"})
    default.table("id", "abc12345")
    said = f"It is a default of the upload. {remark}".rstrip()
    assert default.log.warnings == [("unknown_column_warning", None, name, name, said)]


@pytest.mark.parametrize("changes", [False, True])
def test_without_declared_fields_a_name_is_stored_silently_unless_it_looks_like_one_of_ours(changes: bool) -> None:
    checked = Checked(changes=changes)
    checked.table("id,colour,serial", "abc12345,x,y")
    assert checked.log.warnings == []
    checked = Checked(changes=False)
    checked.table("id,product,sku,prodcut", "abc12345,sku1,x,y")
    assert [warning[2] for warning in checked.log.warnings] == ["prodcut"]


def test_a_change_gives_right_values_and_leaves_required_fields_alone() -> None:
    checked = Checked(LOT, BEST_BEFORE, changes=True)
    codes = checked.table("id,lot,best_before", "abc12345,,2026-12-31", "abc12346,8,")
    assert [json.loads(code[3]) for code in codes] == [{"best_before": "2026-12-31"}, {"lot": "8"}]
    (code,) = Checked(LOT, changes=True).table("id,activation_status", "abc12345,1")
    assert code[3] is None
    assert (checked.errors, checked.log.warnings) == ([], [])


def test_a_change_gives_no_wrong_value() -> None:
    checked = Checked(LOT, BEST_BEFORE, changes=True)
    checked.table("id,lot,best_before", "abc12345,7,soon")
    assert checked.errors == [(2, "best_before", "soon", IS_A_DATE)]


def test_a_change_warns_of_an_undeclared_name_and_refuses_one_that_is_like_a_declared_field() -> None:
    checked = Checked(BEST_BEFORE, changes=True)
    checked.table("id,colour", "abc12345,x")
    assert checked.log.warnings == [("unknown_column_warning", 1, "colour", "", "")]
    checked = Checked(BEST_BEFORE, changes=True)
    checked.table("id,best_befor", "abc12345,2026-12-31")
    assert [error[:2] for error in checked.errors] == [(1, "best_befor")]


def test_a_required_field_is_not_removed() -> None:
    marked = Checked(LOT, BEST_BEFORE, changes=True, marks=True)
    marked.table("id,lot,best_before", "abc12345,<empty>,<empty>", "abc12346,7,<Empty>")
    assert marked.errors == [(2, "lot", "<empty>", STAYS)]
    nulls = Checked(LOT, BEST_BEFORE, changes=True)
    nulls.objects(("id", "lot", "best_before"), ["abc12345", Null(), Null()], ["abc12346", "", ""])
    assert nulls.errors == [(1, "lot", "", STAYS)]


def test_a_marked_cell_removes_an_optional_field() -> None:
    checked = Checked(BEST_BEFORE, changes=True, marks=True)
    (code,) = checked.table("id,best_before", "abc12345,<empty>")
    assert (json.loads(code[3]), checked.errors) == ({"best_before": None}, [])


@pytest.mark.parametrize("character", ["\x1b", "\x0b", "\x7f", "\x85"])
def test_control_characters_in_a_value_are_errors(character: str) -> None:
    checked = Checked()
    checked.table("id,note", "abc12345,a\tb", f"abc12346,ab{character}")
    detail = f"Character 3 is {named(character)}, a control character. Delete it, or enter the true character."
    assert checked.errors == [(3, "note", f"ab{character}", detail)]


def test_tabs_and_line_ends_are_no_control_characters() -> None:
    checked = Checked()
    assert len(checked.table("id,note", "abc12345,a\tb\r\nc\u2028", "abc12346,x")) == 2
    assert checked.errors == []
