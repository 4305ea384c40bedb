"""What a record of type `scm` was asked to do, in words, for its page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from ingestion.changes import change_of, undo_refusal
from ingestion.models import IngestionRecord
from portal.models import User
from portal.values import words
from workorders.changes.undo import undone_by
from workorders.changes.values import NewValues
from workorders.changes.wording import describe_change
from workorders.codes.fields import ATTRIBUTES
from workorders.codes.filters import CodeFilter


def tell_change(record: IngestionRecord, user: User) -> dict[str, Any]:
    """Return what the page of a change shows: what was asked for, what undid it, and whether the person may undo it."""
    change = change_of(record) if record.status == IngestionRecord.Status.COMPLETED else None
    is_own = record.company_id == user.company_id
    return {
        "asked": describe_asked(record),
        "undone_by": undone_by(change).first() if change else None,
        "can_undo": is_own and user.may("scm_undo") and not undo_refusal(record),
    }


def describe_asked(record: IngestionRecord) -> str:
    """Return what the constraints and values of a record ask for as a sentence; nothing of an upload or an undo."""
    given = record.parameters
    if "constraints" not in given:
        return ""
    values, scm = given["values"], {key: value for key, value in given["values"].items() if key not in ATTRIBUTES}
    meant = CodeFilter.if_known(given["constraints"])
    if meant is None:
        return ""
    wanted = NewValues(values.get("activation_status"), values.get("blacklist_reason"), None, scm)
    number = record.result_data.get("codes_affected")
    codes = gettext("codes") if number is None else words.codes(number)
    return describe_change(record.company, meant, wanted, values.get("product") or "", codes)
