"""A name for every request, in its answer and in every line of the log that it causes."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponseBase

HEADER = "X-Request-Id"
SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
NONE = "-"  # where no request is served

_current: ContextVar[str] = ContextVar("request_id", default=NONE)


def request_id(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Name the request as its client does, or else by 16 random hexadecimal digits, and tell the name in the answer."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        asked = request.headers.get(HEADER, "")
        name = asked if SANE.fullmatch(asked) else secrets.token_hex(8)
        _current.set(name)
        response = get_response(request)
        response.headers[HEADER] = name
        return response

    return middleware


def current_request_id() -> str:
    """The name of the request that is served, NONE where none is."""
    return _current.get()


def _forget(**_: Any) -> None:
    _current.set(NONE)


# An answer that is streamed may log until its last byte, long after the middleware is done.
request_finished.connect(_forget)


class RequestIdFilter(logging.Filter):
    """Gives each line of the log the `request_id` for which it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _current.get()
        return True
