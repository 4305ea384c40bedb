"""Ids of both formats: which are valid, how they are stored, and what is wrong with the others."""

from __future__ import annotations

import pytest

from ingestion.readers.cells import Number, NumericCell
from ingestion.rules.identifiers import DefaultIds, Gs1Ids

AGAIN = "format the column as text and fill it again."
IDS, GS1 = DefaultIds(), Gs1Ids()
GOOD, BAD = "01/09506000134352/21/A1", "01/09506000134351/21/A1"
TAKEN = (
    "A program took the id for a number and wrote it otherwise: format the column as text and enter `4006381333931`,"
    " if no digit is lost."
)


@pytest.mark.parametrize("identifier", ["abcdefgh", "A-Z_0-9_", "x" * 100])
def test_default_ids_are_stored_as_they_are(identifier: str) -> None:
    assert IDS.kept(identifier) == identifier
    assert IDS.column([identifier, "abc12345"], 100) == [identifier, "abc12345"]


@pytest.mark.parametrize(
    "identifier", ["", "abcdefg", "x" * 101, "abc 12345", "abc12345\n", "äbc12345", Number("12345678")]
)
def test_one_wrong_id_sends_the_whole_column_to_a_closer_look(identifier: str) -> None:
    assert IDS.kept(identifier) is None
    assert IDS.column(["abc12345", identifier], 100) is None


def test_a_column_is_held_against_the_longest_id_that_fits() -> None:
    assert IDS.column(["x" * 20], 20) == ["x" * 20]
    assert IDS.column(["x" * 20], 19) is None


@pytest.mark.parametrize(
    ("identifier", "said"),
    [
        ("short", "This has 5."),
        ("x" * 101, "This has 101."),
        ("abc 12345", "Character 4 is space."),
        (Number("12345678"), "It is a number; write it in quotes, so that no digit of it is lost."),
        (
            "8.71234E+12",
            f"It was a long number once, which a spreadsheet has shortened; {AGAIN}",
        ),
        (
            "1234567",
            f"This has 7. If it began with zeros, a spreadsheet has dropped them; {AGAIN}",
        ),
        ("4.00638E+12", f"It was a long number once, which a spreadsheet has shortened; {AGAIN}"),
        *(
            (spoilt, TAKEN)
            for spoilt in (
                "4006381333931.0",
                "4006381333931,00",
                "4,006,381,333,931",
                "4.006.381.333.931",
                "4\u202f006\u202f381\u202f333\u202f931",
            )
        ),
        ("4,006.381,333", "Character 2 is “,”."),
        (
            '="00012345"',
            "It is a spreadsheet's formula for the text `00012345`; write that text.",
        ),
    ],
)
def test_the_fault_of_a_default_id_is_said(identifier: str, said: str) -> None:
    assert IDS.fault(identifier) == said


def test_the_advice_of_a_cell_of_a_workbook_is_its_own() -> None:
    assert IDS.fault(NumericCell("12345678")) == NumericCell.advice


@pytest.mark.parametrize("identifier", [GOOD, f"/{GOOD}"])
def test_gs1_ids_are_stored_in_one_spelling(identifier: str) -> None:
    assert GS1.kept(identifier) == GOOD
    assert GS1.column([identifier], 100) == [GOOD]
    assert GS1.fault(identifier) == ""


def test_a_wrong_gs1_id_is_told_with_its_fault() -> None:
    assert GS1.kept(BAD) is None
    assert GS1.column([GOOD, BAD], 100) is None
    assert GS1.column([GOOD], len(GOOD) - 1) is None
    assert "check digit" in GS1.fault(BAD)
