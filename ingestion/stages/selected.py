"""Changing the codes that a record's constraints select, and ending the record, in one transaction."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from ingestion.changes import origin_of
from ingestion.errors.warning_kinds import NO_CHANGE_WARNING
from ingestion.models import IngestionRecord
from ingestion.stages.attempt import Attempt
from ingestion.stages.ending import end_record
from portal.values.problems import say_problem
from workorders.changes import locks
from workorders.changes.apply import apply_selected, begin_change
from workorders.changes.parsing import parse_values
from workorders.changes.selection import count_selection
from workorders.changes.values import NewValues
from workorders.codes.fields import MOST_SCM_FIELDS
from workorders.codes.filters import CodeFilter
from workorders.models import Code

Status, Phase = IngestionRecord.Status, IngestionRecord.Phase


def change_selected(attempt: Attempt) -> bool:
    """Give the record's values to every code that meets its constraints.

    Returns False when the values cannot be given any more, with the reason in the log.
    """
    record = attempt.record
    try:
        values = parse_values(record.parameters["values"], record.company_id)
    except ValidationError as error:  # its product was archived since
        _log(attempt, error)
        return False
    attempt.pulse.enter(Phase.CHANGING, None)
    codes = CodeFilter.from_json(record.parameters["constraints"]).codes(record.company)
    with transaction.atomic():
        return _change(attempt, codes, values)


def _change(attempt: Attempt, codes: QuerySet[Code], values: NewValues) -> bool:
    record = attempt.record
    locks.alone(record.company)  # no other change comes between the count and the change; new codes may
    found = count_selection(record.company, codes, values)
    if found.full:
        detail = say_problem(
            "{count:,} of the codes would have more than {most:,} SCM fields, the most of a code.",
            count=found.full,
            most=MOST_SCM_FIELDS,
        )
        attempt.log.add("invalid_scm_field_error", None, "", "", detail=detail)
        return False
    attempt.pulse.enter(Phase.CHANGING, found.changed)
    if not found.selected:
        attempt.log.warn(NO_CHANGE_WARNING, None, "", "", detail=say_problem("No code meets the constraints."))
    change = begin_change(record.company, origin_of(record), record.created_by, record_key=record.key)
    changed = apply_selected(change, codes, values)
    result = {"codes_affected": changed, "codes_unchanged": max(0, found.selected - changed - found.final)}
    end_record(attempt, Status.COMPLETED, changed, result_data=result | {"codes_kept": found.final})
    return True


def _log(attempt: Attempt, error: ValidationError) -> None:
    for column, messages in error.message_dict.items():
        kind = "product_not_found_error" if column == "product" else "invalid_scm_field_error"
        attempt.log.add(kind, None, column, str(attempt.record.parameters["values"][column]), detail=messages[0])
