"""The uploaded rows with their errors beside them, to be corrected and uploaded again.

Rows keep their numbers. The errors stand in a column of their own, which says nothing when it is uploaded.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path, PurePath
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.conf import settings
from xlsxwriter import Workbook

from ingestion.fields import ERRORS_COLUMN
from ingestion.models import IngestionRecord
from ingestion.readers.base import BrokenRow, is_blank
from ingestion.readers.csv_reader import CsvReader
from ingestion.readers.json_reader import JsonReader
from ingestion.readers.json_text import WHITE_SPACE, JsonText, members_of
from ingestion.readers.open import open_reader
from ingestion.readers.spreadsheet_cells import escaped, escaped_line
from ingestion.readers.unpack import unpacked
from ingestion.readers.xlsx_reader import WorkbookReader
from ingestion.readers.xlsx_sheet import MOST_ROWS
from ingestion.results.xlsx_writer import SheetWriter
from portal.database.postgres_copy import BLOCK, file_blocks
from portal.storage.base import storage

Told = tuple[int, str, str]
"""Row, column and message of an error."""

NO_ERROR = "no error"
LONE_BYTE = re.compile(r"(?<!\\u[dD][89abAB][0-9a-fA-F]{2})[\udc80-\udcff]")
MOST_NOTES = 10  # errors told beside one row
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
    errors = record.errors.exclude(row=None).order_by("row", "pk").iterator(chunk_size=5000)
    told = ((error.row or 0, error.column, error.message) for error in errors)
    with storage().open(record.file_path) as file:
        yield from given_back(file, record.filetype, record.parameters.get("delimiter", ""), told)


def given_back(file: IO[bytes], filetype: str, delimiter: str, errors: Iterable[Told]) -> Iterator[bytes]:
    """The rows of an uploaded file with their errors, which come in the order of their rows.

    Read again as it is, it is refused for the same rows, columns and values, and its good rows are the same: a cell
    that could be read is given back with its value, and what could not stays as unreadable as it was.
    """
    notes = _Notes(errors)
    if filetype == IngestionRecord.Filetype.JSON:
        text = JsonText(unpacked(file)[0])
        yield from _joined(_json_pieces(text, notes), lambda json_: _encoded(json_, text.encoding))
        return
    column = "" if filetype == IngestionRecord.Filetype.XLSX else "id"
    reader = open_reader(file, filetype, _Deaf(), delimiter, column=column)
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
    """The errors of a file as texts, row by row."""

    def __init__(self, errors: Iterable[Told]) -> None:
        self._rows = groupby(errors, key=itemgetter(0))
        self._next = next(self._rows, None)

    def upto(self, row: int) -> str:
        """What is wrong with `row`, and with the rows before it that nobody asked about, as the header."""
        texts: list[str] = []
        more = 0
        while self._next and self._next[0] <= row:
            for at, column, said in self._next[1]:
                if len(texts) < MOST_NOTES:
                    where = f"row {at}, " if at != row else ""
                    texts.append(f"{where}{column or 'row'}: {said}")
                else:
                    more += 1
            self._next = next(self._rows, None)
        return " | ".join(texts) + (f" | and {more:,} more" if more else "")


def _joined(pieces: Iterable[str], encode: Callable[[str], bytes] = str.encode) -> Iterator[bytes]:
    """Texts as blocks of bytes."""
    pending: list[str] = []
    size = 0
    for piece in pieces:
        pending.append(piece)
        size += len(piece)
        if size >= BLOCK:
            yield encode("".join(pending))
            pending, size = [], 0
    yield encode("".join(pending))


def _csv_lines(reader: CsvReader, notes: _Notes) -> Iterator[str]:
    """The rows as CSV lines, each cell in quotes; the byte order mark tells spreadsheets that they are UTF-8.

    A row that cannot be told apart into cells is given back as its line is, so that it stays as broken as it was. Such
    a line may leave a quote open: what stands in the next row's first cell then keeps the two apart.
    """
    yield "\ufeff"
    delimiter, at, is_open = reader.delimiter, 1, False
    if reader.said_row:
        yield "\r\n" * (reader.said_row - 1) + f"sep={delimiter}\r\n"
        at = reader.said_row + 1
    for number, row in _rows(reader):
        note = notes.upto(number) if number > reader.header_row else ERRORS_COLUMN
        begin = "\r\n" * (number - at) + _quoted(note or (NO_ERROR if is_open else ""))
        is_open = isinstance(row, BrokenRow) and not row.cells
        if is_open and isinstance(row, BrokenRow):
            yield f"{begin}{delimiter}{escaped_line(row.line)}\r\n"
        else:
            yield delimiter.join([begin, *map(_quoted, row.cells if isinstance(row, BrokenRow) else row)]) + "\r\n"
        at = number + 1


def _quoted(cell: str) -> str:
    """A cell as CSV has it, in which no spreadsheet finds a formula, whatever it takes for a delimiter."""
    return '"' + escaped(cell).replace('"', '""') + '"'


def _rows(reader: CsvReader) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of the header and every row below it that is not blank, without our errors in front of them."""
    first = 1 if reader.header[0] == ERRORS_COLUMN else 0
    yield reader.header_row, [*reader.header[first:]]
    for batch in reader:
        for number, row in enumerate(batch.rows, batch.first):
            if isinstance(row, BrokenRow):
                yield number, BrokenRow(row.cells[first:], row.line)
            elif not is_blank(row):
                yield number, row[first:]


def _workbook(reader: WorkbookReader, notes: _Notes) -> Iterator[bytes]:
    """The header and every row below it that is not blank; our errors come first, where no row is too short for them.

    A column of errors that was uploaded is left out.
    """
    kept = [at for at, name in enumerate(reader.header) if name != ERRORS_COLUMN]
    with NamedTemporaryFile(dir=settings.SPOOL_DIR, suffix=".xlsx") as file:
        with Workbook(file.name, {"constant_memory": True, "tmpdir": str(settings.SPOOL_DIR)}) as book:
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


def _json_pieces(text: JsonText, notes: _Notes) -> Iterator[str]:
    """The array, a value a line, each as its text was but for the errors, which come first in an object.

    What is no object has no place for errors; the next object tells them.
    """
    text.open_array()
    begin = "\ufeff[\n" if text.encoding == "UTF-16" else "[\n"
    for number, (value, written) in enumerate(text.texts(), 1):
        yield begin + (_json_line(value, written, notes.upto(number)) if isinstance(value, dict) else written)
        begin = ",\n"
    yield "\n]\n"


def _encoded(text: str, encoding: str) -> bytes:
    """JSON text in the encoding of its file, in which what is wrong with its characters stays so.

    In UTF-8, a byte that is no character becomes the escape of a lone surrogate, which is refused in the same way. It
    cannot be behind the escape of half of a pair, whose other half it would become.
    """
    if encoding == "UTF-16":
        return text.encode("utf-16-le", "surrogatepass")
    return (text if text.isascii() else LONE_BYTE.sub(_escape, text)).encode(errors="surrogateescape")


def _escape(character: re.Match[str]) -> str:
    return f"\\u{ord(character[0]):04x}"


def _json_line(value: dict[str, Any], written: str, note: str) -> str:
    """The text of an object, with `note` as its errors instead of those that it has."""
    if ERRORS_COLUMN in value:
        written = f"{{{', '.join(member for key, member in members_of(written) if key != ERRORS_COLUMN)}}}"
    if not note:
        return written
    rest = written[1:].lstrip(WHITE_SPACE)
    return f"{{{json.dumps(ERRORS_COLUMN)}: {json.dumps(note)}{'' if rest == '}' else ', '}{rest}"
