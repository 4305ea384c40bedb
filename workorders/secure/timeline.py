"""The timeline of a workorder of secure codes, in words."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from portal import timeline
from portal.models import Event, User
from portal.values.words import gettext_lazy, number
from workorders.models import Workorder

WORDS = {
    "ordered": gettext_lazy("Codes ordered: {quantity}"),
    "uploaded": gettext_lazy("Codes uploaded: {codes}, record {upload}"),
    "confirmed": gettext_lazy("Confirmed: {equipment} on {substrate}"),
    "printed": gettext_lazy("Printed {printed}, wasted {wasted}"),
    "completed": gettext_lazy("Accepted what was printed"),
    "rejected": gettext_lazy("Rejected what was printed: {reason}"),
    "cancelled": gettext_lazy("Cancelled"),
    "download_allowed": gettext_lazy("One more download allowed"),
}
ARCHIVES = {
    "archive": gettext_lazy("Archive"),
    "serial-numbers": gettext_lazy("Serial numbers"),
    "images": gettext_lazy("Images"),
}


def timeline_for(workorder: Workorder, user: User) -> timeline.Lines:
    """The latest lines of the workorder's timeline that `user` may see, first things first, each in words."""
    return timeline.Lines.of(events_for(workorder, user), describe_event)


def events_for(workorder: Workorder, user: User) -> QuerySet[Event]:
    """The lines of the workorder's timeline that `user` may see, first things first.

    Who of the brand owner downloaded what, and from where, is nothing to its printing partner.
    """
    events = timeline.events_of(workorder).exclude(what__in=("hidden", "unhidden"))
    if user.partner is not None and not user.is_superuser:
        events = events.exclude(~Q(by__company=user.partner), what="downloaded")
    return events


def name_doer(event: Event, user: User) -> str | None:
    """Name who did it, as far as `user` is told; the page's templates/parts/timeline.html says it alike.

    People of other companies stand as their company, except beside an address, which tells who had what.
    """
    if event.by is None:
        return None
    if user.may("company_view_all") or event.shown_address:
        return event.by.email
    return event.by.name_for(user.company_id)


def describe_event(event: Event) -> str:
    """Describe a line of the timeline in words."""
    detail = {name: number(value) if type(value) is int else value for name, value in event.detail.items()}
    if event.what == "downloaded":
        secure = gettext("Secure codes as {format}").format(format=detail.get("format", "").upper())
        what = ARCHIVES[detail["archive"]] if "archive" in detail else secure
        says = gettext("{what} downloaded, resumed") if detail["resumed"] else gettext("{what} downloaded")
        return says.format(what=what)
    if event.what == "generated":
        return gettext("Secure codes prepared as {format}").format(format=detail["format"].upper())
    words = WORDS.get(event.what, event.what.capitalize()).format(**detail)
    if event.what == "printed" and "wasted_codes" in detail:
        return words + ", " + gettext("{wasted_codes} codes blacklisted").format(**detail)
    if detail.get("activated") is False:
        return words + ", " + gettext("without activating the codes")
    return words
