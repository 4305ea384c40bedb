"""Reading a file by itself, without a record."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import IO, Any

from ingestion.errors.log import ErrorLog
from ingestion.readers.json_reader import JsonReader
from ingestion.readers.open import open_reader
from ingestion.readers.options import AS_IT_IS, ReadOptions
from ingestion.readers.xlsx_limits import WorkbookLimits
from ingestion.rules.change_file import ChangeFileRules
from ingestion.rules.column_mapping import map_batches
from ingestion.rules.defaults import Defaults, parse_defaults
from ingestion.rules.file import FileRules
from ingestion.rules.identifiers import RULES
from ingestion.rules.keys import ID, KEY_COLUMNS, rules_of
from ingestion.rules.limits import Limits

PRODUCTS = {"sku1": 1, "sku2": 2}
FIELDS = ["lot", "note", "pallet_number", "size"]  # that codes have already


def read(
    filetype: str,
    file: IO[bytes],
    log: ErrorLog,
    limits: WorkbookLimits | None = None,
    *,
    options: ReadOptions = AS_IT_IS,
    columns: Mapping[str, str] = MappingProxyType({}),
    rules: FileRules | None = None,
) -> None:
    """Read and check a file as the engine does. Raises UnreadableFile for one that is refused as a whole."""
    rules = rules or rules_of_codes(log)
    keys = KEY_COLUMNS if isinstance(rules, ChangeFileRules) else ("id",)
    reader = open_reader(file, filetype, log, options, columns=keys, limits=limits)
    if is_table := not isinstance(reader, JsonReader):
        columns = rules.columns_of(reader.header, columns)
        rules.check_table(reader, columns)
    end = reader.first_row
    for batch in map_batches(reader, columns, is_table=is_table):
        assert batch.first >= end, "rows are numbered upwards"
        end = batch.first + len(batch.rows)
        for identifier, row, _attributes, scm in rules.check(batch):
            assert batch.first <= row < end
            assert (identifier + (scm or "")).encode().count(b"\0") == 0
    rules.warn()


def rules_of_codes(log: ErrorLog, id_format: str = "default", *, shown_digits: bool = False) -> FileRules:
    """The rules of new codes of a company that declares no fields."""
    return FileRules(Limits(Defaults(), PRODUCTS, 100, RULES[id_format], shown_digits=shown_digits), log)


def rules_of_changes(log: ErrorLog, options: Mapping[str, Any]) -> FileRules:
    """The rules of changes, with `data_key`, `many` and `empty_marker` as the options say."""
    key = options.get("data_key", "") or ID
    defaults = parse_defaults({}, status=None, reason=None)
    limits = Limits(defaults, PRODUCTS, sys.maxsize, rules_of(key, options), bool(options.get("empty_marker")))
    return ChangeFileRules(limits, log, options, FIELDS)
