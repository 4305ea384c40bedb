"""Who did what to a workorder of secure codes, and when, in words."""

from __future__ import annotations

from portal import timeline
from portal.models import Event
from workorders.models import Workorder

WORDS = {
    "ordered": "Codes ordered: {quantity:,}",
    "uploaded": "Codes uploaded: {codes:,}, record {upload}",
    "confirmed": "Confirmed: {equipment} on {substrate}",
    "printed": "Printed {printed:,}, wasted {wasted:,}",
    "completed": "Accepted what was printed",
    "rejected": "Rejected what was printed: {reason}",
    "cancelled": "Cancelled",
}


def history_of(workorder: Workorder) -> list[tuple[str, Event]]:
    """The lines of the workorder's timeline, first things first, each in words."""
    return [(_told(event), event) for event in timeline.events_of(workorder)]


def _told(event: Event) -> str:
    return WORDS.get(event.what, event.what.capitalize()).format(**event.detail)
