"""Files of products: read by the readers of uploads, and checked whole before any of it is stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import IO

from ingestion.errors.kinds import KINDS, WARNINGS, in_full
from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.models import IngestionRecord
from ingestion.readers.base import Batch, CellFault, Trouble
from ingestion.readers.cells import AS_TEXT, DateCell
from ingestion.readers.encoding import GZIP, LOOKS_LIKE, ZIP
from ingestion.readers.json_reader import JsonReader
from ingestion.readers.open import open_reader
from ingestion.readers.unpack import MOST_SECONDS, Budget
from ingestion.readers.xlsx_limits import WorkbookLimits
from ingestion.rules.rows import otherwise_split, wrong_width
from ingestion.rules.suggestions import is_shortened
from workorders.products.services import all_fit, fault_of

MOST_BYTES = 10 * 1024**2  # of a file
MOST_PRODUCTS = 100_000
MOST_ROWS = 200_000
MOST_COLUMNS = 1000
MOST_CELLS = 200_000  # of a workbook's sheet
MOST_UNPACKED = 32 * 1024**2  # bytes of a workbook's parts; all of it happens while a web thread waits
MOST_SHOWN = 200  # problems of one file
MOST_COUNTED = 10_000  # problems, of which nobody reads so many
MOST_NAMED = 20  # columns that are left aside
COLUMNS = ("sku", "name")
ALIKE = {"product", "product_sku", "article", "item", "code", "id"}  # what people call an SKU

Filetype = IngestionRecord.Filetype


@dataclass(frozen=True)
class Problem:
    """Something wrong with a row, or with the whole file where `row` is None, and how to mend it."""

    row: int | None
    column: str
    value: str
    message: str
    remedy: str


class ProblemLog:
    """What was found in one file: the first `problems`, the `count` of all, and `remarks`, which refuse nothing."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.count = 0
        self.remarks: list[str] = []

    def note(self, row: int | None, column: str, value: str, message: str, remedy: str = "") -> None:
        self.count += 1
        if self.count == MOST_COUNTED + 1:
            raise UnreadableFile(f"It has more than {MOST_COUNTED:,} problems; reading it ended with row {row or 0:,}.")
        if row is None or len(self.problems) < MOST_SHOWN:
            self.problems.append(Problem(row, shown(column), shown(value), message, remedy))

    def add(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "") -> None:
        """What a reader reports."""
        self.note(row, column, value, in_full(KINDS[kind], detail), KINDS[kind].remedy)

    def warn(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "") -> None:
        """What a reader remarks."""
        if len(self.remarks) < MOST_SHOWN:
            self.remarks.append(in_full(WARNINGS[kind], detail))


def read_products(file: IO[bytes], log: ProblemLog) -> dict[str, str]:
    """The names of the products in `file`, by SKU; of use only if `log` has counted no problem."""
    rows = _Rows(log)
    try:
        limits = WorkbookLimits(cells=MOST_CELLS, unpacked=MOST_UNPACKED)
        budget = Budget(most_seconds=MOST_SECONDS)
        reader = open_reader(file, _filetype(file), log, column="sku", limits=limits, budget=budget)
        if not isinstance(reader, JsonReader):
            _refuse_wide(reader.header)
            _refuse_without_sku(reader.header)
        for batch in reader:
            rows.take(batch)
            budget.spend(0)
        if not rows.row_of and not log.count:
            raise UnreadableFile("It has a header and no rows.")
    except UnreadableFile as problem:
        log.note(None, "", "", str(problem))
    if rows.left_aside:
        named = [*map(shown, rows.left_aside)][:MOST_NAMED]
        more = " and more" if len(rows.left_aside) > MOST_NAMED else ""
        log.remarks.append(f"Left aside: {', '.join(named)}{more}.")
    return rows.names


def _filetype(file: IO[bytes]) -> str:
    """What a file is, by how it begins. UnreadableFile for one that is compressed, which could grow without bounds."""
    beginning = file.read(64)
    file.seek(0)
    if beginning.startswith(GZIP):
        raise UnreadableFile("It is compressed by gzip; unpack it first.")
    if beginning.startswith(ZIP):
        return Filetype.XLSX
    text = beginning.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")  # byte order marks and white space
    return Filetype.JSON if text.startswith((b"[", b"{")) else Filetype.CSV


def _refuse_wide(header: tuple[str, ...]) -> None:
    if len(header) > MOST_COLUMNS:
        raise UnreadableFile(f"It has {len(header):,} columns, more than {MOST_COLUMNS:,}; leave only sku and name.")


def _refuse_without_sku(header: tuple[str, ...]) -> None:
    names = [name.lower() for name in header]
    if "sku" not in names:
        alike = next((name for name in header if name.lower() in ALIKE), "")
        hint = f" Is it `{shown(alike)}` that should be named `sku`?" if alike else LOOKS_LIKE.get(header[0][:1], "")
        hint = hint or otherwise_split(header, "sku")
        raise UnreadableFile(f"Its header has no column `sku`, only: {shown(', '.join(header))}.{hint}")


class _Rows:
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
            raise UnreadableFile(f"It has more than {MOST_ROWS:,} rows, nearly all of them blank; delete those.")
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
                detail = wrong_width(len(cells), len(batch.header))
                self.log.add("invalid_row_error", row, "", ",".join(cells), detail=detail)
        if self.taken > MOST_PRODUCTS:
            raise UnreadableFile(f"It has more than {MOST_PRODUCTS:,} products; import it in parts.")

    def _is_reported(self, fault: CellFault, batch: Batch, sku_at: int, name_at: int) -> bool:
        """Report what is wrong with one cell, if it is an SKU or a name and not told better below."""
        cells = batch.rows[fault.row - batch.first]
        is_date = bool(cells) and isinstance(cells[fault.at], DateCell)
        if fault.at not in (sku_at, name_at) or is_date or (fault.trouble is Trouble.KEY and fault.at != sku_at):
            return False
        self.log.note(fault.row, batch.header[fault.at], fault.value, fault.detail)
        return True

    def _places_in(self, header: tuple[str, ...]) -> list[int]:
        """Where SKU and name stand; -1 for one that is missing."""
        _refuse_wide(header)  # of an object in JSON
        names = [name.lower() for name in header]
        for name, times in Counter(names).items():
            if times > 1 and name in COLUMNS:
                raise UnreadableFile(f"It has the column `{name}` more than once.")
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
            message = f"The SKU stands in row {self.row_of[sku]:,} already."
            self.log.note(row, "sku", sku, message, "Delete one of the two rows.")
        elif sku:
            self.row_of[sku] = row
            self.names[sku] = name


def _are_sound(batch: Batch) -> bool:
    """Whether all cells are texts, and none is at fault as an SKU or a name."""
    cells = list(chain.from_iterable(batch.rows))
    return set(map(type, cells)) <= {str} and all_fit(cells)


def _fault(column: str, cell: str, value: str) -> tuple[str, str]:
    """What is wrong with a cell and how to mend it; two empty texts when nothing is."""
    if column == "sku" and not value:
        return "The row has no SKU.", "Fill the column sku, or delete the row."
    if isinstance(cell, DateCell):
        return "It is a date, perhaps made by Excel of what was typed.", AS_TEXT
    if column == "sku" and is_shortened(value):
        return "It was a long number once, which a spreadsheet has shortened.", AS_TEXT
    return fault_of(column, value), ""
