"""Who did what to a workorder of secure codes, and when, in words."""

from __future__ import annotations

from django.db.models import Q

from portal import timeline
from portal.models import Event, User
from workorders.models import Workorder

WORDS = {
    "ordered": "Codes ordered: {quantity:,}",
    "uploaded": "Codes uploaded: {codes:,}, record {upload}",
    "confirmed": "Confirmed: {equipment} on {substrate}",
    "printed": "Printed {printed:,}, wasted {wasted:,}",
    "completed": "Accepted what was printed",
    "rejected": "Rejected what was printed: {reason}",
    "cancelled": "Cancelled",
    "download_allowed": "One more download allowed",
}
ARCHIVES = {"archive": "Archive", "serial-numbers": "Serial numbers"}


def history_of(workorder: Workorder, user: User) -> list[tuple[str, Event]]:
    """The lines of the workorder's timeline that `user` may see, first things first, each in words.

    Who of the brand owner downloaded what, and from where, is nothing to its printing partner.
    """
    events = timeline.events_of(workorder)
    if user.partner is not None and not user.is_superuser:
        events = events.exclude(~Q(by__company=user.partner), what="downloaded")
    return [(_told(event), event) for event in events]


def _told(event: Event) -> str:
    if event.what == "downloaded":
        detail = event.detail
        what = ARCHIVES[detail["archive"]] if "archive" in detail else f"Secure codes as {detail['format'].upper()}"
        return f"{what} downloaded{', resumed' if detail['resumed'] else ''}"
    if event.what == "generated":
        return f"Secure codes prepared as {event.detail['format'].upper()}"
    if event.detail.get("activated") is False:
        return f"{WORDS[event.what]}, without activating the codes"
    return WORDS.get(event.what, event.what.capitalize()).format(**event.detail)
