"""What a record of type `scm` was asked to do, in words, for its page and for lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext

from ingestion.changes import change_of, undo_refusal
from ingestion.models import IngestionRecord
from portal.models import User
from portal.values import words
from workorders.changes.undo import undone_by
from workorders.changes.values import NewValues
from workorders.changes.wording import describe_change, workorder_of
from workorders.codes.fields import ATTRIBUTES
from workorders.codes.filters import CodeFilter
from workorders.models import Workorder


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
    meant = _meant(record)
    if meant is None:
        return ""
    return _sentence(record, meant, workorder_of(record.company, meant), record.result_data.get("codes_affected"))


def describe_all_asked(records: Iterable[IngestionRecord], codes: Mapping[int, int]) -> dict[int, str]:
    """Return by its pk what each change without a file was asked for, with at most two queries for all.

    `codes` says how many a record changed, by its pk. What an undo was asked for is what it undid: a file, or the
    sentence of another change.
    """
    shown = [record for record in records if record.type == IngestionRecord.Type.SCM and not record.has_file]
    undone_keys = [record.parameters["undoes"] for record in shown if "undoes" in record.parameters]
    known = {record.key: record for record in shown}
    if lacking := [key for key in undone_keys if key not in known]:
        found = IngestionRecord.objects.filter(key__in=lacking).defer("result_data")
        known |= {record.key: record for record in found}
    meant = {record.pk: filtered for record in known.values() if (filtered := _meant(record))}
    references = _references({each.workorder for each in meant.values() if each.workorder is not None})

    def sentence(record: IngestionRecord) -> str:
        if record.pk not in meant:
            return record.title
        reference = references.get((record.company_id, meant[record.pk].workorder), "")
        return _sentence(record, meant[record.pk], reference, codes.get(record.pk))

    def said(record: IngestionRecord) -> str:
        undone = known.get(record.parameters.get("undoes", ""))
        return sentence(undone or record)

    return {record.pk: text for record in shown if (text := said(record)) != record.title}


def _references(workorders: set[int]) -> dict[tuple[int, int | None], str]:
    """Return the references of workorders by their company and pk."""
    if not workorders:
        return {}
    rows = Workorder.objects.filter(pk__in=workorders).values_list("company_id", "pk", "reference")
    return {(company, pk): reference for company, pk, reference in rows}


def _meant(record: IngestionRecord) -> CodeFilter | None:
    """Return the codes that a record was asked to change; None of an upload, an undo, or another version's filter."""
    given = record.parameters
    return CodeFilter.if_known(given["constraints"]) if "constraints" in given else None


def _sentence(record: IngestionRecord, meant: CodeFilter, reference: str, number: int | None) -> str:
    values = record.parameters["values"]
    scm = {key: value for key, value in values.items() if key not in ATTRIBUTES}
    wanted = NewValues(values.get("activation_status"), values.get("blacklist_reason"), None, scm)
    codes = gettext("codes") if number is None else words.codes(number)
    return describe_change(reference, meant, wanted, values.get("product") or "", codes)
