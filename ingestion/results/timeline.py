"""The timeline of a record in words."""

from __future__ import annotations

from ingestion.models import IngestionRecord
from portal import timeline
from portal.models import Event

WORDS = {
    "created": "Upload begun",
    "asked": "Change asked for",
    "queued": "File received, check asked for",
    "begun": "Taken up by a worker",
    "lost": "Worker lost, back in the queue",
    "put_back": "Large once it is unpacked, waits for a worker slot",
    "put_off": "Back in the queue: the {part} does not answer",
    "completed": "Completed",
    "error": "Refused",
    "failed": "Given up: Codeport failed",
    "cancelled": "Cancelled",
    "expired": "Expired, never processed",
    "retried": "Sent back into the queue",
    "asked_again": "Check of the same file asked for again",
    "withdrawal_asked": "Withdrawal asked for: {reason}",
    "withdrawal_failed": "Withdrawal given up: Codeport failed",
    "mailed": "Mail sent to the uploader",
    "mailed_company": "Mail sent to {email}",
}


def history_of(record: IngestionRecord) -> timeline.Lines:
    """Return the latest lines of the record's timeline in words, the earliest first."""
    return timeline.Lines.of(timeline.events_of(record), _describe)


def _describe(event: Event) -> str:
    if event.what == "withdrawn":
        (done,) = event.detail
        return f"Withdrawn, {event.detail[done]:,} {done.replace('_', ' ')}"
    attempt = event.detail.get("attempt", 1)
    origin = ", by the command" if event.detail.get("command") else ""
    again = f", attempt {attempt}" if event.what == "begun" and attempt > 1 else ""
    return WORDS[event.what].format(**event.detail) + again + origin
