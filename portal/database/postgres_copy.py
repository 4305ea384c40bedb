"""Bulk loading by PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from psycopg import sql

BLOCK = 256 * 1024  # bytes handed to the server at a time


def file_blocks(path: Path) -> Iterable[bytes]:
    """The bytes of the file at `path`, a block at a time."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def ticking(blocks: Iterable[bytes], tick: Callable[[int], None]) -> Iterator[bytes]:
    """Yield the same blocks, and tell `tick` after each how many lines have gone by."""
    lines = 0
    for block in blocks:
        yield block
        lines += block.count(b"\n")
        tick(lines)


def copy_blocks(cursor: Any, table: str, columns: Sequence[str], blocks: Iterable[bytes]) -> None:
    """Load `blocks`, together in COPY's text format, into `columns` of `table`; cursor and errors are Django's."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with cursor.db.wrap_database_errors, cursor.cursor.copy(statement) as copy:
        for block in blocks:
            copy.write(block)
