"""Opening a file with the reader of its type."""

from __future__ import annotations

from collections.abc import Collection
from typing import IO

from ingestion.readers.base import Log
from ingestion.readers.csv_reader import CsvReader
from ingestion.readers.json_reader import JsonReader
from ingestion.readers.options import AS_IT_IS, ReadOptions
from ingestion.readers.unpack import Budget, unpacked
from ingestion.readers.xlsx_limits import WorkbookLimits
from ingestion.readers.xlsx_reader import WorkbookReader

Reader = CsvReader | JsonReader | WorkbookReader


def open_reader(
    file: IO[bytes],
    filetype: str,
    log: Log,
    options: ReadOptions = AS_IT_IS,
    *,
    columns: Collection[str] = ("id",),
    limits: WorkbookLimits | None = None,
    budget: Budget | None = None,
) -> Reader:
    """Return the reader for a file of `filetype`: csv, json or xlsx, read by the `options`. Raises UnreadableFile.

    CSV and JSON may be compressed by gzip. Where no delimiter is given, a CSV file's is the one by which its header has
    one of `columns`. A workbook is read within `limits`; if any of its sheets has one, it must be the first. `budget`
    counts what the file unpacks to. The reader's `facts` tell encoding, delimiter, compression and sheet.
    """
    if filetype == "xlsx":
        return WorkbookReader(file, log, options, limits, budget, columns)
    content, packing = unpacked(file, budget)
    reader = JsonReader(content, log) if filetype == "json" else CsvReader(content, log, options, columns)
    reader.facts |= packing
    return reader
