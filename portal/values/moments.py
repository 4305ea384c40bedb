"""Moments as programs and addresses write them: ISO 8601, in UTC unless they say otherwise; where a day begins."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from django.utils import timezone

NO_MOMENT = "It must look like 2026-11-23 or 2026-11-23T17:00:00Z."


def parse_moment(text: str) -> datetime:
    """Return the moment that `text` says: a date, or a date and time. ValueError for any other text."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign that was not escaped came as a space
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(NO_MOMENT) from None


def beginning_of(day: date) -> datetime:
    """Return the moment at which a day begins in the time zone of the request, written in UTC.

    A day whose clock is changed is 23 or 25 hours long.
    """
    try:
        return datetime.combine(day, time.min, timezone.get_current_timezone()).astimezone(UTC)
    except OverflowError:  # the first day of all times, east of Greenwich
        return datetime.min.replace(tzinfo=UTC)
