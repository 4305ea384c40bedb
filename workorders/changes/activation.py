"""Jobs that change the activation of a workorder's codes, all in one statement; done twice they change nothing more."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from portal.background.progress import Status
from portal.background.pulse import Pulse
from workorders.changes.apply import apply_selected, begin_change
from workorders.changes.values import NewValues
from workorders.codes.lookup import codes_in
from workorders.models import ActivationStatus, BlacklistReason, Change, Code, Job, Workorder

CANCELLED = NewValues(ActivationStatus.BLACKLISTED, BlacklistReason.WORKORDER_CANCELLED)


def without_reason(workorder: Workorder) -> QuerySet[Code]:
    """Return the workorder's codes that no reason of their own has blacklisted."""
    return codes_in(workorder).exclude(
        activation_status=ActivationStatus.BLACKLISTED, blacklist_reason__gt=BlacklistReason.NONE
    )


def activate_codes(job: Job, pulse: Pulse) -> None:
    """Activate the workorder's inactive codes, those `after` a sequence and, if it is said, `until` one."""
    codes = codes_in(job.workorder).filter(sequence__gt=job.parameters["after"])
    if "until" in job.parameters:
        codes = codes.filter(sequence__lte=job.parameters["until"])
    inactive = codes.filter(activation_status=ActivationStatus.INACTIVE)
    _change(job, pulse, inactive, NewValues(ActivationStatus.ACTIVE))


def blacklist_codes(job: Job, pulse: Pulse) -> None:
    """Blacklist the codes of a cancelled workorder; one that was blacklisted for a reason keeps it."""
    _change(job, pulse, without_reason(job.workorder), CANCELLED)


def _change(job: Job, pulse: Pulse, codes: QuerySet[Code], values: NewValues) -> None:
    """Give `codes` their values and end the job together."""
    pulse.enter(Job.Phase.UPDATING, None)
    with transaction.atomic():
        change = begin_change(job.workorder.company, Change.Origin.WORKORDER, job.created_by)
        changed = apply_selected(change, codes, values)
        job.end(status=Status.COMPLETED, rows_done=changed, rows_total=changed)
