"""Ids that a workbook holds as numbers, taken as the digits that it shows, where the upload says so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingestion.readers.base import Batch, BrokenRow
from ingestion.readers.cells import AS_TEXT, NumericCell
from ingestion.readers.xlsx_formats import MOST_DIGITS, format_of
from portal.values.problems import say_problem

DIGITS = re.compile(rf"[0-9]{{1,{MOST_DIGITS}}}")
IDS = ("id", "extended_id")  # names of the column


def shown_digits(cell: str) -> str:
    """Return the digits that a cell shows of a whole number, and nothing else; nothing for any other cell.

    Zeros that its format puts before the number are among them. A number of more digits than a spreadsheet keeps, which
    are all below 2^53, is no such number: its last digits may be lost.
    """
    if not isinstance(cell, NumericCell) or not DIGITS.fullmatch(cell):
        return ""
    shown = format_of(cell.code).shown(cell)
    return str(shown) if shown and DIGITS.fullmatch(shown) else ""


def common_length(cells: Sequence[str]) -> int:
    """Return how many digits all of the cells show; 0 where they are not all whole numbers of one length."""
    lengths = {len(shown_digits(cell)) for cell in cells}
    return lengths.pop() if len(lengths) == 1 else 0


class ShownDigits:
    """Takes the shown digits of one file's ids, which have the length of the first: one with fewer has lost a zero."""

    def __init__(self) -> None:
        self._length = self._first_row = 0

    def take(self, batch: Batch, key: str) -> Batch:
        """Return the batch with digits for the numbers in its column `key`. Others stay numbers, which are no ids."""
        if key not in IDS or key not in batch.header:
            return batch
        at = batch.header.index(key)
        taken = {row for row, cells in enumerate(batch.rows, batch.first) if self._take(row, cells, at)}
        return replace(batch, faults=[each for each in batch.faults if each.at != at or each.row not in taken])

    def _take(self, row: int, cells: list[str], at: int) -> bool:
        if isinstance(cells, BrokenRow) or at >= len(cells) or not (digits := shown_digits(cells[at])):
            return False
        if not self._length:
            self._length, self._first_row = len(digits), row
        is_right = len(digits) == self._length
        if is_right:
            cells[at] = digits
        else:
            cells[at] = other = NumericCell.of(cells[at], "", "")
            said = say_problem(
                "It is a number that shows {count} digits, and row {row:,} has {length}: zeros may be lost.",
                count=len(digits),
                row=self._first_row,
                length=self._length,
            )
            other.advice = f"{said} {AS_TEXT}"
        return is_right
