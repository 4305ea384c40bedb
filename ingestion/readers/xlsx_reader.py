"""Reading Excel workbooks (.xlsx): the first sheet that people see, as numbered rows of what they see in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from typing import IO

from ingestion.errors.text import shown, visible
from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.base import ERRORS_COLUMN, LONGEST_RECORD, TITLE_ROWS, Batch, BrokenRow, CellFault, Log, Trouble
from ingestion.readers.encoding import unwritable
from ingestion.readers.options import AS_IT_IS, ReadOptions
from ingestion.readers.unpack import Budget
from ingestion.readers.xlsx_cells import Stored
from ingestion.readers.xlsx_contents import Contents, Sheet
from ingestion.readers.xlsx_limits import WorkbookLimits, too_large
from ingestion.readers.xlsx_merged import Merged
from ingestion.readers.xlsx_other_sheets import refuse_if_another_has
from ingestion.readers.xlsx_parts import opened
from ingestion.readers.xlsx_shared import Shared
from ingestion.readers.xlsx_sheet import Enough, Row, SheetXml
from portal.values.formulas import GUARDED_COLUMN, unguarded
from portal.values.problems import say_problem
from portal.values.suggestions import nearest

ROWS_AT_ONCE = 1000
TEXT_AT_ONCE = LONGEST_RECORD  # characters of the rows of a batch, but for its last row
HEADERLESS = say_problem("A cell stands in a column without a name; name the column in the header, or empty the cell.")
NO_SHEET = say_problem("It is not an Excel workbook (.xlsx), or it is damaged; save it again in Excel.")


class WorkbookReader:
    """The first sheet of a workbook, or the one that the options name; iteration gives its rows.

    `header` is its first row that is not empty, or the one that the options name.

    Columns without a name are left out; a row with something in one of them is reported to `log`. Cells of a guarded
    export that was saved as a workbook are those that were exported. What is wrong with cells comes with their batch.
    The sheet `is_whole` unless the `budget` says that its beginning is enough.
    Raises UnreadableFile when the file is no workbook, too large, has no header, or has another sheet with one of the
    `columns` of which this one has none.
    """

    def __init__(
        self,
        file: IO[bytes],
        log: Log,
        options: ReadOptions = AS_IT_IS,
        limits: WorkbookLimits | None = None,
        budget: Budget | None = None,
        columns: Collection[str] = (),
    ) -> None:
        self._log = log
        self._limits = limits or WorkbookLimits()
        budget = budget or Budget()
        with opened(file, self._limits, budget) as parts:
            contents = Contents(parts)
            if not contents.sheets:
                raise UnreadableFile(NO_SHEET)
            sheet = _chosen(contents.sheets, options.sheet)
            shared = Shared(parts, contents)
            self._sheet = SheetXml(shared, contents, lambda: budget.is_enough)
            self.is_whole = False
            with suppress(Enough):
                parts.read(sheet.part, self._sheet)
                self.is_whole = True
            self._characters = 0
            self._rows: Iterator[Row] = self._sheet.rows()
            self.header: tuple[str, ...] = ()
            self.beginning: list[list[str]] = []
            self._find_header(options.header_row)
            if columns and not options.sheet and not any(map(_has_one(columns), self.beginning)):
                refuse_if_another_has(columns, parts, contents, shared)
        if not self.header:
            raise UnreadableFile(
                say_problem("Its sheet {name} is empty.", name=shown(sheet.name))
                if options.sheet
                else say_problem("Its first sheet is empty.")
            )
        self.sheets = [each.name for each in contents.sheets]
        self.facts: dict[str, str] = {"sheet": sheet.name, "sheets": str(len(contents.sheets))}
        self.first_row: int = self.header_row + 1
        self.rows_expected: int | None = self._sheet.last_row - self.header_row
        has_key = not columns or not {*columns}.isdisjoint(map(str.lower, self.header))
        ranges = self._sheet.ranges if has_key else []  # a title may be merged; it is refused for what it is
        self.merged: Merged = Merged(self.header, self.columns, self.header_row, ranges)
        if len(contents.sheets) > 1 and not options.sheet:
            log.warn(
                "other_sheets_warning",
                None,
                "",
                sheet.name,
                detail=say_problem("It has {count:,}.", count=len(contents.sheets)),
            )
        self._warn_of_hidden()

    def _find_header(self, said_row: int) -> None:
        """Read up to the header: the row that was said, or else the first that is not empty."""
        for number, cells in self._rows:
            if number < said_row:
                continue
            if number > said_row > 0:
                break
            names = {column: self.text(cell).strip() for column, cell in cells.items()}
            if any(names.values()):
                self._refuse_faulty_names(cells)
                self._is_guarded = GUARDED_COLUMN in names.values()
                names = {column: name for column, name in names.items() if name != GUARDED_COLUMN}
                self.header_row: int = number
                self.columns = sorted(column for column, name in names.items() if name)
                self._named = set(self.columns)
                self.header = tuple(names[column] for column in self.columns)
                self.beginning = self._look_below(number)
                return
        if said_row:
            raise UnreadableFile(
                say_problem(
                    "Row {number:,} is blank, so it is not the header that `header_row` names.", number=said_row
                )
            )

    def _look_below(self, header_row: int) -> list[list[str]]:
        """Return the header and the cells of the rows below it, which are read again after that."""
        below = list(islice(self._rows, TITLE_ROWS))
        self._rows = chain(below, self._rows)
        beginning = [[*self.header], *([] for _row in range(TITLE_ROWS))]
        for number, cells in below:
            if number - header_row <= TITLE_ROWS:
                beginning[number - header_row] = [
                    self._sheet.stored.text(cells[column])
                    for column in sorted(cells)  # they are counted when they are read
                ]
        return beginning

    @staticmethod
    def _refuse_faulty_names(cells: dict[int, Stored]) -> None:
        for column, cell in cells.items():
            if cell.__class__ is tuple and cell[2] and Trouble(cell[2]) is not Trouble.FORM:
                said = say_problem("Its header cannot be read, in column {column}:", column=letters_of(column))
                raise UnreadableFile(f"{said} {cell[3]}")

    def _warn_of_hidden(self) -> None:
        """Tell of what is read although people do not see it."""
        sheet = self._sheet
        if sheet.hidden_rows:
            detail = say_problem(
                "{count:,} of its rows are hidden, the first of them row {row:,}.",
                count=sheet.hidden_rows,
                row=sheet.first_hidden_row,
            )
            self._log.warn("hidden_cells_warning", None, "", "rows", detail=detail)
        hidden = [
            name
            for column, name in zip(self.columns, self.header, strict=True)
            if any(first <= column <= last for first, last in sheet.hidden_columns)
        ]
        for name in hidden:
            detail = say_problem("The column `{name}` is hidden.", name=visible(name))
            self._log.warn("hidden_cells_warning", None, "", name, detail=detail)

    def text(self, cell: Stored) -> str:
        """Return the text of a cell. UnreadableFile when shared texts make more of the file than is read."""
        text = self._sheet.stored.text(cell)
        self._characters += len(text)
        if self._characters > self._limits.unpacked:
            raise too_large(say_problem("more than {size:,} MB", size=self._limits.unpacked // 1024**2))
        return text

    def __iter__(self) -> Iterator[Batch]:
        rows: list[list[str]] = []
        faults: list[CellFault] = []
        number, begun = self.first_row, self._characters
        for row in self._rows:
            while number < row[0]:
                rows.append([])
                number += 1
                if len(rows) == ROWS_AT_ONCE:
                    yield Batch(self.header, number - len(rows), rows, faults)
                    rows, faults = [], []
            rows.append(self._cells(row, faults))
            number += 1
            if len(rows) >= ROWS_AT_ONCE or self._characters - begun > TEXT_AT_ONCE:
                yield Batch(self.header, number - len(rows), rows, faults)
                rows, faults, begun = [], [], self._characters
        if rows:
            yield Batch(self.header, number - len(rows), rows, faults)

    def _cells(self, row: Row, faults: list[CellFault]) -> list[str]:
        """Return the cells of the named columns as text, or nothing for an empty row."""
        number, stored = row
        before, text = self._characters, self.text
        shown = self.merged.show(number, stored, text, self._sheet.widest) if self.merged else []
        cells = [text(stored[column]) if column in stored else "" for column in self.columns]
        if self._is_guarded:
            cells = list(map(unguarded, cells))
        if self._characters - before > LONGEST_RECORD:
            raise UnreadableFile(
                say_problem("Row {number:,} is longer than {most:,} characters.", number=number, most=LONGEST_RECORD)
            )
        if not stored.keys() <= self._named:
            others = (text(stored[column]) for column in sorted(stored.keys() - self._named))
            if lost := next((cell for cell in others if cell.strip()), ""):
                self._log.add("invalid_row_error", number, "", lost, detail=HEADERLESS)
                return BrokenRow([*cells, lost])
        if not any(cells):
            return []
        if tuple in map(type, stored.values()):
            for at, column in enumerate(self.columns):
                cell = stored.get(column)
                if cell.__class__ is tuple and cell[2]:
                    faults.append(CellFault(number, at, cells[at], Trouble(cell[2]), cell[3]))
        if shown:
            faults.extend(self.merged.faults(number, cells, shown))
        if "\0" in (joined := "".join(cells)) or not joined.isascii():
            return self._readable(number, cells)
        return cells

    def _readable(self, number: int, cells: list[str]) -> list[str]:
        """The cells, or a BrokenRow when one of them holds what no text can, which is reported."""
        for name, cell in zip(self.header, cells, strict=True):
            if name != ERRORS_COLUMN and (reason := unwritable(cell)):
                self._log.add("invalid_row_error", number, name, cell, detail=reason)
                return BrokenRow(cells)
        return cells


def _chosen(sheets: Sequence[Sheet], said: str) -> Sheet:
    """Return the sheet that was said, or else the first. UnreadableFile where none has that name."""
    if not said:
        return sheets[0]
    if found := next((sheet for sheet in sheets if sheet.name == said), None):
        return found
    near = nearest(said, [sheet.name for sheet in sheets]) or sheets[0].name
    raise UnreadableFile(
        say_problem(
            "It has no sheet {said} that people see. The nearest is {near}.", said=shown(said), near=shown(near)
        ),
        sheet=near,
    )


def _has_one(columns: Collection[str]) -> Callable[[list[str]], bool]:
    """Return what says whether a row has one of `columns`, in any letter case."""
    return lambda row: not {*columns}.isdisjoint(map(str.lower, row))


def letters_of(column: int) -> str:
    """The name of a column, A is 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
