"""Moments as programs and addresses write them: ISO 8601, in UTC unless they say otherwise."""

from __future__ import annotations

from datetime import UTC, datetime

NO_MOMENT = "It must look like 2026-11-23 or 2026-11-23T17:00:00Z."


def parse_moment(text: str) -> datetime:
    """Return the moment that `text` says: a date, or a date and time. ValueError for any other text."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign that was not escaped came as a space
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(NO_MOMENT) from None
