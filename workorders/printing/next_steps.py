"""The next steps that the page of an SSC workorder offers each side of the hand-over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext

from portal.models import User
from portal.timeline import events_of
from portal.values.words import number
from workorders.deliveries import services as deliveries
from workorders.models import Workorder
from workorders.secure.workflow import can_take_step

State = Workorder.State
When = Literal["done", "now", "later"]


@dataclass(frozen=True)
class NextStep:
    """A step of the partner: its title, when it is due, a sentence, and the button that leads to it, if any."""

    title: str
    when: When
    says: str
    action: str = ""
    url_name: str = ""


def list_partner_steps(workorder: Workorder, user: User) -> list[NextStep]:
    """List the steps of the partner in order; none for anybody else, or when the workorder is cancelled."""
    prints = user.partner is not None and user.partner == workorder.printing_partner and user.may("workorder_print")
    if not prints or workorder.state == State.CANCELLED:
        return []
    return [_confirm(workorder), _generate(workorder), _print(workorder), _wait(workorder)]


def _confirm(workorder: Workorder) -> NextStep:
    title = gettext("Confirm equipment and substrate")
    if workorder.state == State.NEW:
        says = gettext("Choose what you print with and on. It cannot be changed afterwards.")
        return NextStep(title, "now", says, gettext("Confirm"), "workorder-confirm")
    return NextStep(
        title,
        "done",
        gettext("{equipment} on {substrate}.").format(equipment=workorder.equipment, substrate=workorder.substrate),
    )


def _generate(workorder: Workorder) -> NextStep:
    title = gettext("Generate and download the secure codes")
    if workorder.state == State.NEW:
        return NextStep(title, "later", gettext("They are drawn for the resolution of your equipment."))
    if workorder.state != State.READY_TO_PRINT:
        return NextStep(title, "done", gettext("They can no longer be downloaded."))
    if reason := deliveries.delivery_refusal(workorder):
        return NextStep(title, "later", reason)
    once = " " + gettext("They can be downloaded once.") if workorder.download_once else ""
    says = gettext("TIFF, PNG or PDF for {equipment}.{once}").format(equipment=workorder.equipment, once=once)
    return NextStep(title, "now", says, gettext("Secure codes"), "workorder-secure-codes")


def _print(workorder: Workorder) -> NextStep:
    title = gettext("Print, then say how many")
    if workorder.state == State.NEW:
        return NextStep(title, "later", gettext("What was printed well, and what was wasted."))
    if workorder.state == State.READY_TO_PRINT:
        return NextStep(title, "now", _rejection(workorder), gettext("Mark as printed"), "workorder-printed")
    return NextStep(
        title,
        "done",
        gettext("{printed} printed, {wasted} wasted.").format(
            printed=number(workorder.printed_quantity or 0), wasted=number(workorder.wasted_quantity or 0)
        ),
    )


def _rejection(workorder: Workorder) -> str:
    last = events_of(workorder).filter(what__in=("confirmed", "rejected")).last()
    if last is None or last.what == "confirmed":
        return gettext("Print each code once, in its size, neither scaled nor smoothed.")
    return gettext("Print again: {company} rejected what was printed. {reason}").format(
        company=workorder.company, reason=last.detail["reason"]
    )


def _wait(workorder: Workorder) -> NextStep:
    title = gettext("{company} checks the quality").format(company=workorder.company)
    if workorder.state == State.COMPLETED:
        return NextStep(title, "done", gettext("Accepted. Delete the secure codes that you downloaded."))
    when: When = "now" if workorder.state == State.PRINTED else "later"
    return NextStep(title, when, gettext("It completes the workorder, or rejects what was printed and says why."))


def list_owner_actions(workorder: Workorder, user: User) -> dict[str, bool]:
    """Return whether the brand owner can judge what was printed, and allow one more download."""
    owns = user.may("workorder_create") and (user.is_superuser or user.company == workorder.company)
    ready = workorder.state == State.READY_TO_PRINT
    return {
        "can_judge": owns and can_take_step(workorder, "completed"),
        "can_allow": owns and ready and bool(deliveries.download_refusal(workorder)),
    }
