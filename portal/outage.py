"""What is answered while the bucket is out of reach."""

from __future__ import annotations

import logging
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render

RETRY_SECONDS = "30"

logger = logging.getLogger(__name__)


def bucket_outage(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer 503 where S3 does not answer or refuses; used where files are kept in a bucket."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, (BotoCoreError, ClientError)):
            return None
        logger.error("The bucket failed at %s %s: %s", request.method, request.path, error)
        if request.path.startswith("/api/"):
            answer: HttpResponse = JsonResponse({"detail": "The storage does not answer. Try again later."}, status=503)
        else:
            answer = render(request, "500.html", status=503)
        answer["Retry-After"] = RETRY_SECONDS
        return answer

    middleware.process_exception = process_exception  # type: ignore[attr-defined]  # where Django looks for it
    return middleware
