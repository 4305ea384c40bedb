"""Checking the rows of a file of products."""

from __future__ import annotations

from collections import Counter
from itertools import chain

from django.utils.translation import gettext

from ingestion.errors.unreadable import UnreadableFile
from ingestion.products.problems import ProblemLog
from ingestion.products.product_header import refuse_wide
from ingestion.readers.base import Batch, CellFault, Trouble
from ingestion.readers.cells import AS_TEXT, DateCell
from ingestion.rules.rows import wrong_width
from ingestion.rules.suggestions import is_shortened
from portal.values.problems import say_problem
from workorders.products.services import all_fit, fault_of

MOST_PRODUCTS = 100_000
MOST_ROWS = 200_000
MOST_NAMED = 20  # columns that are left aside
COLUMNS = ("sku", "name")


class ProductRows:
    """The rows of one file: `names` and `row_of` by SKU, and the columns that no product has."""

    def __init__(self, log: ProblemLog) -> None:
        self.log = log
        self.names: dict[str, str] = {}
        self.row_of: dict[str, int] = {}
        self.left_aside: dict[str, None] = {}
        self.taken = 0  # rows that are not blank
        self._header: tuple[str, ...] | None = None
        self._places: list[int] = []

    def take(self, batch: Batch) -> None:
        """Check the rows of `batch`. UnreadableFile when there are too many by now."""
        if batch.header != self._header:
            self._header, self._places = batch.header, self._places_in(batch.header)
        if batch.first + len(batch.rows) - 1 > MOST_ROWS:
            raise UnreadableFile(
                say_problem("It has more than {most:,} rows, nearly all of them blank; delete those.", most=MOST_ROWS)
            )
        sku_at, name_at = self._places
        faulty = {fault.row for fault in batch.faults if self._is_reported(fault, batch, sku_at, name_at)}
        are_sound = _are_sound(batch)
        for row, cells in enumerate(batch.rows, batch.first):
            self.taken += bool(cells)
            if row in faulty:
                continue
            if len(cells) == len(batch.header):
                sku, name = cells[sku_at] if sku_at >= 0 else "", cells[name_at] if name_at >= 0 else ""
                self._take(row, sku, name, are_sound=are_sound)
            elif cells:
                detail = wrong_width(cells, batch.header)
                self.log.add("invalid_row_error", row, "", ",".join(cells), detail=detail)
        if self.taken > MOST_PRODUCTS:
            raise UnreadableFile(
                say_problem("It has more than {most:,} products; import it in parts.", most=MOST_PRODUCTS)
            )

    def _is_reported(self, fault: CellFault, batch: Batch, sku_at: int, name_at: int) -> bool:
        """Report what is wrong with one cell, if it is an SKU or a name and not told better below."""
        cells = batch.rows[fault.row - batch.first]
        is_date = bool(cells) and isinstance(cells[fault.at], DateCell)
        if fault.at not in (sku_at, name_at) or is_date or (fault.trouble is Trouble.KEY and fault.at != sku_at):
            return False
        self.log.note(fault.row, batch.header[fault.at], fault.value, fault.detail)
        return True

    def _places_in(self, header: tuple[str, ...]) -> list[int]:
        """Return the places of SKU and name; -1 for one that is missing."""
        refuse_wide(header)  # of an object in JSON
        names = [name.lower() for name in header]
        for name, times in Counter(names).items():
            if times > 1 and name in COLUMNS:
                raise UnreadableFile(say_problem("It has the column `{name}` more than once.", name=name))
        if len(self.left_aside) <= MOST_NAMED:
            self.left_aside |= dict.fromkeys(column for column in header if column.lower() not in COLUMNS)
        return [names.index(name) if name in names else -1 for name in COLUMNS]

    def _take(self, row: int, sku_cell: str, name_cell: str, *, are_sound: bool) -> None:
        sku, name = sku_cell.strip(), name_cell.strip()
        if not are_sound or not sku or is_shortened(sku):
            for column, cell, value in (("sku", sku_cell, sku), ("name", name_cell, name)):
                message, remedy = _fault(column, cell, value)
                if message:
                    self.log.note(row, column, value, message, remedy)
        if sku in self.row_of:
            message = gettext("The SKU stands in row {row} already.").format(row=f"{self.row_of[sku]:,}")
            self.log.note(row, "sku", sku, message, gettext("Delete one of the two rows."))
        elif sku:
            self.row_of[sku] = row
            self.names[sku] = name


def _are_sound(batch: Batch) -> bool:
    """Say whether all cells are texts, and none is at fault as an SKU or a name."""
    cells = list(chain.from_iterable(batch.rows))
    return set(map(type, cells)) <= {str} and all_fit(cells)


def _fault(column: str, cell: str, value: str) -> tuple[str, str]:
    """Say what is wrong with a cell and how to mend it; two empty texts when nothing is."""
    if column == "sku" and not value:
        return gettext("The row has no SKU."), gettext("Fill the column sku, or delete the row.")
    if isinstance(cell, DateCell):
        return gettext("It is a date, perhaps made by Excel of what was typed."), gettext(AS_TEXT)
    if column == "sku" and is_shortened(value):
        return gettext("It was a long number once, which a spreadsheet has shortened."), gettext(AS_TEXT)
    return fault_of(column, value), ""
