"""Writing the errors of a record as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ingestion.models import IngestionRecord
from portal.values.formulas import guarded


def errors_csv(record: IngestionRecord) -> Iterator[str]:
    """Yield the errors of the record as CSV lines in which a spreadsheet finds nothing to run.

    Texts stand in quotes, since a spreadsheet may take another character for the delimiter.
    """
    line = io.StringIO()
    writer = csv.writer(line, quoting=csv.QUOTE_NONNUMERIC)
    yield "row,column,value,error,message\r\n"
    for error in record.errors.order_by("row", "pk").iterator(chunk_size=5000):
        cells = (error.column, error.value, error.error, error.message)
        writer.writerow([error.row, *map(guarded, cells)])
        yield line.getvalue()
        line.seek(0)
        line.truncate()
