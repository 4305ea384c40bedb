"""The timeline of an ingestion record, a workorder or a job, which says who did what and when, and from where.

The transaction that does something also writes its line, so neither is there without the other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from allauth.core import context
from django.db.models import Model, QuerySet

from portal.models import Company, Event, User
from portal.values.addresses import address_of

MOST_LINES = 200  # of one timeline that a page shows


def note(of: Model, what: str, by: User | None = None, *, address: str | None = None, **detail: object) -> Event:
    """Add a line: a person, or a worker if `by` is None, did `what` to `of`. `detail` is stored as JSON.

    Where a request is served, its address is noted, unless another one is told.
    """
    subject, subject_id = _subject(of)
    if address is None and context.request is not None:
        address = address_of(context.request)
    company_id = _company_id(of) or (by and by.company_id)
    line = {"subject": subject, "subject_id": subject_id, "what": what, "company_id": company_id}
    return Event.objects.create(**line, by=by, address=address, detail=detail)


def events_of(of: Model) -> QuerySet[Event]:
    """Return the timeline of `of`, oldest first, with the people who acted."""
    subject, subject_id = _subject(of)
    return Event.objects.filter(subject=subject, subject_id=subject_id).select_related("by__company")


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


def _company_id(of: Any) -> int | None:
    """Return the number of the company that `of` is or belongs to, itself or by what it is about."""
    if isinstance(of, Company):
        return of.pk
    owner = of
    if not hasattr(of, "company_id"):
        owner = next((getattr(of, name) for name in ("user", "workorder", "record") if hasattr(of, name)), None)
    company_id: int | None = owner and owner.company_id
    return company_id


def _subject(of: Model) -> tuple[str, int]:
    return of._meta.model_name or "", of.pk or 0
