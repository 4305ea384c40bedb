"""The fields that every line of the log has besides its message, and the secrets that no line may hold.

Lines hold what strangers wrote: paths, names of files, messages of errors. So every formatter here writes a character
that is not printable as its escape, sets further rows off from the left, and masks secrets that stand in paths.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from datetime import datetime
from typing import Any

from celery import current_task
from pythonjsonlogger.json import JsonFormatter

from portal.values.addresses import behind_proxies

_work: ContextVar[str] = ContextVar("work", default="")
ACCESS = {  # the web server's names of what its access log knows
    "method": "m",
    "path": "U",
    "status": "s",
    "bytes": "B",
    "microseconds": "D",
    "address": "h",
    "request_id": "{x-request-id}o",
}
MASK = "***"
_SLASH = "(?:/|%2[Ff])"
_PART = r"(?:(?!%2[Ff])[\w%:.~=+-])+"
SECRETS = re.compile(
    # The rest of paths that a mail led to, even where they stand in another one's query, and tokens.
    rf"(?P<path>accounts{_SLASH}password{_SLASH}reset{_SLASH}key{_SLASH}|accounts{_SLASH}confirm-email{_SLASH}"
    rf"|people{_SLASH}join{_SLASH}){_PART}(?:{_SLASH}{_PART})?|(?P<token>uat[0-9a-f]{{8}}_)[\w-]+"
)
ROW = "  | "  # what the rows of a line below its first one begin with


@contextmanager
def about(work: str) -> Iterator[None]:
    """Have all lines of the block name `work`, such as a record's key."""
    token = _work.set(work)
    try:
        yield
    finally:
        _work.reset(token)


def masked(text: str) -> str:
    """`text` without what would open something to its reader."""
    if "uat" not in text and "accounts" not in text and "people" not in text:
        return text
    return SECRETS.sub(lambda found: (found["path"] or found["token"]) + MASK, text)


def safe(text: str) -> str:
    """`text` in one row, as a reader may see it: what is not printable escaped, what is secret masked."""
    text = masked(text)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class WorkFilter(logging.Filter):
    """Gives each line the `task_id` and the `work` for which it is written, empty where there is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.work = _work.get()
        record.task_id = (current_task and current_task.request.id) or ""
        return True


class AccessFilter(logging.Filter):
    """Has lines of gunicorn's access log name the client's own address, and the path in its characters."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "gunicorn.access" and isinstance(record.args, Mapping):
            atoms: Any = copy(record.args)
            forwarded = str(atoms.get("{http_x_forwarded_for}e") or "")
            atoms["h"] = behind_proxies(str(atoms.get("h") or ""), forwarded) or "-"
            atoms["U"] = _characters(str(atoms.get("U") or "-"))
            record.args = atoms
        return True


def _characters(path: str) -> str:
    """A path as WSGI gives it, each byte a character, in the characters it means."""
    try:
        return path.encode("latin-1").decode(errors="backslashreplace")
    except UnicodeEncodeError:  # it has some already
        return path


class Lines(logging.Formatter):
    """A line for people, whose further rows, of a traceback, are set off from the left."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {request_id} {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's own name
        return safe(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802  # logging's own name
        return _rows(super().formatException(ei), ROW)

    def formatStack(self, stack_info: str) -> str:  # noqa: N802  # logging's own name
        return _rows(super().formatStack(stack_info), ROW)


class JsonLines(JsonFormatter):
    """The formatter that writes a JSON object a line, without empty fields.

    A line of gunicorn's access log is split into its parts.
    """

    def __init__(self) -> None:
        super().__init__(
            "{name}{levelname}{message}{request_id}{task_id}{work}",
            style="{",
            timestamp="time",
            rename_fields={"name": "logger", "levelname": "level"},
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        log_data.pop("request", None)  # Django's errors bring it, with its query
        rows = {name: _rows(log_data.pop(name), "") for name in ("exc_info", "stack_info") if log_data.get(name)}
        return {name: told(value) for name, value in log_data.items() if value not in ("", "-", None)} | rows

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        if record.name == "gunicorn.access" and isinstance(record.args, Mapping):
            atoms = record.args
            log_data |= {name: atoms.get(atom, "") for name, atom in ACCESS.items()}


def _rows(text: str, begin: str) -> str:
    """Return the rows of a traceback, each behind `begin`, so that no error's message can begin a line."""
    return "\n".join(begin + safe(row.removeprefix(ROW)) for row in text.split("\n"))


def told(value: Any) -> Any:
    """A value of a JSON line, with all its texts safe."""
    if value is None or isinstance(value, bool | int | float | datetime):
        return value
    if isinstance(value, Mapping):
        return {safe(str(key)): told(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [told(one) for one in value]
    return safe(str(value))
