"""Which reader an upload gets."""

from __future__ import annotations

from typing import IO

from ingestion.csv_reader import CsvReader
from ingestion.json_reader import JsonReader
from ingestion.models import IngestionRecord
from ingestion.reading import Log, unpacked
from ingestion.workbook_reader import WorkbookReader

Reader = CsvReader | JsonReader | WorkbookReader
Filetype = IngestionRecord.Filetype


def open_reader(file: IO[bytes], filetype: str, log: Log, delimiter: str = "") -> Reader:
    """The reader for an upload of `filetype`; CSV and JSON may be compressed by gzip. Raises UnreadableFile.

    Its `facts` say what was found out about the file: encoding, delimiter, compression, sheet.
    """
    if filetype == Filetype.XLSX:
        return WorkbookReader(file, log)
    content, packing = unpacked(file)
    reader = JsonReader(content, log) if filetype == Filetype.JSON else CsvReader(content, log, delimiter)
    reader.facts |= packing
    return reader
