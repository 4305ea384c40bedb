"""The second stage: compare ids, load the codes into their workorder and end the record, in one transaction."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from ingestion.errors.unreadable import UnreadableFile
from ingestion.errors.warning_kinds import ALIKE_WARNING
from ingestion.models import IngestionRecord
from ingestion.rules.remembered_names import remember_names
from ingestion.stages.attempt import Attempt
from ingestion.stages.ending import end_record
from portal.database.constraints import Violation, savepoint
from portal.values.problems import say_problem
from workorders.codes.bulk_load import CODE_TAKEN, CodeSpool
from workorders.codes.warnings import find_alike_ids
from workorders.models import Workorder
from workorders.secure.uploads import NotTaken

MOST_COMPARED = 100_000  # codes of a workorder whose ids are compared without case; of more, images tell

Status, Phase = IngestionRecord.Status, IngestionRecord.Phase


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
            _log_duplicate(
                attempt,
                identifier,
                row,
                say_problem("It stands in row {row:,} of the file.", row=first_row),
            )

    attempt.pulse.enter(Phase.SORTING, spool.count)
    spool.find_repeats(take_repeat, attempt.pulse.tick)
    if not spool.count and not attempt.log.counts:
        raise UnreadableFile(say_problem("It has a header and no rows."))


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
            if alike := _alike_ids(workorder, spool):
                attempt.log.warn(ALIKE_WARNING, None, "id", "", detail=f"{alike}.")
            result = {"codes_created": spool.count, "duplicates_ignored": attempt.repeats}
            end_record(attempt, Status.COMPLETED, spool.count, workorder=workorder, result_data=result)
            names = attempt.record.parameters.get("columns", {})
            transaction.on_commit(partial(remember_names, attempt.record.company_id, names), robust=True)
    except NotTaken as reason:
        _log_refusal(attempt, str(reason))
        return False
    except Violation:
        return False
    return True


def _alike_ids(workorder: Workorder, spool: CodeSpool) -> str:
    """Name ids of the workorder that differ in letter case alone; the table is asked where there are such, or others.

    It is asked in the load's own transaction, when the server knows nothing of the new codes yet.
    """
    if workorder.codes_count > MOST_COMPARED:
        return ""
    has_others = workorder.codes_count > spool.count
    return find_alike_ids(workorder) if has_others or spool.has_alike_ids() else ""


def log_used_ids(attempt: Attempt, spool: CodeSpool) -> None:
    """Report every row whose id the company has used before."""
    attempt.pulse.enter(Phase.SORTING, spool.count)
    with transaction.atomic():
        for identifier, row in spool.taken(attempt.pulse.tick):
            _log_duplicate(attempt, identifier, row, say_problem("An earlier upload of the company used it."))
            attempt.pulse.check()
    if not attempt.log.counts:
        raise RuntimeError("The database refused the codes, yet none of their ids is taken")


def _log_duplicate(attempt: Attempt, identifier: str, row: int, detail: str) -> None:
    attempt.log.add("duplicate_id_error", row, "id", identifier, detail=detail, id=identifier)


def _log_refusal(attempt: Attempt, reason: str) -> None:
    attempt.log.add(attempt.destination.error, None, "", "", detail=reason)
