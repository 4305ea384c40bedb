"""The uploaded rows with their errors beside them, to be corrected and uploaded again.

Rows keep their numbers. The errors stand in a column of their own, which says nothing when it is uploaded.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, groupby
from pathlib import Path, PurePath
from tempfile import NamedTemporaryFile

from django.conf import settings
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from ingestion.csv_reader import CsvReader
from ingestion.errors import message, visible
from ingestion.fields import ERRORS_COLUMN
from ingestion.json_reader import JsonReader, JsonText, Repeated, json_object
from ingestion.models import IngestionError, IngestionRecord
from ingestion.readers import open_reader
from ingestion.reading import BrokenRow, NumericCell, unpacked
from ingestion.workbook_reader import WorkbookReader
from portal.copying import BLOCK, file_blocks
from portal.storage import storage

MOST_NOTES = 10  # errors told beside one row
LONGEST_CELL = 32_767  # characters that a cell of a workbook holds
LONGEST_NAME = 31  # characters of a sheet's name in Excel; other programs write longer ones
NOT_IN_NAMES = re.compile(r"[][:*?/\\']")  # what Excel takes in none, or at neither end
UNREAD = {"invalid_file_error", "internal_error"}
ABOUT_NO_ROW = UNREAD | {"workorder_error", "url_prefix_error"}


def has_corrections(record: IngestionRecord) -> bool:
    """Whether the record's rows can be given back: it was refused for its rows, and its file is there."""
    return (
        record.status == IngestionRecord.Status.ERROR
        and UNREAD.isdisjoint(record.error_counts)
        and not ABOUT_NO_ROW.issuperset(record.error_counts)
        and storage().exists(record.file_path)
    )


def corrections_name(record: IngestionRecord) -> str:
    """A file name for the rows, after the uploaded one; gzip is not used again."""
    return f"{PurePath(record.file_name or record.key).name.split('.')[0]}-with-errors.{record.filetype}"


def corrections(record: IngestionRecord) -> Iterator[bytes]:
    """The file of the rows with their errors, in the type of the upload, as blocks of bytes."""
    notes = _Notes(record)
    with storage().open(record.file_path) as file:
        if record.filetype == IngestionRecord.Filetype.JSON:
            yield from _joined(_json_pieces(JsonText(unpacked(file)[0]), notes))
            return
        reader = open_reader(file, record.filetype, _Deaf(), record.parameters.get("delimiter", ""))
        if isinstance(reader, WorkbookReader):
            yield from _workbook(reader, notes)
        elif not isinstance(reader, JsonReader):
            yield from _joined(_csv_lines(reader, notes))


class _Deaf:
    """Hears what a reader finds wrong, which is known already."""

    def add(self, *what: object, **details: object) -> None:
        """Nothing is kept."""

    warn = add


class _Notes:
    """The record's errors as texts, row by row."""

    def __init__(self, record: IngestionRecord) -> None:
        errors = record.errors.exclude(row=None).order_by("row", "pk").iterator(chunk_size=5000)
        self._rows = groupby(errors, key=lambda error: error.row)
        self._next = next(self._rows, None)

    def upto(self, row: int) -> str:
        """What is wrong with `row`, and with the rows before it that nobody asked about, as the header."""
        texts: list[str] = []
        more = 0
        while self._next and self._next[0] <= row:
            for error in self._next[1]:
                if len(texts) < MOST_NOTES:
                    texts.append(self._text(error, row))
                else:
                    more += 1
            self._next = next(self._rows, None)
        return " | ".join(texts) + (f" | and {more:,} more" if more else "")

    @staticmethod
    def _text(error: IngestionError, row: int) -> str:
        where = f"row {error.row}, " if error.row != row else ""
        return f"{where}{error.column or 'row'}: {message(error)}"


def _joined(pieces: Iterable[str]) -> Iterator[bytes]:
    """Texts as blocks of UTF-8."""
    pending: list[str] = []
    size = 0
    for piece in pieces:
        pending.append(piece)
        size += len(piece)
        if size >= BLOCK:
            yield "".join(pending).encode()
            pending, size = [], 0
    yield "".join(pending).encode()


def _table(reader: CsvReader | WorkbookReader, notes: _Notes) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of the header and every row below it; the errors come first, where no row is too short for them.

    A column of errors that was uploaded is left out.
    """
    old = {at for at, name in enumerate(reader.header) if name == ERRORS_COLUMN}
    yield reader.header_row, [ERRORS_COLUMN, *(name for name in reader.header if name != ERRORS_COLUMN)]
    for batch in reader:
        for number, row in enumerate(batch.rows, batch.first):
            cells = _fields(row.text, reader) if isinstance(row, BrokenRow) else row
            if cells:
                yield number, [notes.upto(number), *(cell for at, cell in enumerate(cells) if at not in old)]


def _fields(broken: str, reader: CsvReader | WorkbookReader) -> list[str]:
    """The fields of a row that cannot be read, as well as they can be told apart."""
    delimiter = reader.delimiter if isinstance(reader, CsvReader) else ","
    with suppress(csv.Error):
        return next(csv.reader([visible(broken)], delimiter=delimiter), [])
    return [visible(broken)]


def _csv_lines(reader: CsvReader, notes: _Notes) -> Iterator[str]:
    """The rows as CSV lines; the byte order mark tells spreadsheets that they are UTF-8."""
    line = io.StringIO()
    writer = csv.writer(line, delimiter=reader.delimiter)
    yield "\ufeff"
    at = 1
    for number, cells in _table(reader, notes):
        line.write("\r\n" * (number - at))
        writer.writerow(cells)
        yield line.getvalue()
        line.seek(0)
        line.truncate()
        at = number + 1


def _workbook(reader: WorkbookReader, notes: _Notes) -> Iterator[bytes]:
    with NamedTemporaryFile(dir=settings.SPOOL_DIR, suffix=".xlsx") as file:
        with Workbook(file.name, {"constant_memory": True, "tmpdir": str(settings.SPOOL_DIR)}) as book:
            text = book.add_format({"num_format": "@"})
            sheet: Worksheet = book.add_worksheet(NOT_IN_NAMES.sub(" ", reader.facts["sheet"])[:LONGEST_NAME])
            sheet.set_column(0, len(reader.header), 20, text)
            for number, cells in _table(reader, notes):
                for at, cell in enumerate(cells):
                    if isinstance(cell, NumericCell):
                        sheet.write_number(number - 1, at, float(cell))
                    elif cell:
                        sheet.write_string(number - 1, at, cell[:LONGEST_CELL], text)
        yield from file_blocks(Path(file.name))


def _json_pieces(text: JsonText, notes: _Notes) -> Iterator[str]:
    """The array, an object a line."""
    text.open_array()
    begin = "[\n"
    for number, value in enumerate(chain.from_iterable(text.runs()), 1):
        note = notes.upto(number)
        if isinstance(value, Repeated):
            members = value.pairs
        else:
            members = list(value.items()) if isinstance(value, dict) else [("value", value)]
        kept = [(key, member) for key, member in members if key != ERRORS_COLUMN]
        yield begin + json_object([(ERRORS_COLUMN, note), *kept] if note else kept)
        begin = ",\n"
    yield "\n]\n"
