"""One ingestion from claim to end: check the whole file, then store all of its codes or all of its errors.

A crash at any moment leaves only a lease that runs out; the record then goes back to the queue and the ingestion begins
anew. The attempt's number guards the commit, so a worker that is taken for dead cannot end the record.
"""

from __future__ import annotations

from collections.abc import Callable

from ingestion.errors.unreadable import UnreadableFile
from ingestion.models import IngestionRecord
from ingestion.stages.attempt import Attempt, begin_attempt
from ingestion.stages.changing import change_codes, find_repeated_keys, spool_changes
from ingestion.stages.checking import spool_codes
from ingestion.stages.ending import give_up, store_errors
from ingestion.stages.loading import check_destination, find_repeats, load_codes, log_used_ids
from ingestion.stages.selected import change_selected
from ingestion.stages.undoing import undo_change
from portal.background.pulse import Pulse, perform


def run(record_id: int) -> None:
    """Process a queued record to its end; do nothing when it is not queued, so a message may come twice."""
    record = IngestionRecord.claim(record_id, IngestionRecord.Phase.CHECKING)
    if record is not None:
        perform(record, lambda pulse: _process(record, pulse), lambda _reason: give_up(record))


def _process(record: IngestionRecord, pulse: Pulse) -> None:
    with begin_attempt(record, pulse) as attempt:
        try:
            has_completed = _work_of(record)(attempt)
        except UnreadableFile as problem:
            attempt.log.add("invalid_file_error", None, "", "", detail=str(problem))
            has_completed = False
        if not has_completed:
            store_errors(attempt)


def _work_of(record: IngestionRecord) -> Callable[[Attempt], bool]:
    """Return what a record of this kind does; it completes the record, or returns False and leaves errors in the log.

    It raises UnreadableFile for a file that cannot be read as a whole.
    """
    if record.type == IngestionRecord.Type.CODE:
        return _create_codes
    if "undoes" in record.parameters:
        return undo_change
    return change_selected if "constraints" in record.parameters else _change_codes


def _create_codes(attempt: Attempt) -> bool:
    """Check the whole file and create its codes."""
    spool = spool_codes(attempt)
    find_repeats(attempt, spool)
    check_destination(attempt, spool)
    if not attempt.log.counts and load_codes(attempt, spool):
        return True
    log_used_ids(attempt, spool)
    return False


def _change_codes(attempt: Attempt) -> bool:
    """Check the whole file and change its codes."""
    changes = spool_changes(attempt)
    find_repeated_keys(attempt, changes)
    return change_codes(attempt, changes)
