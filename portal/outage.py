"""What is answered while the database or the bucket is out of reach."""

from __future__ import annotations

import logging
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

RETRY_SECONDS = "30"
PARTS: dict[str, tuple[type[Exception], ...]] = {
    "database": (OperationalError, InterfaceError),
    "storage": (BotoCoreError, ClientError),
}

logger = logging.getLogger(__name__)


def outage(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer 503 where the database or S3 does not answer or refuses."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        part = next((part for part, kinds in PARTS.items() if isinstance(error, kinds)), None)
        if part is None:
            return None
        logger.error("The %s failed at %s %s: %s", part, request.method, request.path, error)
        if request.path.startswith("/api/"):
            detail = f"The {part} does not answer. Try again later."
            answer: HttpResponse = JsonResponse({"detail": detail}, status=503)
        else:
            answer = render(request, "500.html", status=503)
        answer["Retry-After"] = RETRY_SECONDS
        return answer

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # where Django looks for it
    return middleware
