"""Cells that are more than their text: of which kind the file said they are."""

from __future__ import annotations

from typing import Self

from portal.values.problems import say_problem


class Number(str):
    """The text of a number that stood without quotes in JSON, so that it can be told from a quoted one."""

    __slots__ = ()
    advice = say_problem("It is a number; write it in quotes, so that no digit of it is lost.")


class Null(str):
    """The empty cell for a null in JSON, so that it can be told from an empty string."""

    __slots__ = ()


class StoredNumber(Number):
    """The text of a number in a workbook, which its number format `code` may show otherwise."""

    stored = ""
    code = "General"

    @classmethod
    def of(cls, text: str, stored: str, code: str) -> Self:
        """The cell with that text, for a number that is written as `stored`."""
        cell = cls(text)
        cell.stored, cell.code = stored, code
        return cell


class NumericCell(StoredNumber):
    """The text of a number in a workbook, which keeps no leading zeros and 15 digits at most."""

    advice = say_problem(
        "It is a number; format the column as text and enter the ids again, since a number loses "
        "leading zeros and digits."
    )


class DateCell(StoredNumber):
    """The text of a date in a workbook, which Excel may have made of something else that was typed."""

    advice = say_problem(
        "It is a date, perhaps made by Excel of what was typed; format the column as text and enter the ids again."
    )


AS_TEXT = say_problem("Format the column as text and enter it again.")


class FormulaCell(str):
    """The text of a formula in a workbook whose value nobody calculated."""

    __slots__ = ()


class FormattedText(str):
    """A text in a workbook that its number format `code` shows otherwise."""

    code = "@"

    @classmethod
    def of(cls, text: str, code: str) -> Self:
        """The cell with that text."""
        cell = cls(text)
        cell.code = code
        return cell


class TruthCell(str):
    """TRUE or FALSE in a workbook, in the letters of JSON."""

    __slots__ = ()


class ErrorCell(str):
    """An error of Excel's, such as #N/A, in a cell of a workbook."""

    __slots__ = ()
