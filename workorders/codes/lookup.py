"""Looking codes up by their ids."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from portal.models import Company, User
from workorders.identifiers import gs1
from workorders.models import FIRST_CODES, Code, CodeScans, Workorder

AFTER_EVERY_ID = "~"  # sorts behind each character that an id may have
HOST = re.compile("https?://[^/]*/")
BEFORE_ID = re.compile(  # what stands before it in a URL that a scanner read, or in a GS1 path
    r"^https?://.*/(?=01/[0-9]{14}/)|^https?://.*[^A-Za-z0-9_-]|^/(?=01/)"
)


def find_codes(identifier: str, companies: QuerySet[Company]) -> QuerySet[Code]:
    """Return the codes of that id, at most one of each company, by the unique index. Only brand owners have codes."""
    owners = companies.filter(kind=Company.Kind.BRAND_OWNER).values_list("pk", flat=True)
    return Code.objects.filter(company_id__in=list(owners), identifier=identifier)


def parse_id(query: str) -> str:
    """The id in what somebody looks for: the end of a URL that a scanner read, or all of it, as ids are kept.

    Scanners and people add a slash or a space behind a URL.
    """
    query = query.strip()
    if host := HOST.match(query):
        query = host[0] + query.removeprefix(host[0]).rstrip("/?#&")
    return gs1.respelled(BEFORE_ID.sub("", query))


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
    """Return the codes of a workorder. The company is named too, as in every query of codes."""
    return Code.objects.filter(company=workorder.company_id, workorder=workorder)


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
