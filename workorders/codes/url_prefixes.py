"""URL prefixes: what may stand before the ids of a company's codes, and whose a prefix is.

A prefix becomes a company's with the first workorder that has it, in the transaction that makes that workorder, and is
free again when no workorder is left under it. So a call or a file that is refused leaves nothing behind.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, Value, When
from django.db.models.functions import StrIndex

from portal.models import Company
from portal.values.problems import say_problem, say_problem_lazy
from workorders.domains.hosts import HOST, wrong_host
from workorders.domains.proofs import refuse_unproven
from workorders.models import FIRST_CODES, Code, UrlPrefix, Workorder
from workorders.rendering import qr_single

SHORTEST_ID, LONGEST_ID = 8, 100

PREFIX = re.compile(  # RFC 3986, in the spelling that its section 6 calls normal
    rf"(?P<scheme>https?)://(?P<host>{HOST.pattern})(:(?P<port>[1-9][0-9]{{0,4}}))?"
    r"/([A-Za-z0-9._~!$&'()*+,;=:@/-]|%(?![014-7][0-9A-F]|3[0-9]|2[DE])[0-9A-F]{2})*"
    r"([?#]([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%(?![01][0-9A-F]|7F)[0-9A-F]{2})*)?"
)
DOT_SEGMENT = re.compile(r"/\.{1,2}(/|$)")
NEEDLESS_PORTS = {"http": 80, "https": 443}
LARGEST_PORT = 65535
SHAPE = say_problem_lazy(
    "It must look like https://codes.example.com/ or https://codes.example.com/c?id= and go up to where the id"
    " begins: the host in small letters and followed by a slash, no password, no needless port, no spaces"
    " or control characters."
)
EXAMPLE_ID = "abc12345"
FIRST = Code.objects.filter(company=OuterRef("company"), workorder=OuterRef("pk"), sequence__lte=FIRST_CODES)
NEEDS_ITS_PREFIX = ~Q(state=Workorder.State.CANCELLED) | Exists(FIRST)
"""Matches all workorders but those that were cancelled before they had a code."""


def check_url_prefix(company: Company, prefix: str) -> None:
    """Raise ValidationError when `prefix` cannot stand before an id, meets one that is taken, or is not proven.

    It claims nothing.
    """
    _refuse_prefix(company, prefix)
    _refuse_meeting(company, _bare(prefix))
    refuse_unproven(company, prefix)


def claim_url_prefix(company: Company, prefix: str) -> None:
    """Make `prefix` the company's in the caller's transaction, in which a workorder with it is made.

    ValidationError when it meets a prefix that is taken, or its host is not proven. Two prefixes meet when one begins
    with the other: then an id behind the shorter could spell a URL behind the longer. So they may not, be they of two
    companies or of one. The same prefix may be used again and again by its company. Until the caller's transaction
    ends, others wait who claim or release a prefix of the same host, so claim last.
    """
    if prefix == company.url_prefix:
        return  # by its slug it is nobody else's
    bare = _bare(prefix)
    with transaction.atomic():
        _lock_host_of(bare)
        _refuse_meeting(company, bare)
        refuse_unproven(company, prefix)
        UrlPrefix.objects.get_or_create(prefix=bare, defaults={"company": company})


def release_url_prefix(company_id: int, prefix: str) -> bool:
    """Give up a prefix of the company under which no workorder is left; False when there is one, or it was not its own.

    `prefix` may be said with its scheme or without.
    """
    bare = _bare(prefix) if "://" in prefix else prefix
    with transaction.atomic():
        _lock_host_of(bare)
        under = Workorder.objects.filter(company_id=company_id, url_prefix__in=_spellings(bare))
        if under.filter(NEEDS_ITS_PREFIX).exists():
            return False
        return UrlPrefix.objects.filter(company_id=company_id, prefix=bare).delete()[0] > 0


def count_uses(prefixes: Iterable[UrlPrefix]) -> dict[int, tuple[int, int]]:
    """Count the workorders and codes under each prefix, by its primary key; for a few prefixes at a time.

    They are asked for by name: of a condition that joins, the planner believes that every prefix is as frequent.
    """
    of = {(prefix.company_id, spelled): prefix.pk for prefix in prefixes for spelled in _spellings(prefix.prefix)}
    codes = Case(When(type=Workorder.Type.SSC, then="uploaded_quantity"), default="quantity")
    named = Workorder.objects.filter(company__in={company for company, _ in of}, url_prefix__in={url for _, url in of})
    counted = named.filter(NEEDS_ITS_PREFIX).order_by().values_list("company", "url_prefix")
    found: dict[int, tuple[int, int]] = {}
    for company, url, *more in counted.annotate(there=Count("pk"), codes_there=Sum(codes)):
        if pk := of.get((company, url)):
            before = found.get(pk, (0, 0))
            found[pk] = (before[0] + more[0], before[1] + more[1])
    return found


def warn_of_prefix(prefix: str) -> str:
    """Say what may be a mistake in a prefix that can be used; empty when nothing is found."""
    said = []
    if prefix[-1:].isalnum():
        said.append(
            say_problem(
                "The URL prefix ends in {end}, so the codes will read {example}."
                " If a slash, or a = before the id, is missing at its end, use the prefix with it.",
                end=prefix[-1],
                example=prefix + EXAMPLE_ID,
            )
        )
    host = urlsplit(prefix).hostname or ""
    if host and "." not in host and _host(prefix) != _host(settings.PUBLIC_URL):
        said.append(
            say_problem(
                "The host {host} has no domain, so the codes can be opened only within a network that knows it.",
                host=host,
            )
        )
    return " ".join(said)


def _spellings(bare: str) -> list[str]:
    """The URL prefixes that begin with `bare`, whatever their scheme."""
    return [f"{scheme}://{bare}" for scheme in NEEDLESS_PORTS]


def _refuse_prefix(company: Company, prefix: str) -> None:
    """Raise ValidationError unless the prefix is the one spelling of its URL, so that comparing texts compares URLs."""
    match = PREFIX.fullmatch(prefix)
    port = int(match["port"] or 0) if match else 0
    if not match or port > LARGEST_PORT or port == NEEDLESS_PORTS[match["scheme"]] or DOT_SEGMENT.search(prefix):
        raise ValidationError(f"{SHAPE} {_misspelling(prefix)}".rstrip())
    if prefix.startswith(company.url_prefix):
        if prefix != company.url_prefix:
            raise ValidationError(
                say_problem(
                    "Below {url_prefix} the id follows at once; leave the prefix out.", url_prefix=company.url_prefix
                )
            )
    elif match["host"] != urlsplit(settings.PUBLIC_URL).hostname and (reason := wrong_host(match["host"])):
        raise ValidationError(reason)
    elif _host(prefix) in map(_host, (settings.PUBLIC_URL, *settings.FORMER_PUBLIC_URLS)):
        raise ValidationError(
            say_problem("At this portal's own address it must be {url_prefix}", url_prefix=company.url_prefix)
        )
    if longest_id(prefix) < SHORTEST_ID:
        longest = qr_single.CAPACITY - SHORTEST_ID
        raise ValidationError(
            say_problem(
                "It has {length} characters; the QR code has room for {longest}.", length=len(prefix), longest=longest
            )
        )


def _misspelling(prefix: str) -> str:
    """Say what in particular is wrong with a text that is no prefix, if that can be told."""
    scheme, _, rest = prefix.partition("://")
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    host, colon, port = authority.rpartition(":") if not authority.endswith("]") else (authority, "", "")
    host = host or authority
    checks = {
        say_problem("It begins with neither https:// nor http:// in small letters."): scheme not in NEEDLESS_PORTS,
        say_problem("A user or a password stands before the host."): "@" in authority,
        say_problem("The host is an IPv6 address."): "[" in authority,
        say_problem(
            "The host has letters outside a to z; write it as the DNS has it, beginning with xn--."
        ): not host.isascii(),
        say_problem("The host has capital letters."): host.isascii() and host != host.lower(),
        say_problem("The host ends in a dot."): host.endswith("."),
        say_problem("No slash follows the host."): not rest.startswith(f"{authority}/"),
        say_problem("The port {port} is needless or wrong.", port=port): bool(colon)
        and bool(PREFIX.fullmatch(f"{scheme}://{host}/")),
        say_problem("It has /./ or /../, which browsers take out of a URL."): bool(DOT_SEGMENT.search(prefix)),
    }
    return next((said for said, is_so in checks.items() if is_so), "")


def _lock_host_of(bare: str) -> None:
    with connection.cursor() as cursor:
        host = bare.partition("/")[0]
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"URL prefixes of {host}"])


def _refuse_meeting(company: Company, bare: str) -> None:
    longer = UrlPrefix.objects.annotate(at=StrIndex(F("prefix"), Value(bare))).filter(at=1)
    shorter = UrlPrefix.objects.annotate(at=StrIndex(Value(bare), F("prefix"))).filter(at=1)
    for other in longer.union(shorter):
        if other.company_id != company.pk:
            raise ValidationError(say_problem("The URLs of another company begin like this; choose another prefix."))
        if other.prefix != bare:
            reason = say_problem(
                "Codes of yours begin with {prefix}, so two codes could get the same URL; use that one.",
                prefix=other.prefix,
            )
            raise ValidationError(reason)


def _bare(prefix: str) -> str:
    """Return the prefix without its scheme, since http and https reach the same page."""
    return prefix.partition("://")[2]


def _host(url: str) -> str:
    """Return the host of a URL, with one name for all the names of this machine."""
    host = urlsplit(url).hostname or ""
    return "localhost" if host == "localhost" or host.startswith("127.") else host


def longest_id(prefix: str) -> int:
    """Return how many characters of id fit behind `prefix` in the largest symbol of a SID."""
    return qr_single.CAPACITY - len(prefix)
