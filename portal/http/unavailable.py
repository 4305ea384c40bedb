"""Answers 503 while the database, the storage, the disk or the broker is unavailable."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

from portal.background.outages import PARTS, outage_of

logger = logging.getLogger(__name__)

RETRY_SECONDS = "30"


def outage(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer 503 where an error means that a part is unavailable."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    middleware.process_exception = answer_outage  # type: ignore[attr-defined]  # where Django looks for it
    return middleware


def answer_outage(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Return 503 where the error means that a part is unavailable, or else None."""
    part = outage_of(error)
    if not part:
        return None
    logger.error("The %s failed at %s %s: %s", part, request.method, request.path, error)
    if request.path.startswith("/api/"):
        detail = f"{PARTS[part]} Try again later."
        answer: HttpResponse = JsonResponse({"detail": detail}, status=503)
    else:
        answer = render(request, "500.html", status=503)
    answer["Retry-After"] = RETRY_SECONDS
    return answer
