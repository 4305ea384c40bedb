"""Withdrawing a completed upload of codes: what it will do, and asking for it. `ingestion.withdrawing` does it.

Codes of which nothing was downloaded or scanned are deleted with their workorder. Others are blacklisted, and the
workorder is cancelled. From the moment at which it is asked for, nothing of the workorder is handed out.
"""

from __future__ import annotations

from typing import NamedTuple

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext

from ingestion.models import IngestionRecord, Withdrawal
from portal import timeline
from portal.background.broker import wake
from portal.background.leases import REMINDER
from portal.models import User
from workorders import jobs
from workorders.codes.first_download import tell_download
from workorders.models import Code, Workorder
from workorders.scans.lookup import scanned

Status = IngestionRecord.Status

LONGEST_REASON = 1000  # characters


class NotWithdrawable(Exception):  # noqa: N818  # an event, not a fault
    """The upload cannot be withdrawn. The message says why."""


class Extent(NamedTuple):
    """What a withdrawal does now: delete so many codes, or blacklist them `because` of what is said there."""

    deletes: bool
    codes: int
    because: list[str]


def extent_of(record: IngestionRecord) -> Extent:
    """Say what withdrawing the upload would do now. Raise NotWithdrawable where it cannot be withdrawn."""
    if reason := withdrawal_refusal(record):
        raise NotWithdrawable(reason)
    return _extent(_workorder_of(record))


def withdrawal_refusal(record: IngestionRecord) -> str:
    """Say why the upload cannot be withdrawn; empty when it can. Of a withdrawal that failed, it can once more."""
    if record.type != IngestionRecord.Type.CODE:
        return gettext("Only an upload of new codes can be withdrawn; a change of codes is undone.")
    if record.status != Status.COMPLETED:
        return gettext("This upload is {status}; only one that is completed can be withdrawn.").format(
            status=record.get_status_display()
        )
    withdrawal = Withdrawal.objects.filter(record=record).first()
    if withdrawal is not None and withdrawal.status != Status.ERROR:
        return (
            gettext("This upload was withdrawn already.")
            if withdrawal.has_ended
            else gettext("This upload is being withdrawn.")
        )
    if _workorder_of(record).type != Workorder.Type.SID:
        return gettext("These codes were uploaded into a workorder of secure codes; cancel that workorder instead.")
    return ""


def withdraw(record: IngestionRecord, by: User, reason: str, *, deletes: bool | None = None) -> Withdrawal:
    """Cancel the upload's workorder and queue the withdrawal of its codes.

    Raise NotWithdrawable where it cannot be withdrawn, and where it is said what the caller expects, and now it would
    be otherwise: that the codes are deleted, or not.
    """
    with transaction.atomic():
        record = IngestionRecord.objects.select_for_update(no_key=True).get(pk=record.pk)
        if refused := withdrawal_refusal(record):
            raise NotWithdrawable(refused)
        rows = Workorder.objects.select_for_update(no_key=True)  # for which downloads wait
        workorder = rows.get(pk=_workorder_of(record).pk)
        extent = _extent(workorder)
        if deletes is not None and deletes != extent.deletes:
            raise NotWithdrawable(_otherwise(extent))
        Workorder.objects.filter(pk=workorder.pk).update(state=Workorder.State.CANCELLED)
        jobs.cancel_all(workorder, by)
        asked = {"reason": reason, "deletes": extent.deletes, "created_by": by, "created_at": Now()}
        anew = {"status": Status.QUEUED, "status_updated_at": Now(), "lease_until": Now() + REMINDER}
        withdrawal, _is_new = Withdrawal.objects.update_or_create(
            record=record, defaults=asked | anew | Withdrawal.UNTRIED
        )
        timeline.note(record, "withdrawal_asked", by, reason=reason)
        transaction.on_commit(lambda: wake(Withdrawal.TASK, withdrawal.pk))
    withdrawal.refresh_from_db()
    return withdrawal


def reasons_to_keep(workorder: Workorder) -> list[str]:
    """Say why the workorder's codes may be out in the world, and so must not be deleted; none when they are not."""
    said = [tell_download(workorder)]
    if scanned(Code.objects.filter(company=workorder.company_id, workorder=workorder)).exists():
        said.append(gettext("Codes of it were scanned."))
    return [sentence for sentence in said if sentence]


def _extent(workorder: Workorder) -> Extent:
    because = reasons_to_keep(workorder)
    return Extent(not because, workorder.quantity, because)


def _otherwise(extent: Extent) -> str:
    if extent.deletes:
        return gettext("The codes would be deleted, not blacklisted: nothing of them was downloaded or scanned.")
    return gettext("The codes would be blacklisted, not deleted. {reasons}").format(reasons=" ".join(extent.because))


def _workorder_of(record: IngestionRecord) -> Workorder:
    workorder = record.workorder
    if workorder is None:
        raise NotWithdrawable(gettext("This upload was withdrawn already."))
    return workorder
