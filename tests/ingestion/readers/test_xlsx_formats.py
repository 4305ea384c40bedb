"""The values that a workbook stores, and the texts that its number formats show of them."""

from __future__ import annotations

import pytest

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.base import Trouble
from ingestion.readers.xlsx_formats import NumberFormat, style_of
from ingestion.readers.xlsx_reader import letters_of
from ingestion.readers.xlsx_shared import Styles
from ingestion.readers.xlsx_sheet import column_number
from ingestion.readers.xlsx_xml import is_true, unescaped


@pytest.mark.parametrize(
    ("code", "stored", "text", "trouble"),
    [
        ("General", "12", "12", None),
        ("General", "0.1", "0.1", None),
        ("General", "1.0", "1", None),
        ("General", "1E+3", "1000", None),
        ("@", "12", "12", None),
        ("0", "12", "12", None),
        ("0", "12.5", "12.5", Trouble.FORM),
        ("0.00", "12.5", "12.5", Trouble.FORM),
        ("0.00", "12.25", "12.25", None),
        ("00000", "123", "123", Trouble.DIGITS),
        ("00000", "12345", "12345", None),
        ("#,##0", "1234", "1234", Trouble.FORM),
        ("0%", "0.5", "0.5", Trouble.FORM),
        ('0"-"0', "12", "12", Trouble.DIGITS),
        ('"A"0', "12", "12", Trouble.FORM),
        ("0;0", "-12", "-12", Trouble.FORM),
        ("General", "1234567890123456", "1234567890123456", Trouble.DIGITS),
    ],
)
def test_a_number_is_told_from_what_is_shown_of_it(code: str, stored: str, text: str, trouble: Trouble | None) -> None:
    found = NumberFormat(code).number(stored)
    assert (found[0], found[1]) == (text, trouble)
    assert bool(found[2]) is (trouble is not None)


@pytest.mark.parametrize("stored", ["nan", "inf"])
def test_what_is_no_number_is_a_fault(stored: str) -> None:
    assert NumberFormat("General").number(stored)[1] is Trouble.CELL
    assert NumberFormat("d.m.yyyy").date(stored, is_1904=False)[1] is Trouble.CELL


@pytest.mark.parametrize(
    ("code", "stored", "is_1904", "text", "trouble"),
    [
        ("yyyy-mm-dd", "46082", False, "2026-03-01", None),
        ("d.m.yyyy", "46082", False, "2026-03-01", Trouble.FORM),
        ("yyyy-mm-dd", "44620", True, "2026-03-01", None),
        ("yyyy-mm-dd hh:mm:ss", "46082.5", False, "2026-03-01 12:00:00", None),
        ("h:mm", "0.5", False, "12:00:00", Trouble.FORM),
        ("hh:mm:ss", "0.5", False, "12:00:00", None),
        ("[h]:mm:ss", "1.5", False, "36:00:00", None),
        ("[h]:mm", "1.5", False, "36:00:00", Trouble.FORM),
        ("yyyy-mm-dd", "60", False, "1900-02-28", Trouble.FORM),
        ("yyyy-mm-dd", "-1", False, "-1", Trouble.CELL),
        ("yyyy-mm-dd", "2958466", False, "2958466", Trouble.CELL),
    ],
)
def test_a_date_is_told_from_what_is_shown_of_it(
    code: str, stored: str, is_1904: bool, text: str, trouble: Trouble | None
) -> None:
    assert NumberFormat(code).date(stored, is_1904=is_1904)[:2] == (text, trouble)


@pytest.mark.parametrize(
    ("code", "is_date"),
    [("General", False), ("0.00", False), ("d.m.yyyy", True), ("h:mm", True), ('"day" 0', False), ("[Red]0", False)],
)
def test_dates_are_told_from_numbers(code: str, is_date: bool) -> None:
    assert NumberFormat(code).is_date is is_date


@pytest.mark.parametrize(
    ("code", "changes"), [("General", False), ("@", False), ('"No. "@', True), (";;;", True), ("0;0;0;@", False)]
)
def test_formats_that_change_a_text_are_told(code: str, changes: bool) -> None:
    assert NumberFormat(code).changes_text is changes


def test_formats_come_from_the_workbook_or_are_those_of_every_workbook() -> None:
    assert style_of(2, {}).code == "0.00"
    assert style_of(2, {2: "0.0"}).code == "0.0"
    assert style_of(999, {}).code == "General"


def test_the_formats_of_every_workbook_are_those_of_the_standard() -> None:
    """ECMA-376, 18.8.30: those of all languages by their code, the others by what they show."""
    alike = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?"}
    alike |= {13: "# ??/??", 20: "h:mm", 21: "h:mm:ss", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "##0.0E+0"}
    alike |= {0: "General", 49: "@"}
    assert {at: style_of(at, {}).code for at in alike} == alike
    assert {at for at in range(100) if style_of(at, {}).is_date} == {
        *range(14, 23),
        *range(27, 37),
        *range(45, 48),
        *range(50, 59),
        *range(71, 82),
    }
    assert {style_of(at, {}).code for at in (5, 6, 37, 38, 41, 42)} == {'#,##0_);"-"#,##0'}
    assert {style_of(at, {}).code for at in (7, 8, 39, 40, 43, 44)} == {'#,##0.00_);"-"#,##0.00'}
    assert [style_of(at, {}).code for at in (22, 78)] == ["d.m.yyyy h:mm"] * 2
    assert {style_of(at, {}).code for at in (14, *range(27, 32), 36, *range(50, 55), 57, 58, 71, 72)} == {"d.m.yyyy"}
    assert {style_of(at, {}).code for at in (18, 19, *range(32, 36), 55, 56, 77)} == {"h:mm AM/PM"}


def test_a_workbook_has_so_many_formats_and_styles_of_so_many_characters() -> None:
    styles = Styles()
    for number in range(10_000):
        styles.begin("numFmt", {"numFmtId": str(number), "formatCode": "0" * 1000})
    with pytest.raises(UnreadableFile, match="more number formats, or longer ones"):
        styles.begin("numFmt", {"numFmtId": "10000", "formatCode": "0"})
    with pytest.raises(UnreadableFile, match="more number formats, or longer ones"):
        Styles().begin("numFmt", {"numFmtId": "1", "formatCode": "0" * 1001})


@pytest.mark.parametrize(("letters", "number"), [("A", 1), ("Z", 26), ("AA", 27), ("az", 52), ("XFD", 16384)])
def test_columns_are_named_by_letters(letters: str, number: int) -> None:
    assert column_number(letters) == number
    assert letters_of(number) == letters.upper()


@pytest.mark.parametrize("letters", ["", "A1", "ABCD", "é"])
def test_what_names_no_column_is_refused(letters: str) -> None:
    with pytest.raises(ValueError, match="No column has this name"):
        column_number(letters)


@pytest.mark.parametrize(
    ("text", "plain"),
    [("a_x000D_b", "a\rb"), ("_x005F_x000D_", "_x000D_"), ("_xD83D__xDE00_", "😀"), ("_x00_", "_x00_")],
)
def test_escapes_of_excel_are_undone(text: str, plain: str) -> None:
    assert unescaped(text) == plain


@pytest.mark.parametrize(("value", "yes"), [("1", True), ("true", True), ("on", True), ("0", False), (None, False)])
def test_attributes_say_yes_in_three_ways(value: str | None, yes: bool) -> None:
    assert is_true(value) is yes
