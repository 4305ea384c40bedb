"""Which reader an upload gets."""

from __future__ import annotations

from typing import IO

from ingestion.models import IngestionRecord
from ingestion.readers.base import Log
from ingestion.readers.csv_reader import CsvReader
from ingestion.readers.json_reader import JsonReader
from ingestion.readers.unpack import Budget, unpacked
from ingestion.readers.xlsx_limits import WorkbookLimits
from ingestion.readers.xlsx_reader import WorkbookReader

Reader = CsvReader | JsonReader | WorkbookReader
Filetype = IngestionRecord.Filetype


def open_reader(
    file: IO[bytes],
    filetype: str,
    log: Log,
    delimiter: str = "",
    *,
    column: str = "id",
    limits: WorkbookLimits | None = None,
    budget: Budget | None = None,
) -> Reader:
    """The reader for an upload of `filetype`; CSV and JSON may be compressed by gzip. Raises UnreadableFile.

    A CSV file's delimiter, where none is given, is the one by which its header has `column`. A workbook has `limits`,
    and `column` in its first sheet if in any. `budget` hears what the file unpacks to. The reader's `facts` say what
    was found out about the file: encoding, delimiter, compression, sheet.
    """
    if filetype == Filetype.XLSX:
        return WorkbookReader(file, log, limits, budget, column)
    content, packing = unpacked(file, budget)
    reader = JsonReader(content, log) if filetype == Filetype.JSON else CsvReader(content, log, delimiter, column)
    reader.facts |= packing
    return reader
