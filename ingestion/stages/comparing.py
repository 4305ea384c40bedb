"""The stages that compare ids: with the others of the file, and with those that the company has used."""

from __future__ import annotations

from django.db import transaction

from ingestion.errors.unreadable import UnreadableFile
from ingestion.models import IngestionRecord
from ingestion.stages.attempt import Attempt
from workorders.codes.bulk_load import CodeSpool

Phase = IngestionRecord.Phase


def find_repeats(attempt: Attempt, spool: CodeSpool) -> None:
    """Report every id that stands in the file twice, or skip its later rows if the upload allows that.

    Raises UnreadableFile when the file has no row at all.
    """
    are_ignored = attempt.record.parameters["allow_posted_duplicates"]

    def take_repeat(identifier: str, row: int, first_row: int) -> None:
        if are_ignored:
            attempt.repeats += 1
            spool.skip(row)
        else:
            _log_duplicate(attempt, identifier, row, f"It stands in row {first_row:,} of the file.")

    attempt.pulse.enter(Phase.SORTING, spool.count)
    spool.find_repeats(take_repeat, attempt.pulse.tick)
    if not spool.count and not attempt.log.counts:
        raise UnreadableFile("It has a header and no rows.")


def log_used_ids(attempt: Attempt, spool: CodeSpool) -> None:
    """Report every row whose id the company has used before."""
    attempt.pulse.enter(Phase.SORTING, spool.count)
    with transaction.atomic():
        for identifier, row in spool.taken(attempt.pulse.tick):
            _log_duplicate(attempt, identifier, row, "An earlier upload of the company used it.")
            attempt.pulse.check()
    if not attempt.log.counts:
        raise RuntimeError("The database refused the codes, yet none of their ids is taken")


def _log_duplicate(attempt: Attempt, identifier: str, row: int, detail: str) -> None:
    attempt.log.add("duplicate_id_error", row, "id", identifier, detail=detail, id=identifier)
