"""The cells of a sheet: what is stored of each, and what it holds as a text."""

from __future__ import annotations

import datetime as dt
import re
from math import isfinite
from typing import Any

from ingestion.readers.base import Trouble
from ingestion.readers.cells import AS_TEXT, DateCell, ErrorCell, FormattedText, FormulaCell, NumericCell, TruthCell
from ingestion.readers.xlsx_contents import Contents
from ingestion.readers.xlsx_dates import DAYS_TO_1904
from ingestion.readers.xlsx_formats import NumberFormat, in_another_form
from ingestion.readers.xlsx_shared import Shared
from portal.values.problems import say_problem

NUMBER, DATE, TEXT, TRUE_OR_FALSE, FORMULA, ERROR = range(6)
WITH_CODE = (NumericCell, DateCell, FormattedText)
CLASSES = (*WITH_CODE, TruthCell, FormulaCell, ErrorCell)
PLAIN = re.compile(r"-?[0-9]{1,14}|-?[1-9][0-9]{0,5}\.[0-9]{1,6}")  # numbers whose text Python and Excel agree on
ISO_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d+)?Z?)?", re.ASCII)

NO_VALUE = say_problem(
    "It holds a formula without a value; open the workbook in your spreadsheet, save it, and upload it again."
)
ERROR_CELL = say_problem("This cell holds an error of Excel's, such as #N/A; mend its formula, or enter the value.")
OTHER_DATE = f"{say_problem('It holds a date or a time in a form that is not read.')} {AS_TEXT}"
CHANGED_TEXT = f"{say_problem('Its format shows the text otherwise, or hides it.')} {AS_TEXT}"
UNNAMED_ERROR = "#VALUE!"

Stored = Any
"""A cell in the spool: a text, the number of a shared one as int, a plain number as float; or class, text, trouble and
its detail of a special one, then what is stored of a number, and the code of its format."""


class StoredCells:
    """Decides what is stored of a cell, and reads what was stored."""

    def __init__(self, shared: Shared, contents: Contents) -> None:
        self._strings, self._styles = shared.strings, shared.styles
        self._contents = contents

    def keep(self, type_: str, value: str | None, style: str, formula: str | None, texts: list[str]) -> Stored:
        """Return what is stored of a cell; an empty text or None for an empty one."""
        if formula is not None and self._is_uncalculated(type_, value):
            return FORMULA, f"={formula}", Trouble.CELL.value, NO_VALUE
        if type_ == "inlineStr":
            return self.keep_text("".join(texts), style)
        if not value or type_ == "str":
            return self.keep_text(value or "", style)
        if type_ == "e":
            return ERROR, value.strip() or UNNAMED_ERROR, Trouble.CELL.value, ERROR_CELL
        if type_ == "b":
            text, shown = ("true", "TRUE") if value.strip() in ("1", "true") else ("false", "FALSE")
            return TRUE_OR_FALSE, text, Trouble.FORM.value, in_another_form(text, shown)
        return self._keep_number(type_, value.strip(), style)

    def _is_uncalculated(self, type_: str, value: str | None) -> bool:
        """Say whether a formula has no value: none at all, or the 0 of programs that let the spreadsheet calculate."""
        if value is None or not (value or type_ == "str"):
            return True
        return self._contents.is_uncalculated and type_ == "n" and value == "0"

    def keep_text(self, text: str | int, style_name: str) -> Stored:
        """Return what is stored of a text, or of the number of a shared one."""
        style = self._styles.of(style_name) if style_name and text != "" else None
        if style is None or not style.changes_text or not self.text(text).strip():
            return text
        return TEXT, text, Trouble.CELL.value, CHANGED_TEXT, style.code

    def _keep_number(self, type_: str, value: str, style_name: str) -> Stored:
        if "_" in value or not value.isascii():
            raise ValueError("Python takes this for a number, and spreadsheets do not")
        style, is_1904 = self._styles.of(style_name or "0"), self._contents.is_1904
        if type_ == "d":
            date = ISO_DATE.fullmatch(value)
            moment = _parse_moment(f"{date[1]} {date[2] or '00:00:00'}") if date else None
            if not date or not moment:
                return ERROR, value, Trouble.CELL.value, OTHER_DATE
            value = repr((moment - dt.datetime(1899, 12, 30)) / dt.timedelta(1))  # noqa: DTZ001  # sheets know no zones
            style = style if style.is_date else NumberFormat("yyyy-mm-dd hh:mm:ss" if date[2] else "yyyy-mm-dd")
            is_1904 = False
        if style.is_general and PLAIN.fullmatch(value):
            return float(value)
        text, trouble, detail = style.date(value, is_1904=is_1904) if style.is_date else style.number(value)
        if not isfinite(float(value)):
            return ERROR, value, Trouble.CELL.value, detail
        if is_1904 and style.is_day and float(value) >= 0:
            value = repr(float(value) + DAYS_TO_1904)
        class_ = DATE if style.is_date else NUMBER
        return class_, text, trouble.value if trouble else "", detail, value, style.code

    def text(self, cell: Stored) -> str:
        """Return what a cell holds: its text, or a number or a date as one."""
        if cell.__class__ is int:
            return self._strings[cell]
        if cell.__class__ is float:
            return NumericCell(int(cell) if cell.is_integer() else cell)
        if cell.__class__ is tuple:
            text, of_format = self.text(cell[1]), cell[4:]
            return WITH_CODE[cell[0]].of(text, *of_format) if of_format else CLASSES[cell[0]](text)
        return str(cell)


def _parse_moment(text: str) -> dt.datetime | None:
    """Return the moment that ISO 8601 writes so, or None where there is none."""
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
