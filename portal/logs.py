"""What every line of the log tells besides its message: for which request, task and piece of work it was written."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from celery import current_task
from pythonjsonlogger.json import JsonFormatter

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


@contextmanager
def about(work: str) -> Iterator[None]:
    """Have all lines of the block name `work`, such as a record's key."""
    token = _work.set(work)
    try:
        yield
    finally:
        _work.reset(token)


class WorkFilter(logging.Filter):
    """Gives each line the `task_id` and the `work` for which it is written, empty where there is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.work = _work.get()
        record.task_id = (current_task and current_task.request.id) or ""
        return True


class JsonLines(JsonFormatter):
    """A JSON object a line, without what is empty; of a line of gunicorn's access log, its parts."""

    def __init__(self) -> None:
        super().__init__(
            "{name}{levelname}{message}{request_id}{task_id}{work}",
            style="{",
            timestamp="time",
            rename_fields={"name": "logger", "levelname": "level"},
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in log_data.items() if value not in ("", "-", None)}

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        if record.name == "gunicorn.access" and isinstance(record.args, Mapping):
            atoms = record.args
            log_data |= {name: atoms.get(atom, "") for name, atom in ACCESS.items()}
