"""The audit trail as JSON lines, for a file, standard output or syslog."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from logging.handlers import SYSLOG_UDP_PORT, SysLogHandler
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet

from portal.models import Event

BATCH: Final = 1_000  # lines that are read at once
LOCAL_SYSLOG: Final = "/dev/log"
COLUMNS: Final = (
    *("id", "at", "what", "subject", "subject_id", "by__email", "by_id", "company__slug", "address", "detail", "seal"),
)


class Writes(Protocol):
    """Takes one line, without its end."""

    def __call__(self, line: str, /) -> object: ...


def export(write: Writes, since: datetime | None = None) -> int:
    """Write the lines of the trail, the oldest first; return how many that were."""
    events, done = Event.objects.all(), 0
    if since is not None:
        events = events.filter(at__gte=since)
    for line in _lines(events):
        write(line)
        done += 1
    return done


def export_sealed(ids: Collection[int]) -> None:
    """Write these events to AUDIT_LOG, if there is one. Where that fails, the caller seals them another time."""
    if settings.AUDIT_LOG and ids:
        with opened(settings.AUDIT_LOG) as write:
            for line in _lines(Event.objects.filter(pk__in=ids)):
                write(line)


def is_syslog(target: str) -> bool:
    """Say whether it is no file that is meant, not even one whose name begins so."""
    return target == "syslog" or target.startswith("syslog:")


@contextmanager
def opened(target: str) -> Iterator[Writes]:
    """Open a file to append to, `syslog` or `syslog://host:port`. What was written to a file is on its disk then."""
    if is_syslog(target):
        handler = _Syslog(_address(target), facility=SysLogHandler.LOG_AUTH)
        try:
            yield lambda line: handler.emit(logging.makeLogRecord({"msg": line, "levelname": "INFO"}))
        finally:
            handler.close()
    else:
        with open(target, "a", encoding="ascii", opener=_private) as file:
            yield lambda line: file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())


class _Syslog(SysLogHandler):
    ident = "codeport-audit: "
    append_nul = False

    def handleError(self, record: Any) -> None:  # noqa: N802  # logging's own name
        raise  # it is called where an error is being handled


def _address(target: str) -> tuple[str, int] | str:
    parts = urlsplit(target)
    return (parts.hostname, parts.port or SYSLOG_UDP_PORT) if parts.hostname else LOCAL_SYSLOG


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _lines(events: QuerySet[Event]) -> Iterator[str]:
    """Yield a JSON object for each event, in the order of their ids; all but ASCII is escaped."""
    last = 0
    while rows := list(events.filter(pk__gt=last).order_by("pk").values(*COLUMNS)[:BATCH]):
        last = rows[-1]["id"]
        for row in rows:
            told = {name.partition("__")[0]: value for name, value in row.items()} | {"at": row["at"].isoformat()}
            yield json.dumps({name: value for name, value in told.items() if value not in (None, {})})
