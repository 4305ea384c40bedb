"""Writing the rows of a workbook with their errors."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

from ingestion.readers.base import ERRORS_COLUMN, BrokenRow, is_blank
from ingestion.readers.xlsx_reader import WorkbookReader
from ingestion.readers.xlsx_sheet import MOST_ROWS
from ingestion.results.error_notes import ErrorNotes
from ingestion.results.xlsx_writer import SheetWriter
from portal.database.postgres_copy import file_blocks
from workorders.rendering.text_sheet import workbook


def workbook_blocks(reader: WorkbookReader, notes: ErrorNotes) -> Iterator[bytes]:
    """Write the header and all rows that are not blank; errors come first, where no row is too short for them.

    A column of errors that was uploaded is left out.
    """
    kept = [at for at, name in enumerate(reader.header) if name != ERRORS_COLUMN]
    with NamedTemporaryFile(dir=settings.SPOOL_DIR, suffix=".xlsx") as file:
        with workbook(Path(file.name)) as book:
            writer = SheetWriter(book, reader.facts["sheet"], len(kept) + 1)
            writer.write(reader.header_row - 1, [ERRORS_COLUMN, *(reader.header[at] for at in kept)])
            for batch in reader:
                for number, row in enumerate(batch.rows, batch.first):
                    cells = row.cells if isinstance(row, BrokenRow) else row
                    if not is_blank(cells):
                        beyond = cells[len(reader.header) :]
                        writer.write(number - 1, [notes.upto(number), *(cells[at] for at in kept), *beyond])
            for merge in reader.merged.met:
                if places := reader.merged.places(merge):
                    first, last = bisect_left(kept, places[0]) + 1, bisect_left(kept, places[-1]) + 1
                    writer.merge(merge.cells.first_row - 1, first, min(merge.cells.last_row, MOST_ROWS) - 1, last)
        yield from file_blocks(Path(file.name))
