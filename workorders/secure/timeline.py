"""The timeline of a workorder of secure codes, in words."""

from __future__ import annotations

from django.db.models import Q, QuerySet

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


def timeline_for(workorder: Workorder, user: User) -> timeline.Lines:
    """The latest lines of the workorder's timeline that `user` may see, first things first, each in words."""
    return timeline.Lines.of(events_for(workorder, user), describe_event)


def events_for(workorder: Workorder, user: User) -> QuerySet[Event]:
    """The lines of the workorder's timeline that `user` may see, first things first.

    Who of the brand owner downloaded what, and from where, is nothing to its printing partner.
    """
    events = timeline.events_of(workorder)
    if user.partner is not None and not user.is_superuser:
        events = events.exclude(~Q(by__company=user.partner), what="downloaded")
    return events


def name_doer(event: Event, user: User) -> str | None:
    """Name who did it, as far as `user` is told; the page's templates/parts/timeline.html says it alike.

    People of other companies stand as their company, except beside an address, which tells who had what.
    """
    if event.by is None:
        return None
    if user.may("company_view_all") or event.address:
        return event.by.email
    return event.by.name_for(user.company_id)


def describe_event(event: Event) -> str:
    """Describe a line of the timeline in words."""
    if event.what == "downloaded":
        detail = event.detail
        what = ARCHIVES[detail["archive"]] if "archive" in detail else f"Secure codes as {detail['format'].upper()}"
        return f"{what} downloaded{', resumed' if detail['resumed'] else ''}"
    if event.what == "generated":
        return f"Secure codes prepared as {event.detail['format'].upper()}"
    if event.what == "printed" and "wasted_codes" in event.detail:
        return f"{WORDS[event.what]}, {{wasted_codes:,}} codes blacklisted".format(**event.detail)
    if event.detail.get("activated") is False:
        return f"{WORDS[event.what]}, without activating the codes"
    return WORDS.get(event.what, event.what.capitalize()).format(**event.detail)
