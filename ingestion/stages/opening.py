"""The first stage: open the uploaded file with the reader of its type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ingestion.models import IngestionRecord
from ingestion.readers.open import Reader, open_reader
from ingestion.readers.unpack import Budget, check_digest
from ingestion.stages.attempt import Attempt
from portal.background.worker_slots import take_slot
from portal.storage.base import storage

Filetype = IngestionRecord.Filetype


@contextmanager
def open_upload(attempt: Attempt) -> Iterator[tuple[Reader, Budget]]:
    """Open the record's file, and check its digest if the upload gave one.

    The budget also takes what the default values add to the file. Raises UnreadableFile.
    """
    record, pulse = attempt.record, attempt.pulse
    columns: dict[str, str] = record.parameters.get("columns", {})
    with storage().open(record.file_path) as file:
        pulse.enter(record.Phase.CHECKING, None)
        if digest := record.parameters.get("sha256"):
            check_digest(file, digest)
        budget = Budget(lambda: _continue_as_long_work(record))
        # A column of a workbook may become `id` by the upload's mapping, which the reader does not know.
        column = "" if record.filetype == Filetype.XLSX and "id" in columns.values() else "id"
        delimiter = record.parameters.get("delimiter", "")
        reader = open_reader(file, record.filetype, attempt.log, delimiter, column=column, budget=budget)
        attempt.facts = reader.facts
        pulse.enter(record.Phase.CHECKING, reader.rows_expected)
        yield reader, budget


def _continue_as_long_work(record: IngestionRecord) -> None:
    """Take a worker slot for long work, or put the record back into the queue: its file unpacked to much."""
    if not take_slot():
        record.put_back(is_long=True)
