"""Undoing the change that another record made, and ending the record, in one transaction."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from ingestion.changes import change_of, origin_of
from ingestion.errors.log import IDS_PER_KIND
from ingestion.models import IngestionRecord
from ingestion.stages.attempt import Attempt
from ingestion.stages.ending import end_record
from workorders.changes.undo import HistoryGone, kept_by, undo
from workorders.models import Change

Status, Phase = IngestionRecord.Status, IngestionRecord.Phase


def undo_change(attempt: Attempt) -> bool:
    """Undo the change that the record names: codes that were changed since are kept and counted.

    Returns False, with the reason in the log, when the change's history was thinned while the record waited.
    """
    undone = IngestionRecord.objects.get(key=attempt.record.parameters["undoes"])
    change = change_of(undone)
    assert change is not None  # noqa: S101  # changes are never deleted; tells the type checker
    attempt.pulse.enter(Phase.CHANGING, change.codes)
    try:
        with transaction.atomic():
            _undo(attempt, change)
    except HistoryGone:
        attempt.log.add("history_gone_error", None, "", "")
        return False
    return True


def _undo(attempt: Attempt, change: Change) -> None:
    record = attempt.record
    undoing = undo(change, origin_of(record), record.created_by, record.key)
    kept, codes = kept_by(undoing, IDS_PER_KIND)
    result: dict[str, Any] = {"codes_affected": undoing.codes, "codes_unchanged": 0, "codes_kept": kept}
    result |= {"kept_codes": codes} if codes else {}
    end_record(attempt, Status.COMPLETED, undoing.codes, result_data=result)
