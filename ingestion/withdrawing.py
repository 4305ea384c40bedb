"""The worker's part of a withdrawal: delete the codes with their workorder, or blacklist them, in one transaction.

A crash leaves a lease that runs out, and a workorder that is cancelled; the withdrawal is then begun anew.
"""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta

from django.db import transaction

from ingestion.models import IngestionRecord, Withdrawal
from ingestion.services import tell_again
from ingestion.webhooks import publish_withdrawal
from ingestion.withdrawal import reasons_to_keep
from portal import timeline
from portal.background.leases import ClaimLost
from portal.background.progress import Status
from portal.background.pulse import Pulse, perform
from portal.database.clock import database_now
from portal.storage.base import storage
from workorders.archives.names import folder_of
from workorders.changes.activation import CANCELLED, without_reason
from workorders.changes.apply import apply_selected, begin_change
from workorders.changes.removal import remove_codes
from workorders.codes.url_prefixes import release_url_prefix
from workorders.models import Change, Workorder
from workorders.scans.services import flush, hold_scans, settling_time

Phase = Withdrawal.Phase
CLOCK_PAUSE = 0.2  # seconds between two looks at the clock, and at whether the withdrawal is still ours


def run(withdrawal_id: int) -> None:
    """Do a queued withdrawal, and nothing when it is not queued, so that a message may come twice."""
    withdrawal = Withdrawal.claim(withdrawal_id, Phase.WAITING)
    if withdrawal is not None:
        perform(withdrawal, lambda pulse: _withdraw(withdrawal, pulse), lambda _reason: _give_up(withdrawal))


def _withdraw(withdrawal: Withdrawal, pulse: Pulse) -> None:
    """Commit the end of the codes together with that of the withdrawal.

    Codes of which a scan, or an export that ran, was noted only after it was asked for are blacklisted instead of
    deleted.
    """
    if withdrawal.deletes:
        _wait_for_scans(withdrawal, pulse)
        flush()
    with transaction.atomic():
        record, by = withdrawal.record, withdrawal.created_by
        workorder = Workorder.objects.select_for_update().get(ingestions=record)  # who builds an archive ends first
        if withdrawal.deletes:
            hold_scans()
        if withdrawal.deletes and not reasons_to_keep(workorder):
            done, count = "codes_deleted", _delete(workorder, pulse)
        else:
            done, count = "codes_blacklisted", _blacklist(withdrawal, workorder, pulse)
        told = {
            "reason": withdrawal.reason,
            "by": by.name_for(record.company_id),
            "at": withdrawal.created_at.isoformat(),
            done: count,
        }
        IngestionRecord.objects.filter(pk=record.pk).update(result_data={**record.result_data, "withdrawn": told})
        tell_again(record)
        timeline.note(record, "withdrawn", by, address=None, **{done: count})
        withdrawal.end(status=Status.COMPLETED, rows_done=count, rows_total=count)
        publish_withdrawal(record)


def _wait_for_scans(withdrawal: Withdrawal, pulse: Pulse) -> None:
    """Wait until every web process has told of the scans that it had counted when the withdrawal was asked for."""
    until = withdrawal.created_at + timedelta(seconds=settling_time())
    while database_now() < until:
        pulse.check()
        time.sleep(CLOCK_PAUSE)


def _delete(workorder: Workorder, pulse: Pulse) -> int:
    """Delete the codes, and everything that was made of them or refers to their workorder, and free its URL prefix."""
    pulse.enter(Phase.DELETING, workorder.quantity)
    _forget_jobs(workorder)
    _delete_files(workorder)
    deleted = remove_codes(workorder, pulse.tick)
    workorder.ingestions.update(workorder=None)
    company_id, prefix = workorder.company_id, workorder.url_prefix
    workorder.delete()
    release_url_prefix(company_id, prefix)
    return deleted


def _forget_jobs(workorder: Workorder) -> None:
    """Delete the jobs. One that is about to publish its archive ends first, so that no file comes afterwards."""
    workorder.jobs.all().delete()


def _blacklist(withdrawal: Withdrawal, workorder: Workorder, pulse: Pulse) -> int:
    """Blacklist the codes, and delete what could be downloaded of them."""
    pulse.enter(Phase.UPDATING, None)
    _delete_files(workorder)
    origin = Change.Origin.WORKORDER
    change = begin_change(workorder.company, origin, withdrawal.created_by, record_key=withdrawal.record.key)
    return apply_selected(change, without_reason(workorder), CANCELLED)


def _delete_files(workorder: Workorder) -> None:
    """Delete the workorder's archives. It is cancelled, so nobody may fetch or make one, whatever becomes of this."""
    for name, _written in list(storage().listed(folder_of(workorder))):
        storage().delete(name)


def _give_up(withdrawal: Withdrawal) -> None:
    """End the withdrawal with an error, if this attempt still holds it. It can be asked for once more."""
    with suppress(ClaimLost), transaction.atomic():
        withdrawal.end(status=Status.ERROR)
        timeline.note(withdrawal.record, "withdrawal_failed")
