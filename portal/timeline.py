"""The timeline of an ingestion record, a workorder or a job, which says who did what and when.

The transaction that does something also writes its line, so neither is there without the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from django.db.models import Model, QuerySet

from portal.models import Event, User

MOST_LINES = 200  # of one timeline that a page shows


def note(of: Model, what: str, by: User | None = None, *, address: str | None = None, **detail: object) -> Event:
    """Add a line: a person, or a worker if `by` is None, did `what` to `of`. `detail` is stored as JSON."""
    subject, subject_id = _subject(of)
    return Event.objects.create(
        subject=subject, subject_id=subject_id, what=what, by=by, address=address, detail=detail
    )


def events_of(of: Model) -> QuerySet[Event]:
    """Return the timeline of `of`, oldest first, with the people who acted."""
    subject, subject_id = _subject(of)
    return Event.objects.filter(subject=subject, subject_id=subject_id).select_related("by__company")


def forget(of: Model) -> None:
    """Delete the lines of what goes itself, in the caller's transaction."""
    events_of(of).delete()


class Lines(list[tuple[str, Event]]):
    """The latest lines of a timeline in words, oldest first. `is_cut` says that there are earlier ones."""

    is_cut = False

    @classmethod
    def of(cls, events: QuerySet[Event], told: Callable[[Event], str]) -> Self:
        """The lines of `events`, as `told` says them."""
        latest = list(events.order_by("-id")[: MOST_LINES + 1])
        lines = cls((told(event), event) for event in reversed(latest[:MOST_LINES]))
        lines.is_cut = len(latest) > MOST_LINES
        return lines


def _subject(of: Model) -> tuple[str, int]:
    return of._meta.model_name or "", of.pk or 0
