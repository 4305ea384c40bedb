"""The stage that loads the codes into their workorder and completes the record, in one transaction."""

from __future__ import annotations

from ingestion.errors.warning_kinds import ALIKE_WARNING
from ingestion.models import IngestionRecord
from ingestion.stages.attempt import Attempt
from ingestion.stages.ending import end_record
from portal.database.constraints import Violation, savepoint
from workorders.codes.bulk_load import CodeSpool
from workorders.codes.taken_ids import CODE_TAKEN
from workorders.codes.warnings import find_alike_ids
from workorders.secure.uploads import NotTaken

MOST_COMPARED = 100_000  # codes of a workorder whose ids are compared without case; of more, images tell

Status, Phase = IngestionRecord.Status, IngestionRecord.Phase


def check_destination(attempt: Attempt, spool: CodeSpool) -> None:
    """Report the reason if the destination does not take so many codes."""
    if reason := attempt.destination.refusal(spool.count):
        _log_refusal(attempt, reason)


def load_codes(attempt: Attempt, spool: CodeSpool) -> bool:
    """Commit the codes with the record's end; return False, and store nothing, when an id is taken.

    What the destination refuses meanwhile is reported, and gives False too.
    """
    if spool.sample_is_taken():
        return False
    attempt.pulse.enter(Phase.CREATING, spool.count)
    try:
        with savepoint(CODE_TAKEN):
            workorder = attempt.destination.load(spool, attempt.pulse.tick)
            if workorder.codes_count <= MOST_COMPARED and (alike := find_alike_ids(workorder)):
                attempt.log.warn(ALIKE_WARNING, None, "id", "", detail=f"{alike}.")
            result = {"codes_created": spool.count, "duplicates_ignored": attempt.repeats}
            end_record(attempt, Status.COMPLETED, spool.count, workorder=workorder, result_data=result)
    except NotTaken as reason:
        _log_refusal(attempt, str(reason))
        return False
    except Violation:
        return False
    return True


def _log_refusal(attempt: Attempt, reason: str) -> None:
    attempt.log.add(attempt.destination.error, None, "", "", detail=reason)
