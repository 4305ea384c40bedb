"""Limits on the size of a body, for Django and for the web server, which asks before it reads a large one."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse

UPLOADS = "/storage/"  # where signed forms are posted; all other forms and calls are smaller
FORM_BYTES = 64 * 1024  # of an upload, besides its file
BEGINNING = "codeport.beginning"  # in a request's environment: only so many bytes of its body are there yet
GO_ON = 100  # the status that answers such a request when the rest is welcome


def largest(path: str) -> int:
    """Return the number of bytes that a body sent to `path` may have."""
    return settings.MAX_UPLOAD_BYTES + 2 * FORM_BYTES if path == UPLOADS else settings.MAX_FORM_BYTES


def body_limits(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Refuse bodies that are sent in chunks (411, RFC 9110, section 15.5.12) or too large (413).

    Uploads say themselves, as S3 does, what is too large.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or ""
        if request.headers.get("Transfer-Encoding") and not length:
            return JsonResponse({"detail": "Send the body with a Content-Length, not in chunks."}, status=411)
        if request.path != UPLOADS and length.isdecimal() and int(length) > settings.MAX_FORM_BYTES:
            return JsonResponse({"detail": f"The body may hold {settings.MAX_FORM_BYTES:,} bytes."}, status=413)
        return get_response(request)

    return middleware
