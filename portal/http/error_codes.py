"""`Error-Code`: the name of a refusal of the API, which stays when its words change."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

HEADER = "Error-Code"
CODES = {
    400: "invalid",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    410: "gone",
    411: "length_required",
    413: "too_large",
    415: "unsupported_media_type",
    416: "no_such_range",
    422: "key_used",
    429: "throttled",
    500: "failed",
    503: "unavailable",
}
"""The code of each status. Where a status has several reasons, an exception may bring the code of one of them."""


def error_code(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Name each refusal of the API, unless what refused it has done so."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.path.startswith("/api/") and response.status_code in CODES:
            response.headers.setdefault(HEADER, CODES[response.status_code])
        return response

    return middleware
