"""What every request passes."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, JsonResponse


def length_required(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer 411 to a body sent in chunks, which would be taken for an empty one (RFC 9110, section 15.5.12)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.headers.get("Transfer-Encoding") and not request.headers.get("Content-Length"):
            return JsonResponse({"detail": "Send the body with a Content-Length, not in chunks."}, status=411)
        return get_response(request)

    return middleware
