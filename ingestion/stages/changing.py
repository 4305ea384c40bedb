"""The stages of a file that changes codes: check its rows, find their codes, and change all of them or none."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from ingestion.errors.unreadable import UnreadableFile
from ingestion.errors.warning_kinds import NO_CHANGE_WARNING
from ingestion.models import IngestionRecord
from ingestion.rules.change_file import ChangeFileRules, change_limits
from ingestion.rules.keys import ID, unescaped
from ingestion.stages.attempt import Attempt
from ingestion.stages.checking import spool_rows
from ingestion.stages.ending import end_record
from portal.background.worker_slots import take_slot
from portal.values.problems import say_problem
from workorders.changes import keys
from workorders.changes.apply import Overtaken, Problem, apply_posted, begin_change, find_problems, lock_posted
from workorders.changes.spool import ChangeSpool
from workorders.changes.values import ScmFields
from workorders.codes.fields import MOST_SCM_FIELDS, reserved
from workorders.codes.scm_fields import known_fields
from workorders.models import ActivationStatus

FINAL = say_problem("Its workorder was cancelled, which blacklisted it for good.")
MOST_TRIES = 5  # at changes that others overtake; all but the first lock the codes before they are compared
LONG = 30_000  # codes, as many as a small file may have

Status, Phase = IngestionRecord.Status, IngestionRecord.Phase


class _NoSlot(Exception):  # noqa: N818  # an event, not a fault
    """So many codes are to be changed that the work has to wait for a worker slot."""


@dataclass
class Changes:
    """The changes of one file: `key` is what names their codes, `column` where it stands in the file."""

    spool: ChangeSpool
    key: str
    column: str
    first_row: int
    scm: ScmFields


def spool_changes(attempt: Attempt) -> Changes:
    """Read and check all rows of the file; errors and warnings go to the attempt's log. Raises UnreadableFile."""
    record = attempt.record
    limits, fields = change_limits(record.company_id, record.parameters), known_fields(record.company)
    rules = ChangeFileRules(limits, attempt.log, record.parameters, fields)
    first_rows: list[int] = []

    def begin(first_row: int) -> ChangeSpool:
        first_rows.append(first_row)
        return ChangeSpool(attempt.folder, first_position=first_row)

    spool = spool_rows(attempt, rules, begin)
    return Changes(
        spool, rules.key, rules.key_column, first_rows[0], ScmFields((*sorted(rules.scm_names),), spool.removes)
    )


def find_repeated_keys(attempt: Attempt, changes: Changes) -> None:
    """Report every key that stands in the file twice. Raises UnreadableFile when the file has no row at all."""
    attempt.pulse.enter(Phase.SORTING, changes.spool.count)
    changes.spool.find_repeats(
        lambda key, row, first: _report_repeat(
            attempt, changes, row, key, say_problem("It stands in row {row:,} of the file.", row=first)
        ),
        attempt.pulse.tick,
    )
    if not changes.spool.count and not attempt.log.counts:
        raise UnreadableFile(say_problem("It has a header and no rows."))


def change_codes(attempt: Attempt, changes: Changes) -> bool:
    """Commit the changes with the record's end; return False, and change nothing, when the log holds errors.

    Others may change the same codes meanwhile. Then it is all done again, with the codes locked first.
    """
    for number in range(MOST_TRIES):
        try:
            with transaction.atomic():
                return _change(attempt, changes, is_again=number > 0)
        except Overtaken:
            continue
        except _NoSlot:
            attempt.record.put_back(is_long=True)
    raise RuntimeError("Other changes overtook this one again and again")


def _change(attempt: Attempt, changes: Changes, *, is_again: bool) -> bool:
    record, pulse = attempt.record, attempt.pulse
    pulse.enter(Phase.COMPARING, changes.spool.count)
    changes.spool.post(pulse.tick)
    if changes.key != ID:
        _find_codes(attempt, changes)
    wanted = changes.spool.count if changes.key == ID else keys.count_found()
    if attempt.most_codes is not None and wanted > attempt.most_codes:
        raise UnreadableFile(
            say_problem(
                "It names {count:,} codes; {most:,} at most. Change them by a file.",
                count=wanted,
                most=attempt.most_codes,
            )
        )
    if wanted > LONG and not take_slot():
        raise _NoSlot
    if is_again:
        lock_posted(record.company)
    unchanged, first = _compare(attempt, changes, wanted)
    if attempt.log.counts:
        return False
    pulse.enter(Phase.CHANGING, wanted - unchanged)
    change = begin_change(record.company, attempt.origin, record.created_by, record_key=record.key)
    changed = apply_posted(change, changes.scm, wanted - unchanged)
    if first is not None:
        attempt.log.warn(NO_CHANGE_WARNING, first.position, changes.column, first.key, count=unchanged)
    result = {"codes_affected": changed, "codes_unchanged": unchanged}
    end_record(attempt, Status.COMPLETED, changes.spool.count, result_data=result)
    return True


def _find_codes(attempt: Attempt, changes: Changes) -> None:
    """Find the codes that the posted keys name, and report the keys that name none, or too many."""
    many = bool(attempt.record.parameters.get("many"))
    for found in keys.find_codes(attempt.record.company, changes.key, changes.first_row, many=many):
        if found.kind == "repeated":
            _report_repeat(attempt, changes, found.position, found.key, found.detail)
        else:
            kind = "code_not_found_error" if found.kind == "missing" else "ambiguous_key_error"
            attempt.log.add(kind, found.position, changes.column, found.key, detail=found.detail, id=found.key)
        attempt.pulse.check()


def _compare(attempt: Attempt, changes: Changes, wanted: int) -> tuple[int, Problem | None]:
    """Report what the codes forbid. Return how many have their values already, and the first row of those."""
    unchanged, first = 0, None
    by_row = changes.key != ID
    for problem in find_problems(attempt.record.company, wanted, changes.scm, changes.first_row, by_position=by_row):
        if problem.kind == "same":
            unchanged += problem.codes
            first = problem if first is None else min(first, problem)
        else:
            _report(attempt, changes, problem)
        attempt.pulse.check()
    return unchanged, first


def _report(attempt: Attempt, changes: Changes, problem: Problem) -> None:
    """Report what forbids the change of a row."""
    log, row, key = attempt.log, problem.position, problem.key
    which = (
        ""
        if changes.key == ID
        else " "
        + say_problem("It is so with {codes:,} of its codes, {key} is one of them.", codes=problem.codes, key=key)
    )
    if problem.kind == "missing":
        log.add("code_not_found_error", row, changes.column, key, id=key)
    elif problem.kind == "contradiction":
        value = str(problem.reason)
        detail = say_problem(
            "A blacklist reason goes with activation status 2 (blacklisted) alone, which neither the "
            "row nor the code has."
        )
        log.add("invalid_scm_field_error", row, "blacklist_reason", value, detail=detail + which, id=key)
    elif problem.kind == "reserved" and problem.reason is not None:
        detail = f"{reserved(problem.reason)}{which}"
        log.add("invalid_scm_field_error", row, "blacklist_reason", str(problem.reason), detail=detail, id=key)
    elif problem.kind == "archived":
        detail = say_problem("The product is hidden, and the code has another one.") + which
        log.add("product_not_found_error", row, "product", problem.sku or "", detail=detail, id=key)
    elif problem.kind == "full":
        detail = (
            say_problem(
                "The code would have more than {most:,} SCM fields, the most that a code has.", most=MOST_SCM_FIELDS
            )
            + which
        )
        log.add("invalid_scm_field_error", row, "", "", detail=detail, id=key)
    elif problem.status in (None, ActivationStatus.BLACKLISTED):  # it stays blacklisted, but for another reason
        log.add("invalid_scm_field_error", row, "blacklist_reason", str(problem.reason), detail=FINAL + which, id=key)
    else:
        value = str(problem.status)
        log.add("invalid_activation_status_error", row, "activation_status", value, detail=FINAL + which, id=key)


def _report_repeat(attempt: Attempt, changes: Changes, row: int, key: str, detail: str) -> None:
    shown = _shown(changes, key)
    attempt.log.add("duplicate_id_error", row, changes.column, shown, detail=detail, id=shown)


def _shown(changes: Changes, key: str) -> str:
    """Return a key from the spool as people know it."""
    return key if changes.key == ID else unescaped(key)
