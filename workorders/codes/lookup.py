"""Looking codes up by their ids."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from portal.database.planner import each_of
from portal.models import Company, User
from workorders.identifiers import gs1
from workorders.models import FIRST_CODES, Code, CodeScans, UrlPrefix, Workorder

AFTER_EVERY_ID = "~"  # sorts behind each character that an id may have
HOST = re.compile("https?://[^/]*/")
AT_PORTAL = re.compile("/c/([^/]+)/$")  # what stands before the ids of a company at the portal's own address
MOST_STARTS = 1000  # of URLs, of which is looked up whose they are
MOST_PARTS = 50  # of a URL
BEFORE_ID = re.compile(  # what stands before it in a URL that a scanner read, or in a GS1 path
    r"^https?://.*/(?=01/[0-9]{14}/)|^https?://.*[^A-Za-z0-9_-]|^/(?=01/)"
)


def find_codes(identifier: str, companies: QuerySet[Company]) -> QuerySet[Code]:
    """Return the codes of that id, at most one of each company, by the unique index. Only brand owners have codes."""
    owners = companies.filter(kind=Company.Kind.BRAND_OWNER).values_list("pk", flat=True)
    return Code.objects.filter(company_id__in=each_of(owners, "bigint"), identifier=identifier)


def parse_id(query: str) -> str:
    """The id in what somebody looks for: the end of a URL that a scanner read, or all of it, as ids are kept.

    Scanners and people add a slash or a space behind a URL.
    """
    return gs1.respelled(BEFORE_ID.sub("", _without_end(query)))


def start_of_url(text: str) -> str:
    """Return what stands before the id in a URL; nothing where the text is none."""
    found = BEFORE_ID.match(_without_end(text)) if "://" in text else None
    return found[0] if found else ""


def is_of_another(text: str, company: Company) -> bool:
    """Say whether the text is the URL of a code of another company, whose id may be one of this company's, too."""
    return bool(starts_of_others([start_of_url(text)], company))


def starts_of_others(starts: Collection[str], company: Company) -> set[str]:
    """Return those of the `starts` of URLs behind which codes of other companies are, with one query.

    They begin with a prefix that another company claimed, or are the portal's own addresses of another company. Of more
    than MOST_STARTS, the others count as the company's, unless they are such addresses.
    """
    urls = {start: start.partition("://")[2] for start in starts if start}
    parts = {start: _parts(bare) for start, bare in islice(urls.items(), MOST_STARTS)}
    wanted = {part for found in parts.values() for part in found}
    claimed = dict(UrlPrefix.objects.filter(prefix__in=wanted).values_list("prefix", "company_id")) if wanted else {}
    others = set()
    for start in urls:
        owners = {claimed[part] for part in parts.get(start, ()) if part in claimed}
        slug = AT_PORTAL.search(start)
        is_at_anothers = slug is not None and slug[1] != company.slug
        if company.pk not in owners and (owners or is_at_anothers):
            others.add(start)
    return others


def _parts(bare: str) -> list[str]:
    """Return the parts of a URL without its scheme that may be a prefix: those that end in a separator."""
    return [bare[: found.end()] for found in islice(re.finditer("[^A-Za-z0-9_-]", bare), MOST_PARTS)]


def _without_end(query: str) -> str:
    """Return the text without the slash or space that scanners and people add behind a URL."""
    query = query.strip()
    host = HOST.match(query)
    return host[0] + query.removeprefix(host[0]).rstrip("/?#&") if host else query


def may_see_codes(user: User) -> bool:
    """Say whether codes may be looked at one by one: a printing partner works whole workorders."""
    return user.may("workorder_view") and (user.brand is not None or user.may("company_view_all"))


def may_have_symbols(user: User) -> bool:
    """Say whether the person may have the symbols of single codes: support looks at codes, and can print none."""
    return may_see_codes(user) and not user.looks_only


def codes_of_company(company: Company) -> QuerySet[Code]:
    """Return the company's codes, each with its workorder and its product."""
    return Code.objects.filter(company=company).select_related("workorder", "product")


def codes_in(workorder: Workorder) -> QuerySet[Code]:
    """Return the codes of a workorder.

    As in every query of them, the company is not named: where the server does not know yet that it has many codes, it
    would look through all of them by the unique index, as the most selective one. A workorder it knows as a few blocks.
    """
    return Code.objects.filter(workorder=workorder)


def first_codes(workorder: Workorder) -> QuerySet[Code]:
    """Return the codes that head the uploaded file, in its order."""
    return codes_in(workorder).filter(sequence__lte=FIRST_CODES).order_by("sequence")


def scans_of(codes: Iterable[Code]) -> dict[Any, CodeScans]:
    """Return what was counted of `codes` by their keys, without those that nobody scanned."""
    by_company: dict[int, list[str]] = {}
    for code in codes:
        by_company.setdefault(code.company_id, []).append(code.identifier)
    return {
        scans.pk: scans
        for company, identifiers in by_company.items()
        for scans in CodeScans.objects.filter(company=company, identifier__in=identifiers)
    }
