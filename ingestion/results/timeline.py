"""The timeline of a record in words."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

from ingestion.models import IngestionRecord
from portal import timeline
from portal.models import Event
from portal.values.words import gettext_lazy, number

WORDS = {
    "created": gettext_lazy("Upload begun"),
    "asked": gettext_lazy("Change asked for"),
    "queued": gettext_lazy("File received, check asked for"),
    "begun": gettext_lazy("Taken up by a worker"),
    "lost": gettext_lazy("Worker lost, back in the queue"),
    "put_back": gettext_lazy("Large once it is unpacked, waits for a worker slot"),
    "put_off": gettext_lazy("Back in the queue: the {part} does not answer"),
    "completed": gettext_lazy("Completed"),
    "error": gettext_lazy("Refused"),
    "failed": gettext_lazy("Given up: Codeport failed"),
    "cancelled": gettext_lazy("Cancelled"),
    "expired": gettext_lazy("Expired, never processed"),
    "retried": gettext_lazy("Sent back into the queue"),
    "asked_again": gettext_lazy("Check of the same file asked for again"),
    "withdrawal_asked": gettext_lazy("Withdrawal asked for: {reason}"),
    "withdrawal_failed": gettext_lazy("Withdrawal given up: Codeport failed"),
    "mailed": gettext_lazy("Mail sent to the uploader"),
    "mailed_company": gettext_lazy("Mail sent to {email}"),
}
DOWNLOADED = {
    "errors": gettext_lazy("List of problems downloaded"),
    "rows": gettext_lazy("Rows with problems downloaded"),
}
WITHDRAWN = {
    "codes_deleted": gettext_lazy("Withdrawn, {number} codes deleted"),
    "codes_blacklisted": gettext_lazy("Withdrawn, {number} codes blacklisted"),
}
PARTS = (gettext_noop("database"), gettext_noop("storage"), gettext_noop("disk"), gettext_noop("broker"))


def history_of(record: IngestionRecord) -> timeline.Lines:
    """Return the latest lines of the record's timeline in words, the earliest first."""
    return timeline.Lines.of(timeline.events_of(record), _describe)


def _describe(event: Event) -> str:
    if event.what == "withdrawn":
        ((done, codes),) = event.detail.items()
        return WITHDRAWN[done].format(number=number(codes))
    if event.what == "downloaded":
        return str(DOWNLOADED[event.detail["file"]])
    attempt = event.detail.get("attempt", 1)
    origin = ", " + gettext("by the command") if event.detail.get("command") else ""
    if event.detail.get("dropped"):
        origin = ", " + gettext("dropped as {name}").format(name=event.detail["dropped"])
    again = ", " + gettext("attempt {number}").format(number=attempt) if event.what == "begun" and attempt > 1 else ""
    detail = event.detail | {"part": gettext(event.detail.get("part", ""))}
    return WORDS[event.what].format(**detail) + again + origin
