"""Faults of single cells of a workbook, which its reader hands on with the rows."""

from __future__ import annotations

from typing import cast

from ingestion.errors.log import RowLog
from ingestion.readers.base import ERRORS_COLUMN, Batch, BrokenRow, CellFault, Trouble
from ingestion.readers.cells import Number
from ingestion.rules.column_mapping import LeftOut


def report_faults(batch: Batch, log: RowLog, key: str = "id", *, is_text: bool = False) -> None:
    """Report the faults of the batch's cells and put a BrokenRow for each of their rows.

    A cell that only shows its value in another form is warned of instead. Columns that are left out do not count.
    `key` is the column by which a row names its code, `is_text` whether its values are any texts, as of SCM fields.
    """
    key_at = batch.header.index(key) if key in batch.header else -1
    rows = cast("list[list[str]]", batch.rows)  # workbooks give lists
    for fault in batch.faults:
        name = batch.header[fault.at]
        if not _counts(fault, name, key):
            continue
        at = fault.row - batch.first
        row = rows[at]
        is_id = name == key and not is_text
        if fault.trouble is Trouble.FORM and name != "product" and not is_id:
            log.warn("shown_otherwise_warning", fault.row, name, fault.value, detail=fault.detail)
        elif not is_id or not isinstance(row[key_at] if row else "", Number):  # the rules of ids decide on a number
            identifier = row[key_at] if row and key_at >= 0 and name != key else ""
            log.add("invalid_row_error", fault.row, name, fault.value, detail=fault.detail, id=identifier)
            rows[at] = BrokenRow(row)


def _counts(fault: CellFault, name: str, key: str) -> bool:
    """Say whether the column is read at all, and the fault is one in it: only ids may not be shared by merged cells."""
    is_read = not isinstance(name, LeftOut) and name != ERRORS_COLUMN
    return is_read and (fault.trouble is not Trouble.KEY or name == key)
