"""The merged cells of a sheet: what people see in them, and which of them have no meaning that could be told."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.base import ERRORS_COLUMN, CellFault, Trouble
from ingestion.readers.xlsx_cells import Stored
from ingestion.readers.xlsx_sheet import Range
from portal.values.problems import say_problem


@dataclass
class Merge:
    """A merged range below the header, the places of its columns there, and what its first cell shows.

    It has no places if its first cell stands in a column without a name.
    """

    cells: Range
    places: range
    value: Stored = ""


class Merged:
    """The merged cells of a sheet below its header, for rows that come from above to below.

    People see the value of the first cell in all of them, and nothing of what the others hold, so that counts for
    nothing. Rows that are merged in one column all get the value; what is merged across columns, or with the header,
    has a meaning that nobody can tell. A column without a name takes no part, and neither does ours of errors.
    """

    def __init__(self, header: Sequence[str], columns: list[int], header_row: int, ranges: Iterable[Range]) -> None:
        self._header, self._columns, self._named = header, columns, {*columns}
        self.met: list[Merge] = []  # in the rows so far
        self._waiting = [merged for merged in ranges if merged.last_row >= header_row]
        self._waiting.sort(key=lambda merged: (merged.first_row, merged.first_column), reverse=True)
        self._open: dict[int, Merge] = {}  # by each column that has cells
        for merged in self._waiting:
            self._refuse_meaningless(merged, header_row)

    def _refuse_meaningless(self, merged: Range, header_row: int) -> None:
        begin, end = self._ends(merged)
        if merged.first_row <= header_row and begin < end:
            raise UnreadableFile(
                say_problem(
                    "Its header has merged cells, {name}; unmerge them, so that each column has one name.",
                    name=merged.name,
                )
            )
        if end - begin > 1 and self._columns[begin] == merged.first_column and self._header[begin] == ERRORS_COLUMN:
            raise UnreadableFile(
                say_problem(
                    "Its column `{column}` is merged with others, {name}; unmerge them.",
                    column=ERRORS_COLUMN,
                    name=merged.name,
                )
            )

    def _ends(self, merged: Range) -> tuple[int, int]:
        """The place of the first named column in a range, and that behind the last."""
        return bisect_left(self._columns, merged.first_column), bisect_right(self._columns, merged.last_column)

    def __bool__(self) -> bool:
        """Say whether any row is to be shown to this."""
        return bool(self._waiting or self._open)

    def show(self, number: int, stored: dict[int, Stored], text: Callable[[Stored], str], widest: int) -> list[Merge]:
        """Put into the cells of a row what is shown in them; those merged cells that show something are returned.

        A row that has nothing of its own in a column with a name stays as empty as it is.
        """
        while self._waiting and self._waiting[-1].first_row <= number:
            self._begin(self._waiting.pop(), number, widest)
        firsts = []
        for column, merge in [*self._open.items()]:
            merged = merge.cells
            if merged.last_row < number:
                del self._open[column]
            elif column != merged.first_column:
                stored.pop(column, None)
            else:
                firsts.append(merge)
                if number > merged.first_row:
                    stored.pop(column, None)
                elif column in stored and text(stored[column]).strip():
                    merge.value = stored[column]
        if self._named.isdisjoint(stored):
            return []
        shown = [merge for merge in firsts if merge.value != ""]
        for merge in shown:
            stored[merge.cells.first_column] = merge.value
        return shown

    def _begin(self, merged: Range, number: int, widest: int) -> None:
        """Note that the columns of a range are merged from now on. UnreadableFile when one of them is already."""
        if merged.last_row < number:
            return
        begin, end = self._ends(merged)
        is_named = begin < end and self._columns[begin] == merged.first_column
        merge = Merge(merged, range(begin, end if is_named else begin))
        self.met.append(merge)
        for column in range(merged.first_column, min(merged.last_column, widest) + 1):
            other = self._open.get(column)
            if other and other.cells.last_row >= merged.first_row:
                names = f"{other.cells.name} and {merged.name}"
                raise UnreadableFile(say_problem("Its merged cells {names} overlap; unmerge them.", names=names))
            self._open[column] = merge

    def faults(self, number: int, cells: list[str], shown: list[Merge]) -> Iterator[CellFault]:
        """Yield the faults of the cells of a row that are merged with others."""
        for merge in shown:
            places, name = self.places(merge), merge.cells.name
            if len(places) > 1:
                detail = say_problem(
                    "Cells of several columns are merged, {name}; unmerge them, and fill each.", name=name
                )
                yield from (CellFault(number, at, cells[at], Trouble.CELL, detail) for at in places)
            elif places and number > merge.cells.first_row:
                detail = say_problem(
                    "It is merged with the cells above it, {name}; unmerge them, and fill each.", name=name
                )
                yield CellFault(number, places[0], cells[places[0]], Trouble.KEY, detail)

    def places(self, merge: Merge) -> list[int]:
        """The places in the header of the columns that take part in a range."""
        return [at for at in merge.places if self._header[at] != ERRORS_COLUMN]
