"""Reading a file of products: it is checked whole before any of it is stored."""

from __future__ import annotations

from typing import IO

from django.utils.translation import gettext

from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.products.filetype import detect_filetype
from ingestion.products.problems import ProblemLog
from ingestion.products.product_header import refuse_wide, refuse_without_sku
from ingestion.products.product_rows import MOST_NAMED, ProductRows
from ingestion.readers.json_reader import JsonReader
from ingestion.readers.open import open_reader
from ingestion.readers.unpack import MOST_SECONDS, Budget
from ingestion.readers.xlsx_limits import WorkbookLimits
from portal.values.problems import in_language, say_problem

MOST_BYTES = 10 * 1024**2  # of a file
MOST_CELLS = 200_000  # of a workbook's sheet
MOST_UNPACKED = 32 * 1024**2  # bytes of a workbook's parts; all of it happens while a web thread waits


def read_products(file: IO[bytes], log: ProblemLog) -> dict[str, str]:
    """Return the names of the products in `file` by SKU; valid only if `log` has counted no problem."""
    rows = ProductRows(log)
    try:
        limits = WorkbookLimits(cells=MOST_CELLS, unpacked=MOST_UNPACKED)
        budget = Budget(most_seconds=MOST_SECONDS)
        reader = open_reader(file, detect_filetype(file), log, columns=["sku"], limits=limits, budget=budget)
        if not isinstance(reader, JsonReader):
            refuse_wide(reader.header)
            refuse_without_sku(reader.header)
        for batch in reader:
            rows.take(batch)
            budget.spend(0)
        if not rows.row_of and not log.count:
            raise UnreadableFile(say_problem("It has a header and no rows."))
    except UnreadableFile as problem:
        log.note(None, "", "", in_language(str(problem)))
    if rows.left_aside:
        named = [*map(shown, rows.left_aside)][:MOST_NAMED]
        several = len(rows.left_aside) > MOST_NAMED
        said = gettext("Left aside: {names} and more.") if several else gettext("Left aside: {names}.")
        log.remarks.append(said.format(names=", ".join(named)))
    return rows.names
