"""Rows, batches and faults, as the readers of all file types give them.

Rows are numbered by the readers and nowhere else: a row's number is the one a spreadsheet shows, so the header is 1,
blank lines count, and a line break inside quotes does not. In JSON the first object is 1.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Protocol, overload

ERRORS_COLUMN = "errors (ignored)"  # stands in the file of rows with their errors, and says nothing when uploaded

BLOCK = 1 << 16  # bytes read at a time; what comes of them still fits a processor's cache
CLEAN_BLOCK = 3 << 18  # bytes of clean rows read at a time, which do not become cells one by one
BYTE_ORDER_MARK = "\ufeff"  # as a character, where it does not begin the file
TITLE_ROWS = 10  # that may stand above a header
LONGEST_RECORD = 1 << 20  # characters of one record, line breaks inside quotes included


class Log(Protocol):
    """Takes what a reader finds wrong with a row, or strange about the file."""

    def add(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "") -> None: ...
    def warn(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "") -> None: ...


class Table(Protocol):
    """A reader of a file whose rows all have one header.

    Its `beginning` is that header and the cells of the rows that follow, in their places, as many as may be a title.
    """

    header: tuple[str, ...]
    header_row: int
    beginning: list[list[str]]


class BrokenRow(list[str]):
    """The empty list that stands for a row reported as broken, with its `cells` or else its `line`.

    A line is what cannot be told apart into cells.
    """

    def __init__(self, cells: list[str], line: str = "") -> None:
        super().__init__()
        self.cells, self.line = cells, line


class LateRows(Sequence[list[str]]):
    """Rows whose cells come into being, all at once, where one is asked for. Rules that know columns ask for none."""

    @abstractmethod
    def make(self) -> list[list[str]]:
        """Return the cells of all rows."""

    @cached_property
    def _rows(self) -> list[list[str]]:
        return self.make()

    @overload
    def __getitem__(self, at: int) -> list[str]: ...
    @overload
    def __getitem__(self, at: slice) -> list[list[str]]: ...
    def __getitem__(self, at: int | slice) -> list[str] | list[list[str]]:
        return self._rows[at]

    def __iter__(self) -> Iterator[list[str]]:
        return iter(self._rows)


def is_blank(cells: Iterable[str]) -> bool:
    """Say whether all cells of a row are empty or white space. Such a row counts as a row, and says nothing."""
    return not "".join(cells).strip()


class Trouble(Enum):
    """The kinds of faults of a workbook's cell."""

    CELL = "cell"  # it has no value that could be taken, whatever the column
    KEY = "key"  # it shares its value with other rows, which an id must not
    DIGITS = "digits"  # it shows other digits than it stores
    FORM = "form"  # it shows its value in another form


@dataclass(frozen=True)
class CellFault:
    """Something wrong with the cell of a row in the column `at` of the header, or strange about it."""

    row: int
    at: int
    value: str
    trouble: Trouble
    detail: str


@dataclass(frozen=True)
class Batch:
    """Rows that follow one another, the first of them numbered `first`.

    `rows` holds the cells of each, in the order of `header`. An empty list stands for a blank line, or as a BrokenRow
    for a row that was reported as broken. `faults` are those of single cells of a workbook, which count unless their
    column is left out.
    """

    header: tuple[str, ...]
    first: int
    rows: Sequence[list[str]]
    faults: Sequence[CellFault] = ()
