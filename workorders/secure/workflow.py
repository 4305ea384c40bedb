"""An SSC workorder from hand to hand: each change of its state and the line in its timeline commit together.

The states stand at `Workorder`. This module checks the state; views and calls check who may take a step.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.db import transaction
from django.utils.translation import gettext

from portal.background.broker import wake
from portal.models import User
from portal.timeline import note
from portal.values.words import gettext_lazy
from workorders import jobs
from workorders.codes.url_prefixes import release_url_prefix
from workorders.models import Equipment, Job, Substrate, Workorder
from workorders.secure.emails import queue_emails
from workorders.secure.waste import NO_WASTE, Waste, blacklist_waste, count_waste, restore_waste
from workorders.webhooks.outbox import EVENTS, publish_workorder

State = Workorder.State


class Transition(NamedTuple):
    """A change of state: from which, to which, and how a refusal calls it."""

    states: tuple[State, ...]
    to: State
    called: str


TRANSITIONS: Final = {
    "confirmed": Transition((State.NEW,), State.READY_TO_PRINT, gettext_lazy("confirmed")),
    "printed": Transition((State.READY_TO_PRINT,), State.PRINTED, gettext_lazy("marked as printed")),
    "completed": Transition((State.PRINTED,), State.COMPLETED, gettext_lazy("completed")),
    "rejected": Transition((State.PRINTED,), State.READY_TO_PRINT, gettext_lazy("rejected")),
    "cancelled": Transition(
        (State.NEW, State.READY_TO_PRINT, State.PRINTED), State.CANCELLED, gettext_lazy("cancelled")
    ),
}
"""The steps that an SSC workorder can take, by the name of the line in its timeline."""


class WrongState(Exception):  # noqa: N818  # an event, not a fault
    """The workorder is in a state in which this cannot be done. The message says so in a sentence."""


def can_take_step(workorder: Workorder, step: str) -> bool:
    """Return whether the type and the state of the workorder allow the step, one of TRANSITIONS."""
    return workorder.type == Workorder.Type.SSC and workorder.state in TRANSITIONS[step].states


def check_state(workorder: Workorder, step: str) -> None:
    """Raise WrongState unless `can_take_step`."""
    if not can_take_step(workorder, step):
        raise WrongState(_refusal(workorder, step))


def confirm(workorder: Workorder, by: User, equipment: Equipment, substrate: Substrate) -> None:
    """Note that the partner prints with `equipment` on `substrate`, which change no more. Raise WrongState."""
    chosen = {"equipment": equipment, "substrate": substrate}
    _take_step(workorder, by, "confirmed", {name: str(what) for name, what in chosen.items()}, **chosen)


def mark_printed(workorder: Workorder, by: User, printed: int, wasted: int, waste: Waste = NO_WASTE) -> None:
    """Note that the partner has `printed` so many codes and `wasted` so many prints. Raise WrongState or Busy.

    The codes of `waste`, of which no good print is left, are blacklisted together with it.
    """
    counts = {"printed": printed, "wasted": wasted}
    with transaction.atomic():
        now = Workorder.objects.select_for_update(no_key=True).get(pk=workorder.pk)
        check_state(now, "printed")
        counts |= blacklist_waste(now, waste, by)
        _take_step(workorder, by, "printed", counts, printed_quantity=printed, wasted_quantity=wasted)


def complete(workorder: Workorder, by: User, activate: bool | None = None) -> None:
    """Accept the prints for the brand owner, and activate the codes if that was ordered. Raise WrongState.

    Fewer prints than codes do not tell which codes exist on paper: then none becomes active unless `activate` says so.
    """
    with transaction.atomic():
        now = Workorder.objects.select_for_update().get(pk=workorder.pk)  # codes that join meanwhile wait here
        active = now.activate_on_complete and (are_all_printed(now) if activate is None else activate)
        detail = {"activated": False} if now.activate_on_complete and not active else {}
        _take_step(workorder, by, "completed", detail, activate_on_complete=active)  # for codes that join later, too
        _hand_out_no_more(workorder, by)
        if active:
            jobs.start(workorder, Job.What.ACTIVATE, {"after": 0, "until": workorder.uploaded_quantity}, by)


def are_all_printed(workorder: Workorder) -> bool:
    """Say whether as many codes were printed well as there are, without those that were named as wasted."""
    printed = workorder.printed_quantity or 0
    return printed >= workorder.uploaded_quantity or printed + count_waste(workorder) >= workorder.uploaded_quantity


def reject(workorder: Workorder, by: User, reason: str) -> None:
    """Reject the prints for the brand owner, so that all codes are printed again. Raise WrongState or Busy.

    Codes that were named as wasted get the values back that they had, unless they were changed since.
    """
    with transaction.atomic():
        _take_step(workorder, by, "rejected", {"reason": reason}, printed_quantity=None, wasted_quantity=None)
        restore_waste(workorder, by)


def cancel(workorder: Workorder, by: User) -> None:
    """Call the workorder off for the brand owner. A worker blacklists its codes. Raise WrongState."""
    with transaction.atomic():
        _take_step(workorder, by, "cancelled", {})
        _hand_out_no_more(workorder, by)
        jobs.start(workorder, Job.What.BLACKLIST, {}, by)
        release_url_prefix(workorder.company_id, workorder.url_prefix)


def _hand_out_no_more(workorder: Workorder, by: User) -> None:
    """Nobody can fetch its secure codes from now on, so they are neither drawn nor kept."""
    for drawing in workorder.jobs.filter(what=Job.What.SECURE, status__in=Job.OPEN):
        jobs.cancel(drawing, by)
    transaction.on_commit(lambda: wake("workorders.tasks.discard", workorder.pk))


def note_upload(workorder: Workorder, by: User, count: int, upload: str) -> None:
    """Note in the caller's transaction that the upload of that key brought so many codes."""
    queue_emails(note(workorder, "uploaded", by, codes=count, upload=upload))


def _take_step(workorder: Workorder, by: User, step: str, detail: dict[str, Any], **fields: object) -> None:
    """Change the state and `fields` of the workorder, note the step with `detail`, and refresh `workorder`.

    The update asks for the state once more, so that of two people at the same time one gets WrongState.
    """
    transition = TRANSITIONS[step]
    with transaction.atomic():
        allowed = Workorder.objects.filter(pk=workorder.pk, type=Workorder.Type.SSC, state__in=transition.states)
        changed = allowed.update(state=transition.to, **fields)
        workorder.refresh_from_db()
        if not changed:
            raise WrongState(_refusal(workorder, step))
        queue_emails(note(workorder, step, by, **detail))
        if (kind := f"workorder.{step}") in EVENTS:
            publish_workorder(workorder, kind, **{name: detail[name] for name in ("reason",) if name in detail})


def _refusal(workorder: Workorder, step: str) -> str:
    """Say why the step cannot be taken."""
    transition = TRANSITIONS[step]
    if workorder.type != Workorder.Type.SSC:
        return gettext("This workorder has no secure codes, so it cannot be {called} by hand.").format(
            called=transition.called
        )
    *others, last = [str(state.label) for state in transition.states]
    allowed = gettext("{others} or {last}").format(others=", ".join(others), last=last) if others else last
    return gettext("This workorder is {state}; only one that is {allowed} can be {called}.").format(
        state=workorder.get_state_display(), allowed=allowed, called=transition.called
    )
