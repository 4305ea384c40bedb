"""Changes of codes that need no file: of the codes that constraints select, and undoing a change.

Each is a record that a worker brings to its end, like an upload. Whether the person may do so, the caller asks.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext, gettext_noop

from ingestion.models import IngestionRecord
from portal import timeline
from portal.background.broker import wake
from portal.background.leases import REMINDER
from portal.models import Company, User
from portal.values.words import gettext_lazy
from workorders.changes.parsing import values_as_json
from workorders.changes.undo import can_be_undone
from workorders.changes.values import NewValues
from workorders.codes.fields import contradict
from workorders.codes.filters import CodeFilter
from workorders.models import ActivationStatus, Change

Status = IngestionRecord.Status
REASON_NEEDS_STATUS = gettext_lazy(
    "A blacklist reason goes with activation status 2 (blacklisted) alone: give that too, or select codes by it."
)


class NotUndoable(Exception):  # noqa: N818  # says what is the matter with the record
    """The record cannot be undone. The message says why."""


class Contradictory(Exception):  # noqa: N818  # says what is the matter with the values
    """The selected codes cannot have these values together. The message says why."""


def start_selected(user: User, company: Company, codes: CodeFilter, values: NewValues, mode: str) -> IngestionRecord:
    """Queue a change that gives `values` to every code of `company` that meets the filter, and wake a worker.

    Raises Contradictory for a blacklist reason of codes that are not all blacklisted then.
    """
    if values.status is None and contradict(_status_of(codes), values.reason or 0):
        raise Contradictory(REASON_NEEDS_STATUS)
    parameters = {"constraints": codes.as_json(), "values": values_as_json(values)}
    return _queue(user, company, gettext_noop("Change of selected codes"), parameters, mode)


def start_undo(user: User, record: IngestionRecord, mode: str) -> IngestionRecord:
    """Queue the undo of the change that `record` made, and wake a worker. Raises NotUndoable."""
    with transaction.atomic():
        locked = IngestionRecord.objects.select_for_update(no_key=True).get(
            pk=record.pk
        )  # of two at once, one is refused
        if reason := undo_refusal(locked):
            raise NotUndoable(reason)
        return _queue(user, record.company, f"Undo of {record.key}", {"undoes": record.key}, mode)


def undo_refusal(record: IngestionRecord) -> str:
    """Say why the record cannot be undone now; or nothing."""
    if record.type != IngestionRecord.Type.SCM:
        return gettext("Only changes of codes can be undone; an upload of new codes can be withdrawn.")
    if record.status != Status.COMPLETED:
        return gettext("Only a completed change can be undone; this one is {status}.").format(
            status=record.get_status_display()
        )
    running = record.company.ingestions.filter(status__in=IngestionRecord.OPEN, parameters__undoes=record.key).first()
    if running is not None:
        return gettext("It is being undone already, by {key}.").format(key=running.key)
    change = change_of(record)
    if change is None or not change.codes:
        return gettext("It changed no code, so there is nothing to undo.")
    if not can_be_undone(change):
        return gettext("The history of this change has been deleted after its retention time, so it cannot be undone.")
    return ""


def change_of(record: IngestionRecord) -> Change | None:
    """Return the change that the record made, if it made one."""
    return Change.objects.filter(record_key=record.key, company=record.company_id).order_by("pk").last()


def origin_of(record: IngestionRecord) -> str:
    """Return the origin of the change that a record without a file makes."""
    return Change.Origin.API if record.ingestion_mode == IngestionRecord.Mode.API else Change.Origin.PAGE


def _status_of(codes: CodeFilter) -> int:
    """Return the one status that all codes of the filter have; inactive where they may have several."""
    return ActivationStatus.INACTIVE if codes.activation_status is None else int(codes.activation_status)


def _queue(user: User, company: Company, description: str, parameters: dict[str, Any], mode: str) -> IngestionRecord:
    with transaction.atomic():
        record = IngestionRecord.objects.create(
            company=company,
            created_by=user,
            type=IngestionRecord.Type.SCM,
            description=description,
            ingestion_mode=mode,
            parameters=parameters,
            status=Status.QUEUED,
            lease_until=Now() + REMINDER,
            is_long=True,
        )
        timeline.note(record, "asked", user)
        transaction.on_commit(lambda: wake(record.TASK, record.pk))
    return record
