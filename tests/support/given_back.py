"""Rows that are given back, read again."""

from __future__ import annotations

import io
import re
from typing import Any

from ingestion.errors.kinds import KINDS, in_full
from ingestion.errors.log import RowLog
from ingestion.errors.text import shown
from ingestion.errors.unreadable import UnreadableFile
from ingestion.readers.json_reader import JsonReader
from ingestion.readers.open import open_reader
from ingestion.readers.options import ReadOptions
from ingestion.results.errors_beside_rows import add_errors_to_rows
from ingestion.rules.column_mapping import map_batches, map_header
from ingestion.rules.defaults import Defaults
from ingestion.rules.file import FileRules
from ingestion.rules.identifiers import RULES
from ingestion.rules.limits import Limits

HALF = re.compile("[\ud800-\udfff]")
UNHELD = dict.fromkeys(["NaN", "#SPILL!", "08:05:00", "2026-13-01"], "#VALUE!")  # in a workbook that we write
UNHELD["2957004"] = "2958466"  # the same day, which is none, counted from 1900

LIMITS = Limits(Defaults(), {"sku1": 1, "sku2": 2}, 100, RULES["default"])


def check(data: bytes, filetype: str, columns: dict[str, str] | None = None, **options: Any) -> Found:
    """Read and check a file as the engine does. Raises UnreadableFile for one that is refused as a whole."""
    found = Found()
    rules = FileRules(LIMITS, found)
    reader = open_reader(io.BytesIO(data), filetype, found, ReadOptions.of(options))
    is_table = not isinstance(reader, JsonReader)
    if not isinstance(reader, JsonReader):
        rules.check_header(map_header(reader.header, columns or {}), reader.header_row)
    for batch in map_batches(reader, columns or {}, is_table=is_table):
        found.codes += rules.check(batch)
    rules.warn()
    found.errors.sort(key=lambda error: (error[0] or 0, *error[1:]))
    found.told.sort()
    return found


def assert_stays(data: bytes, filetype: str, **options: Any) -> bool:
    """Whether the file is refused for its rows; if so, it is refused for the same when it is given back, and again."""
    try:
        first = check(data, filetype, **options)
    except UnreadableFile:
        return False
    if not first.errors:
        return False
    before, found = data, first
    for _round in range(2):
        told = iter(found.told)
        again = b"".join(add_errors_to_rows(io.BytesIO(before), filetype, ReadOptions.of(options), told))
        try:
            found = check(again, filetype, **options)
        except UnreadableFile as refusal:
            raise AssertionError(f"{refusal}\n{data!r}\n{again!r}") from refusal
        assert (seen(found, filetype), found.codes) == (seen(first, filetype), first.codes), f"{data!r}\n{again!r}"
        before = again
    return True


class Found(RowLog):
    """What was found in a file: its errors, and the codes of its rows."""

    def __init__(self) -> None:
        self.errors: list[tuple[int | None, str, str, str]] = []
        self.told: list[tuple[int, str, str]] = []
        self.codes: list[Any] = []

    def add(self, kind: str, row: int | None, column: str, value: str, *, detail: str = "", id: str = "") -> None:  # noqa: A002
        self.errors.append((row, kind, column, value))
        self.told.append((row or 0, shown(column), in_full(KINDS[kind], detail)))

    def warn(self, *_what: Any, **_details: Any) -> None:
        """Warnings are not compared."""


def seen(found: Found, filetype: str) -> list[tuple[int | None, str, str, str]]:
    """The errors that were found, of a workbook with what it can hold of their values."""
    if filetype != "xlsx":
        return found.errors
    return [
        (row, kind, HALF.sub("\ufffd", column), HALF.sub("\ufffd", UNHELD.get(value, value)))
        for row, kind, column, value in found.errors
    ]
