"""Cells that know what they were in their file, and cells on their way into spreadsheets and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.readers.base import BrokenRow, is_blank
from ingestion.readers.cells import DateCell, FormattedText, Number, NumericCell
from ingestion.readers.spreadsheet_cells import escaped, escaped_line, restored, restored_line, spelled
from portal.values.formulas import guarded

CELLS = st.text(alphabet=st.sampled_from("'=+-@ \t\r\nab1;,\"\0\ufffdx\udce9\ud800\uff1du0"), max_size=12)


def test_numbers_are_their_text_and_say_how_to_keep_their_digits() -> None:
    assert Number("007") == "007"
    assert Number.advice == "It is a number; write it in quotes, so that no digit of it is lost."
    assert isinstance(NumericCell("1"), Number)
    assert NumericCell.advice.startswith("It is a number; format the column as text")
    assert DateCell.advice.startswith("It is a date, perhaps made by Excel")


def test_a_cell_of_a_workbook_remembers_what_was_stored() -> None:
    cell = DateCell.of("2026-03-01", "46082", "d.m.yyyy")
    assert (cell, cell.stored, cell.code) == ("2026-03-01", "46082", "d.m.yyyy")
    plain = NumericCell("12")
    assert (plain.stored, plain.code) == ("", "General")
    text = FormattedText.of("abc", ";;;")
    assert (text, text.code, FormattedText("x").code) == ("abc", ";;;", "@")


def test_a_broken_row_is_an_empty_row_that_keeps_its_cells() -> None:
    row = BrokenRow(["a", "b"], "a,b")
    assert (list(row), row.cells, row.line, BrokenRow([]).line) == ([], ["a", "b"], "a,b", "")


@pytest.mark.parametrize(
    ("cells", "blank"), [([], True), (["", ""], True), ([" ", "\t"], True), (["", "0"], False), (["\ufeff"], False)]
)
def test_a_row_of_nothing_but_white_space_is_blank(cells: list[str], blank: bool) -> None:
    assert is_blank(cells) is blank


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("abc", "abc"),
        ("=1+1", "'=1+1"),
        ("  =1", "'  =1"),
        ("+49 1", "'+49 1"),
        ("-5", "'-5"),
        ("@here", "'@here"),
        ("\uff1d1", "'\uff1d1"),
        ("\ttab", "'\ttab"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("5-3", "5-3"),
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(cell: str, written: str) -> None:
    assert guarded(cell) == written
    assert restored(escaped(cell)) == cell


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("caf\udce9", "caf\ufffdxE9"),
        ("a\0", "a\ufffdu0000"),
        ("\ud83d", "\ufffduD83D"),
        ("\ufffd", "\ufffduFFFD"),
        ("\udc80\udcff", "\ufffdx80\ufffdxFF"),
        ("\udc7f\udd00", "\ufffduDC7F\ufffduDD00"),
        ("é", "é"),
    ],
)
def test_what_no_text_can_hold_is_spelled(text: str, written: str) -> None:
    assert spelled(text) == written
    assert restored(written) == text


@given(CELLS)
def test_restoring_undoes_escaping(cell: str) -> None:
    assert restored(escaped(cell)) == cell


@given(CELLS)
def test_an_escaped_cell_is_clean_text_without_a_formula(cell: str) -> None:
    written = escaped(cell)
    written.encode()
    assert "\0" not in written
    assert not written.lstrip(" ").startswith(("=", "+", "-", "@"))


@given(CELLS)
def test_restoring_undoes_escaping_of_a_whole_line(line: str) -> None:
    assert restored_line(escaped_line(line)) == line


def test_each_field_of_a_line_is_guarded() -> None:
    assert escaped_line('a,=1;+2,"=3') == "a,'=1;'+2,\"'=3"
