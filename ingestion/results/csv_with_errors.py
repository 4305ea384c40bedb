"""Writing the rows of a CSV file with their errors."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.readers.base import ERRORS_COLUMN, BrokenRow, is_blank
from ingestion.readers.csv_reader import CsvReader
from ingestion.readers.spreadsheet_cells import escaped, escaped_line
from ingestion.results.blocks import join_blocks
from ingestion.results.error_notes import ErrorNotes

NO_ERROR = "no error"


def csv_blocks(reader: CsvReader, notes: ErrorNotes) -> Iterator[bytes]:
    """Write the rows of a CSV file with their notes."""
    return join_blocks(_lines(reader, notes))


def _lines(reader: CsvReader, notes: ErrorNotes) -> Iterator[str]:
    """Yield the rows as CSV lines, each cell in quotes; the byte order mark tells spreadsheets that they are UTF-8.

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
    """Quote a cell, so that no spreadsheet finds a formula in it, whatever it takes for a delimiter."""
    return '"' + escaped(cell).replace('"', '""') + '"'


def _rows(reader: CsvReader) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of the header and of each row that is not blank, without an earlier column of errors."""
    first = 1 if reader.header[0] == ERRORS_COLUMN else 0
    yield reader.header_row, [*reader.header[first:]]
    for batch in reader:
        for number, row in enumerate(batch.rows, batch.first):
            if isinstance(row, BrokenRow):
                yield number, BrokenRow(row.cells[first:], row.line)
            elif not is_blank(row):
                yield number, row[first:]
