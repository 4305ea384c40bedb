"""Compression of pages, whose answers are the only ones that are both long and made anew each time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

LEAST = 4_000  # bytes of a page that is worth it


class CompressedPages(GZipMiddleware):
    """Django's, for pages alone: it hides the length behind random bytes, and CSRF tokens are masked anew each time.

    Files are compressed or not as they are, the API's answers are for programs, and the public page is small.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        if response.streaming or not is_page or len(response.content) < LEAST:  # type: ignore[attr-defined]  # it has one
            return response
        return super().process_response(request, response)
