"""Reading a file by itself, without a record."""

from __future__ import annotations

from typing import IO

from ingestion.errors.log import ErrorLog
from ingestion.readers.json_reader import JsonReader
from ingestion.readers.open import open_reader
from ingestion.readers.xlsx_limits import WorkbookLimits
from ingestion.rules.defaults import Defaults
from ingestion.rules.file import FileRules
from ingestion.rules.identifiers import RULES
from ingestion.rules.limits import Limits


def read(filetype: str, file: IO[bytes], log: ErrorLog, limits: WorkbookLimits | None = None) -> None:
    """Read and check a file as the engine does. Raises UnreadableFile for one that is refused as a whole."""
    rules = FileRules(Limits(Defaults(), {"sku1": 1, "sku2": 2}, 100, RULES["default"]), log)
    reader = open_reader(file, filetype, log, limits=limits)
    if not isinstance(reader, JsonReader):
        rules.check_header(reader.header, reader.header_row)
    end = reader.first_row
    for batch in reader:
        assert batch.first >= end, "rows are numbered upwards"
        end = batch.first + len(batch.rows)
        for identifier, row, _attributes, scm in rules.check(batch):
            assert batch.first <= row < end
            assert (identifier + (scm or "")).encode().count(b"\0") == 0
    rules.warn()
