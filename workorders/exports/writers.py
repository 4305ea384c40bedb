"""Writing codes to a file as CSV, JSON lines, a workbook or EPCIS events, as COPY gives them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone
from isal import isal_zlib

from portal.database.postgres_copy import BLOCK, ticking
from workorders.exports.columns import NUMBERS, Selection, cells_query, column_names, objects_query
from workorders.exports.epcis import events_query, write_events
from workorders.exports.survey import Survey
from workorders.models import Export
from workorders.rendering.text_sheet import TextSheet, workbook

MARK = b"\xef\xbb\xbf"  # tells spreadsheets that a CSV file is UTF-8
GZIP = 31  # the window bits that make zlib write gzip's frame
AS_IT_IS = r"(FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')"  # JSON holds neither of the two
BATCH = 1000  # rows of a workbook between two ticks

Tick = Callable[[int], None]
Writer = Callable[[Export, Selection, Survey, Path, Tick], None]
"""Writes the codes of a selection to a path, and tells how many are written."""


def write_csv(export: Export, selection: Selection, found: Survey, path: Path, tick: Tick) -> None:
    """Write CSV in UTF-8, lines ended by line feeds; a file for spreadsheets begins with a byte order mark."""
    guarded = export.neutralises_formulas
    has_others = found.has_other_keys
    query = cells_query(selection, found.keys, found.lookups, has_others=has_others, guarded=guarded)
    names = column_names(found.keys, has_others=has_others, guarded=guarded)
    header = (MARK if guarded else b"") + ",".join(names).encode() + b"\n"
    _write_blocks(export, path, header, _lines(f"COPY ({query}) TO STDOUT (FORMAT csv)", selection), tick)


def write_jsonl(export: Export, selection: Selection, found: Survey, path: Path, tick: Tick) -> None:
    """Write a JSON object a line, in UTF-8."""
    query = objects_query(selection, found.lookups)
    _write_blocks(export, path, b"", _lines(f"COPY ({query}) TO STDOUT {AS_IT_IS}", selection), tick)


def write_xlsx(export: Export, selection: Selection, found: Survey, path: Path, tick: Tick) -> None:
    """Write a workbook whose cells are texts, except for whole numbers."""
    query = cells_query(selection, found.keys, found.lookups)
    header = column_names(found.keys)
    numbers = [header.index(name) for name in NUMBERS]
    with workbook(path) as book, closing(_rows(f"COPY ({query}) TO STDOUT", selection)) as rows:
        sheet = TextSheet(book, "Codes", len(header))
        sheet.write(0, header)
        for at, row in enumerate(rows, 1):
            sheet.write(at, row, numbers)
            if at % BATCH == 0:
                tick(at)


def write_epcis(export: Export, selection: Selection, found: Survey, path: Path, tick: Tick) -> None:
    """Write an EPCIS 2.0 document in JSON-LD, an event a line."""
    created = f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}"
    with (
        path.open("wb") as out,
        closing(_rows(f"COPY ({events_query(selection)}) TO STDOUT", selection)) as rows,
        _compressed(out, export.is_gzipped) as write,
    ):
        for done, text in write_events(rows, created):
            write(text.encode())
            tick(min(done, found.codes))


WRITERS: dict[str, Writer] = {
    Export.Format.CSV: write_csv,
    Export.Format.JSONL: write_jsonl,
    Export.Format.XLSX: write_xlsx,
    Export.Format.EPCIS: write_epcis,
}


def _write_blocks(export: Export, path: Path, header: bytes, lines: Generator[bytes], tick: Tick) -> None:
    """Write the header and the lines, which are closed whatever happens: an open COPY would hold up the rollback."""
    with path.open("wb") as out, closing(lines), _compressed(out, export.is_gzipped) as write:
        write(header)
        for block in ticking(lines, tick):
            write(block)


@contextmanager
def _compressed(out: Any, is_gzipped: bool) -> Iterator[Callable[[bytes], object]]:
    """Give the function that writes to `out`, through gzip if it shall be so."""
    if not is_gzipped:
        yield out.write
        return
    deflate = isal_zlib.compressobj(1, isal_zlib.DEFLATED, GZIP)
    yield lambda block: out.write(deflate.compress(block))
    out.write(deflate.flush())


def _lines(statement: str, selection: Selection) -> Generator[bytes]:
    """Read what COPY gives, in blocks of whole lines."""
    pending = bytearray()
    with connection.cursor() as cursor, cursor.cursor.copy(statement, selection.values) as copy:
        for line in copy:
            pending += line
            if len(pending) >= BLOCK:
                yield bytes(pending)
                pending.clear()
    yield bytes(pending)


def _rows(statement: str, selection: Selection) -> Generator[tuple[str | None, ...]]:
    with connection.cursor() as cursor, cursor.cursor.copy(statement, selection.values) as copy:
        yield from copy.rows()
