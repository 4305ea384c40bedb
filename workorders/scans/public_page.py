"""The public page at a code's URL: it tells anybody the status of the code, and nothing else; and it is counted."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from hashlib import blake2s
from ipaddress import IPv6Network
from math import ceil
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from portal.api.throttling import PeriodThrottle
from portal.values.addresses import address_of
from workorders.identifiers import gs1
from workorders.identifiers.gs1_attributes import Attribute, parse_attributes
from workorders.links.link import defaults, fitting
from workorders.scans.found import (
    UNKNOWN,
    Answer,
    Found,
    list_candidate_ids,
    look_up,
    look_up_class,
    strip_address,
)
from workorders.scans.public_texts import SAID, TAGS, TEXTS, choose_language, say_attribute
from workorders.scans.resolver import (
    CORS,
    answer_gs1,
    answer_options,
    class_of,
    is_gs1_address,
    is_page_meant,
    link_header,
    redirect_to,
)
from workorders.scans.services import note_scan

MAX_AGE = 60  # seconds for which an answer may be repeated without asking us
BY_BOTH = "Accept-Language, Accept"
COUNTED = (200, 304, 307)  # the statuses by which a code is shown, or led on from; 404 shows none, 412 nothing


class PublicPageThrottle(PeriodThrottle):
    """So many pages a client address."""

    scope = "public-page"
    _client = ""

    def rate(self) -> str:
        rate: str = settings.PUBLIC_PAGE_RATE
        return rate

    def client(self, request: Any) -> str:
        """Return a keyed hash of the address; of IPv6 that of the network, since one household has 2^64 addresses.

        It is made once: a throttle is one request's.
        """
        if not self._client:
            address = address_of(request) or ""
            with suppress(ValueError):  # as for IPv4
                address = str(IPv6Network((address, 64), strict=False))
            key = settings.SECRET_KEY.encode()[:32]
            self._client = blake2s(address.encode(), digest_size=16, key=key).hexdigest()
        return self._client


@csrf_exempt  # what changes nothing is refused for its method, not for a missing cookie
def public_page(request: HttpRequest, slug: str, identifier: str) -> HttpResponseBase:
    """The page of one code, or where a link of its product or company leads; of GS1 ids all that a resolver answers.

    A GET that finds the code counts as a scan of it, also where the browser has the page already (304) or is led on,
    once a minute of each client. HEAD does not, by which programs ask whether an address exists, and neither does a
    prefetch, or asking for all links.
    """
    is_gs1 = is_gs1_address(identifier)
    if is_gs1 and request.method == "OPTIONS":
        return answer_options()
    return _safe_page(request, slug, identifier, is_gs1)


@require_safe
def _safe_page(request: HttpRequest, slug: str, identifier: str, is_gs1: bool) -> HttpResponseBase:
    """Answer GET and HEAD: the same to everybody, with one query and no cookie."""
    language = choose_language(request.headers.get("Accept-Language", ""))
    throttle = PublicPageThrottle()
    if not throttle.allow_request(request):
        wait = str(ceil(throttle.wait()))
        headers = {"Cache-Control": "no-store", "Retry-After": wait, **_headers(language)}
        return HttpResponse(render_page(Answer("too_many"), language)[0], status=429, headers=headers)
    found = look_up(slug, identifier)
    response = _answer_of_gs1(request, slug, identifier, found, language) if is_gs1 else None
    response = response or _answer_of_any(request, found, language)
    response.headers.setdefault("Cache-Control", f"public, max-age={MAX_AGE}")
    if request.method == "GET" and found.identifier and _shows_code(response) and not is_prefetch(request):
        note_scan(found.company, found.identifier, throttle.client(request))
    return response


def _answer_of_any(request: HttpRequest, found: Found, language: str) -> HttpResponseBase:
    """Lead from an active code to the default link of its product, if it has one, or show the page."""
    links = defaults(found.links) if found.answer.verdict == "active" else ()
    if links:
        accepted = request.headers.get("Accept-Language", ""), request.headers.get("Accept", "")
        response: HttpResponseBase = redirect_to(request, fitting(links, *accepted)[0], found.identifier)
        response.headers["Vary"] = BY_BOTH if len(links) > 1 else "Accept-Language"
        return response
    return _page(request, found.answer, language, *render_page(found.answer, language))


def _answer_of_gs1(request: HttpRequest, slug: str, identifier: str, found: Found, language: str) -> HttpResponseBase:
    """Answer as a resolver: what the links say, the code's page, or a page that says what is wrong."""
    gtin = "" if found.identifier else class_of(identifier)
    if gtin:
        found = look_up_class(slug, gtin)
    is_known = bool(found.identifier or found.links or found.links_of_company)
    response: HttpResponseBase | None = answer_gs1(request, slug, gtin, found) if is_known else None
    if response is None and is_page_meant(request, found):
        response = _page_of_gs1(request, identifier, found.answer, language)
    if response is None:
        answer = Answer("no_link", found.answer.maker, found.answer.product) if is_known else UNKNOWN.answer
        is_wrong = not gtin and not list_candidate_ids(identifier)
        response = _page(request, answer, language, *render_page(answer, language), status=400 if is_wrong else 404)
    if is_known and "Link" not in response.headers:
        response.headers["Link"] = link_header(slug, gtin, found.identifier)
    for name, value in {**CORS, "Vary": BY_BOTH}.items():
        response.headers[name] = value
    return response


def _page_of_gs1(request: HttpRequest, identifier: str, answer: Answer, language: str) -> HttpResponseBase:
    """Show the page of a code, with what the address says of the item besides its id."""
    variant = gs1.variant_of_address(strip_address(identifier))
    said = [Attribute("variant", variant)] if variant else []
    said += parse_attributes(parse_qsl(request.META.get("QUERY_STRING", "")), timezone.now().date())
    return _page(request, answer, language, *render_page(answer, language, tuple(said)))


def _page(
    request: HttpRequest, answer: Answer, language: str, page: bytes, etag: str, status: int = 0
) -> HttpResponseBase:
    """Answer with a page, or with 304 where the browser has it."""
    status = status or (404 if answer.verdict == "unknown" else 200)
    headers = {"Cache-Control": f"public, max-age={MAX_AGE}", "ETag": etag, **_headers(language)}
    response = HttpResponse(page, status=status, headers=headers)
    return get_conditional_response(request, etag, None, response) or response


def _shows_code(response: HttpResponseBase) -> bool:
    """Say whether a code is shown or led on from, which a linkset does not."""
    return response.status_code in COUNTED and "json" not in response.headers.get("Content-Type", "")


def is_prefetch(request: HttpRequest) -> bool:
    """Say whether a browser asks for the page before anybody wants to see it."""
    return any("prefetch" in request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose"))


@lru_cache(maxsize=4096)
def render_page(answer: Answer, language: str, said: tuple[Attribute, ...] = ()) -> tuple[bytes, str]:
    """Render the page of an answer, with its ETag. Most codes share a few pages."""
    text = TEXTS[language][answer.verdict]
    context = {
        "answer": answer,
        "text": text,
        "language": TAGS[language],
        "said": [say_attribute(each, language) for each in said],
        "said_also": SAID[language][""],
    }
    page = render_to_string("workorders/public.html", context).encode()
    return page, f'"{blake2s(page, digest_size=16).hexdigest()}"'


def _headers(language: str) -> dict[str, str]:
    return {"Content-Language": TAGS[language], "Vary": "Accept-Language"}
