"""The public page at a code's URL: it tells anybody the status of the code, and nothing else; and it is counted."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2s
from ipaddress import IPv6Network
from math import ceil
from typing import Any, NamedTuple
from unicodedata import category
from weakref import WeakSet

from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from portal.api.throttling import PeriodThrottle
from portal.values.addresses import address_of
from workorders.codes.url_prefixes import SHORTEST_ID
from workorders.identifiers import gs1
from workorders.models import ActivationStatus
from workorders.scans.public_texts import TAGS, TEXTS, Verdict, choose_language
from workorders.scans.services import note_scan

MAX_AGE = 60  # seconds for which an answer may be repeated without asking us
SLUG = re.compile(r"[a-z0-9-]{1,40}")
IDENTIFIER = re.compile(rf"[A-Za-z0-9_-]{{{SHORTEST_ID},100}}")
LONGEST_ADDRESS = 300  # characters of what stands behind the company's, with what is added to it
MOST_SLASHES = 3  # at its end that may be the serial number's
NOT_OF_AN_ID = "".join(  # white space, and what nobody sees
    character for character in map(chr, range(1, 0x10000)) if character.isspace() or category(character) in ("Cc", "Cf")
)
VERDICTS: dict[int, Verdict] = {
    ActivationStatus.INACTIVE: "inactive",
    ActivationStatus.ACTIVE: "active",
    ActivationStatus.BLACKLISTED: "blacklisted",
}
CODE_AT = """
    SELECT company_id, identifier, activation_status,
        (SELECT name FROM portal_company WHERE id = code.company_id),
        coalesce((SELECT coalesce(nullif(name, ''), sku) FROM workorders_product WHERE id = code.product_id), '')
    FROM workorders_code code
    WHERE company_id = (SELECT id FROM portal_company WHERE slug = %s) AND identifier = %s
        AND (SELECT split_part(url_prefix, '://', 2) FROM workorders_workorder WHERE id = code.workorder_id) = %s
"""  # http and https reach the same page; without joins it goes by the same indexes whatever the statistics say
PREPARE = f"PREPARE code_at (text, text, text) AS {CODE_AT}" % ("$1", "$2", "$3")  # once a session, where there is one
Row = tuple[int, str, int, str, str]
"""What CODE_AT selects."""
COUNTED = (200, 304)  # the statuses by which a code is shown; 404 shows none, 412 nothing
_prepared: WeakSet[Any] = WeakSet()  # connections that know CODE_AT: planning it takes four times as long as running it


class Answer(NamedTuple):
    """The facts about an address that anybody may know."""

    verdict: Verdict
    maker: str = ""  # the company's name
    product: str = ""  # its name, or the SKU where it has none


class Found(NamedTuple):
    """What was found at an address: the answer, and the code's company and id, if there is a code."""

    answer: Answer
    company: int = 0
    identifier: str = ""


UNKNOWN = Found(Answer("unknown"))


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
@require_safe
def public_page(request: HttpRequest, slug: str, identifier: str) -> HttpResponseBase:
    """The page of one code: the same for everybody, with one query and no cookie.

    A GET that finds the code counts as a scan of it, also where the browser has the page already (304), once a minute
    of each client. HEAD does not, by which programs ask whether an address exists, and neither does a prefetch.
    """
    language = choose_language(request.headers.get("Accept-Language", ""))
    throttle = PublicPageThrottle()
    if not throttle.allow_request(request):
        wait = str(ceil(throttle.wait()))
        headers = {"Cache-Control": "no-store", "Retry-After": wait, **_headers(language)}
        return HttpResponse(render_page(Answer("too_many"), language)[0], status=429, headers=headers)
    answer, company, found = look_up(slug, identifier)
    page, etag = render_page(answer, language)
    headers = {"Cache-Control": f"public, max-age={MAX_AGE}", "ETag": etag, **_headers(language)}
    response = HttpResponse(page, status=404 if answer.verdict == "unknown" else 200, headers=headers)
    response = get_conditional_response(request, etag, None, response) or response
    if request.method == "GET" and response.status_code in COUNTED and not is_prefetch(request):
        note_scan(company, found, throttle.client(request))
    return response


def is_prefetch(request: HttpRequest) -> bool:
    """Say whether a browser asks for the page before anybody wants to see it."""
    return any("prefetch" in request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose"))


def look_up(slug: str, identifier: str) -> Found:
    """Look up the code at `/c/<slug>/<identifier>`, with one query for each id that this may be, mostly one."""
    ids = [identifier] if IDENTIFIER.fullmatch(identifier) else list_candidate_ids(identifier)
    if not ids or not SLUG.fullmatch(slug):
        return UNKNOWN
    connection.health_check_done = True  # type: ignore[attr-defined]  # the check would be a second query
    try:
        row = _row(slug, ids)
    except OperationalError:  # the connection was lost since it was last used
        connection.close()
        row = _row(slug, ids)
    if row is None:
        return UNKNOWN
    company, found, status, maker, product = row
    return Found(Answer(VERDICTS[status], maker, product), company, found)


def list_candidate_ids(address: str) -> list[str]:
    """List the ids that the end of an address may stand for, the most literal first.

    Scanners and messengers add slashes, white space and invisible characters to it. A slash may also be the last
    character of a GS1 serial number, since servers hand addresses on decoded.
    """
    text = address[: LONGEST_ADDRESS + 1].strip(NOT_OF_AN_ID).lstrip("/")
    bare = text.rstrip(f"/{NOT_OF_AN_ID}")
    if IDENTIFIER.fullmatch(bare):
        return [bare]
    slashes = min(text.count("/", len(bare)), MOST_SLASHES)
    readings = (bare + "/" * left for left in range(slashes, -1, -1))
    return [identifier for reading in readings for identifier in gs1.of_address(reading)]


def _row(slug: str, ids: list[str]) -> Row | None:
    """Return the row of CODE_AT for the first of `ids` that exists."""
    prefix = f"{settings.PUBLIC_URL.partition('://')[2]}/c/{slug}/"
    with connection.cursor() as cursor:
        query = CODE_AT if settings.DATABASE_POOLER else "EXECUTE code_at (%s, %s, %s)"
        if query is not CODE_AT and cursor.connection not in _prepared:
            cursor.execute(PREPARE)
            _prepared.add(cursor.connection)
        for identifier in ids:
            cursor.execute(query, [slug, identifier, prefix])
            row: Row | None = cursor.fetchone()
            if row:
                return row
    return None


@lru_cache(maxsize=4096)
def render_page(answer: Answer, language: str) -> tuple[bytes, str]:
    """Render the page of an answer, with its ETag. Most codes share a few pages."""
    text = TEXTS[language][answer.verdict]
    context = {"answer": answer, "text": text, "language": TAGS[language]}
    page = render_to_string("workorders/public.html", context).encode()
    return page, f'"{blake2s(page, digest_size=16).hexdigest()}"'


def _headers(language: str) -> dict[str, str]:
    return {"Content-Language": TAGS[language], "Vary": "Accept-Language"}
