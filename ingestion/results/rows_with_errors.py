"""The rows of a refused upload with their errors beside them, to be corrected and uploaded again.

Rows keep their numbers. The errors stand in a column of their own, which says nothing when it is uploaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from ingestion.models import IngestionRecord
from ingestion.readers.options import ReadOptions
from ingestion.results.errors_beside_rows import add_errors_to_rows
from ingestion.rules.keys import key_columns
from ingestion.services import is_kept
from portal.storage.base import storage

UNREAD = {"invalid_file_error", "internal_error"}
ABOUT_NO_ROW = UNREAD | {"workorder_error", "url_prefix_error"}


def has_rows_with_errors(record: IngestionRecord) -> bool:
    """Say whether the record's rows can be returned: it was refused for its rows, and its file is there."""
    return (
        record.status == IngestionRecord.Status.ERROR
        and record.has_file
        and UNREAD.isdisjoint(record.error_counts)
        and not ABOUT_NO_ROW.issuperset(record.error_counts)
        and is_kept(record)
    )


def rows_with_errors_name(record: IngestionRecord) -> str:
    """Return a file name for the rows, after the uploaded one; gzip is not used again."""
    return f"{PurePath(record.file_name or record.key).name.split('.')[0]}-with-errors.{record.filetype}"


def stream_rows_with_errors(record: IngestionRecord) -> Iterator[bytes]:
    """Yield the file of the rows with their errors, in the type of the upload, as blocks of bytes."""
    errors = record.errors.exclude(row=None).order_by("row", "pk").iterator(chunk_size=5000)
    told = ((error.row or 0, error.column, error.message) for error in errors)
    with storage().open(record.file_path) as file:
        options = ReadOptions.of(record.parameters)
        yield from add_errors_to_rows(file, record.filetype, options, told, key_columns(record))
