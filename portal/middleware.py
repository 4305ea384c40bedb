"""What every request passes."""

from collections.abc import Callable
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponsePermanentRedirect,
    StreamingHttpResponse,
)
from django.middleware import common


class SameCall(HttpResponsePermanentRedirect):
    """308: the same method and body elsewhere, where clients make a GET without a body of a POST that meets a 301."""

    def __init__(self, to: str, **more: Any) -> None:
        super().__init__(to, preserve_request=True, **more)


class CommonMiddleware(common.CommonMiddleware):
    """Django's, which leads addresses without their last slash on by a 308."""

    response_redirect_class = SameCall


def no_body_for_head(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer HEAD with the headers of GET alone, its length among them (RFC 9110, section 9.3.2)."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method == "HEAD":
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = ()
            elif isinstance(response, HttpResponse):
                response.headers.setdefault("Content-Length", str(len(response.content)))
                response.content = b""
        return response

    return middleware
