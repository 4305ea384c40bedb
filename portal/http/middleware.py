"""The middleware of every request."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponsePermanentRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.middleware import common

FOR_CLIENTS = ("/api/", "/storage/")  # what programs call
PAGE_METHODS = ("GET", "HEAD", "POST")
SIGN_OUT = "/accounts/logout/"
WITH_METHODS_OF_THEIR_OWN = (*FOR_CLIENTS, "/c/")


class SameCall(HttpResponsePermanentRedirect):
    """308: the same method and body elsewhere, where clients make a GET without a body of a POST that meets a 301."""

    def __init__(self, to: str, **more: Any) -> None:
        super().__init__(to, preserve_request=True, **more)


class CommonMiddleware(common.CommonMiddleware):
    """Django's, which leads addresses without their last slash on by a 308."""

    response_redirect_class = SameCall


def kept_by_nobody(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Let no cache keep an answer, and no page of another site load it, unless the answer itself says otherwise.

    With a sign-out the browser forgets what it has of the portal, pages that *Back* would show among it. Cookies stay,
    since one says that the browser knows the account.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.method == "POST" and request.path == SIGN_OUT:
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    return middleware


def clients_by_https(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Refuse programs that call over plain HTTP where browsers are led on to HTTPS.

    A program that is led on sends its token in the clear each time, and nobody notices.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if settings.SECURE_SSL_REDIRECT and request.path.startswith(FOR_CLIENTS) and not request.is_secure():
            detail = f"Call {settings.PUBLIC_URL} by https. A token that was sent by http may be known: revoke it."
            return JsonResponse({"detail": detail}, status=403)
        return get_response(request)

    return middleware


def page_methods(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer 405 to methods that no page has. The API's calls and the public page have methods of their own."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method not in PAGE_METHODS and not request.path.startswith(WITH_METHODS_OF_THEIR_OWN):
            return HttpResponseNotAllowed(PAGE_METHODS)
        return get_response(request)

    return middleware


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
