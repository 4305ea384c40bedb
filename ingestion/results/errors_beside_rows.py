"""Adding errors to the rows of a file that was refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import IO

from ingestion.readers.json_reader import JsonReader
from ingestion.readers.open import open_reader
from ingestion.readers.options import ReadOptions
from ingestion.readers.xlsx_reader import WorkbookReader
from ingestion.results.csv_with_errors import csv_blocks
from ingestion.results.error_notes import ErrorNotes, RowError
from ingestion.results.json_with_errors import json_blocks
from ingestion.results.xlsx_with_errors import workbook_blocks


def add_errors_to_rows(
    file: IO[bytes],
    filetype: str,
    options: ReadOptions,
    errors: Iterable[RowError],
    columns: Collection[str] = ("id",),
) -> Iterator[bytes]:
    """Yield the rows of a file with their errors, which come in the order of their rows.

    Read again as it is, it is refused for the same rows, columns and values, and its good rows are the same: a cell
    that could be read is returned with its value, and what could not stays as unreadable as it was. `columns` are the
    names of which the header has one.
    """
    notes = ErrorNotes(errors)
    if filetype == "json":
        yield from json_blocks(file, notes)
        return
    sought = () if filetype == "xlsx" else columns
    reader = open_reader(file, filetype, SilentLog(), options, columns=sought)
    if isinstance(reader, WorkbookReader):
        yield from workbook_blocks(reader, notes)
    elif not isinstance(reader, JsonReader):
        yield from csv_blocks(reader, notes)


class SilentLog:
    """Drops what a reader reports, which is known already."""

    def add(self, *what: object, **details: object) -> None:
        """Do nothing."""

    warn = add
