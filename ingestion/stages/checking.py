"""The first stage: open the file, check every row, and spool those that have a valid id."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from django.conf import settings

from ingestion.errors.unreadable import UnreadableFile
from ingestion.errors.warning_kinds import PREFIX_WARNING
from ingestion.models import IngestionRecord
from ingestion.readers.csv_reader import CsvReader
from ingestion.readers.json_reader import JsonReader
from ingestion.readers.open import Reader, open_reader
from ingestion.readers.options import ReadOptions
from ingestion.readers.unpack import Budget, check_digest
from ingestion.rules.column_mapping import map_batches, map_header
from ingestion.rules.file import FileRules
from ingestion.rules.keys import sought_columns
from ingestion.rules.limits import Limits, limits_for
from ingestion.stages.attempt import Attempt
from portal.background.worker_slots import take_slot
from portal.values.problems import say_problem
from workorders.codes.bulk_load import CodeSpool
from workorders.codes.url_prefixes import warn_of_prefix

MOST_BLANK_ROWS = 2_000_000  # besides one for each code, as line ends that were written twice make them


class RowSpool(Protocol):
    """Takes checked rows on their way into the database."""

    count: int

    def add(self, rows: Any, /) -> None: ...


Spool = TypeVar("Spool", bound=RowSpool)


def spool_codes(attempt: Attempt) -> CodeSpool:
    """Read and check all rows of the file; errors and warnings go to the attempt's log. Raises UnreadableFile."""

    def begin(first_row: int) -> CodeSpool:
        return CodeSpool(
            attempt.folder,
            company_id=attempt.record.company_id,
            workorder_id=attempt.destination.workorder_id,
            first_position=first_row,
        )

    rules = FileRules(_limits_of(attempt), attempt.log)
    spool = spool_rows(attempt, rules, begin)
    prefix = attempt.destination.url_prefix
    if said := warn_of_prefix(prefix):
        attempt.log.warn(PREFIX_WARNING, None, "", prefix, detail=said)
    for row, count in rules.blank_rows.runs():
        spool.skip(row, count)
    return spool


def _limits_of(attempt: Attempt) -> Limits:
    record, destination = attempt.record, attempt.destination
    are_active = destination.are_active
    return limits_for(record.company_id, record.parameters, destination.longest_id, are_active=are_active)


def spool_rows(attempt: Attempt, rules: FileRules, begin: Callable[[int], Spool]) -> Spool:
    """Pass the rows batch by batch from the reader through the rules to the spool, which begins at the first row.

    Errors and warnings go to the attempt's log. Raises UnreadableFile.
    """
    columns: Mapping[str, str] = attempt.record.parameters.get("columns", {})
    with _open_upload(attempt) as (reader, budget):
        if is_table := not isinstance(reader, JsonReader):
            columns = rules.columns_of(reader.header, columns)
            rules.check_table(reader, columns)
        header = map_header(reader.header, columns) if isinstance(reader, CsvReader) else ()
        if isinstance(reader, CsvReader | JsonReader) and rules.takes_clean_rows(header):
            reader.take_clean_rows()
        spool = begin(reader.first_row)
        size = rules.limits.defaults.scm_size
        for batch in map_batches(reader, columns, is_table=is_table):
            spool.add(rules.check_many(batch))
            attempt.rows = batch.first + len(batch.rows) - reader.first_row
            budget.spend(len(batch.rows) * size)
            _refuse_outgrown(rules.blank_rows.count, spool.count, spool.count * size)
            attempt.pulse.tick(attempt.rows)
    rules.warn()
    return spool


@contextmanager
def _open_upload(attempt: Attempt) -> Iterator[tuple[Reader, Budget]]:
    """Open the record's file, and check its digest if the upload gave one.

    The budget also takes what the default values add to the file. Raises UnreadableFile.
    """
    record, pulse = attempt.record, attempt.pulse
    with attempt.open_file() as file:
        pulse.enter(record.Phase.CHECKING, None)
        if digest := record.parameters.get("sha256"):
            check_digest(file, digest)
        budget = Budget(lambda: _continue_as_long_work(record), attempt.most_seconds)
        options, sought = ReadOptions.of(record.parameters), sought_columns(record)
        reader = open_reader(file, record.filetype, attempt.log, options, columns=sought, budget=budget)
        attempt.facts = reader.facts
        pulse.enter(record.Phase.CHECKING, reader.rows_expected)
        yield reader, budget


def _continue_as_long_work(record: IngestionRecord) -> None:
    """Take a worker slot for long work, or put the record back into the queue: its file unpacked to much."""
    if not take_slot():
        record.put_back(is_long=True)


def _refuse_outgrown(blank_rows: int, codes: int, size_of_defaults: int) -> None:
    """Raise UnreadableFile when blank rows or default values make far more of the file than was uploaded."""
    if blank_rows > MOST_BLANK_ROWS + codes:
        raise UnreadableFile(say_problem("{count:,} of its rows are blank; delete those.", count=blank_rows))
    if size_of_defaults > settings.MAX_UNPACKED_BYTES:
        raise UnreadableFile(
            say_problem(
                "With its default values it becomes larger than {most:,} bytes; upload it in parts.",
                most=settings.MAX_UNPACKED_BYTES,
            )
        )
