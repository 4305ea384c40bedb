"""What the doors call. Who may is the door's question."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Sum, Value, When
from django.db.models.functions import StrIndex

from portal.models import Company, User
from workorders import qr
from workorders.models import Code, Job, Product, UrlPrefix, Workorder

SHORTEST_ID, LONGEST_ID = 8, 100
LABEL = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
PREFIX = re.compile(  # RFC 3986, in the spelling that its section 6 calls normal
    rf"(?P<scheme>https?)://{LABEL}(\.{LABEL})*(:(?P<port>[1-9][0-9]{{0,4}}))?"
    r"/([A-Za-z0-9._~!$&'()*+,;=:@/-]|%(?![4-7][0-9A-F]|3[0-9]|2[DE])[0-9A-F]{2})*"
    r"([?#]([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-F]{2})*)?"
)
DOT_SEGMENT = re.compile(r"/\.{1,2}(/|$)")
NEEDLESS_PORTS = {"http": 80, "https": 443}
LARGEST_PORT = 65535


def workorders_for(user: User) -> QuerySet[Workorder]:
    """What the user may see: the own brand's workorders, or those assigned to the own printing company.

    A superuser sees all of them.
    """
    if user.partner is not None and not user.is_superuser:
        return workorders_to_print(user)
    return own_workorders(user)


def own_workorders(user: User) -> QuerySet[Workorder]:
    """The workorders that belong to the user's company; all of them for a superuser."""
    return Workorder.objects.all() if user.is_superuser else Workorder.objects.filter(company_id=user.company_id or 0)


def workorders_to_print(user: User) -> QuerySet[Workorder]:
    """The SSC workorders that are assigned to the user's printing company; none for anybody else."""
    assigned = Workorder.objects.filter(type=Workorder.Type.SSC, printing_partner=user.partner)
    return assigned if user.partner is not None else assigned.none()


def printing_partners() -> QuerySet[Company]:
    """The companies that may be charged with printing."""
    return Company.objects.filter(kind=Company.Kind.PRINTING_PARTNER)


def with_codes(workorders: QuerySet[Workorder]) -> QuerySet[Workorder]:
    """Those of `workorders` that have codes in the table, not only to be minted or uploaded yet."""
    return workorders.exclude(type=Workorder.Type.SSC, uploaded_quantity=0).exclude(
        Exists(Job.objects.filter(Job.WITHOUT_CODES, workorder=OuterRef("pk")))
    )


def with_plain_images(workorders: QuerySet[Workorder]) -> QuerySet[Workorder]:
    """Those of `workorders` that may be printed as plain QR symbols."""
    return with_codes(workorders).filter(type=Workorder.Type.SID)


def codes_in(workorders: QuerySet[Workorder]) -> int:
    """How many codes `workorders` have, all together."""
    has = Case(When(type=Workorder.Type.SSC, then="uploaded_quantity"), default="quantity")
    total: int = with_codes(workorders).aggregate(total=Sum(has, default=0))["total"]
    return total


def products_for(user: User) -> QuerySet[Product]:
    """The products of the user's company; all of them for a superuser."""
    return Product.objects.all() if user.is_superuser else Product.objects.filter(company_id=user.company_id or 0)


def usable_products(company_id: int) -> dict[str, int]:
    """The company's products that codes may have now: id by SKU."""
    return dict(Product.objects.filter(company_id=company_id, is_archived=False).values_list("sku", "pk"))


def codes_called(identifier: str, companies: QuerySet[Company]) -> QuerySet[Code]:
    """The codes of that id, at most one in each company; the unique index finds them."""
    return Code.objects.filter(company_id__in=list(companies.values_list("pk", flat=True)), identifier=identifier)


def claim_url_prefix(company: Company, prefix: str) -> None:
    """Make `prefix` the company's; ValidationError when no code's URL can begin with it, or other codes' URLs do.

    Two prefixes meet when one begins with the other: then an id behind the shorter could spell a URL behind the longer.
    So they may not, be they of two companies or of one. The same prefix may be used again and again by its company.
    Until the caller's transaction ends, others wait who want a prefix of the same host.
    """
    _refuse_prefix(company, prefix)
    bare = _bare(prefix)
    host = bare.partition("/")[0]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"URL prefixes of {host}"])
        longer = UrlPrefix.objects.annotate(at=StrIndex(F("prefix"), Value(bare))).filter(at=1)
        shorter = UrlPrefix.objects.annotate(at=StrIndex(Value(bare), F("prefix"))).filter(at=1)
        for other in longer.union(shorter):
            if other.company_id != company.pk:
                raise ValidationError("The URLs of another company begin like this; choose another prefix.")
            if other.prefix != bare:
                reason = f"Codes of yours begin with {other.prefix}, so two codes could get the same URL; use that one."
                raise ValidationError(reason)
        UrlPrefix.objects.get_or_create(prefix=bare, defaults={"company": company})


def _bare(prefix: str) -> str:
    """What a prefix comes down to when URLs are compared: no scheme, since http and https reach the same page."""
    return prefix.partition("://")[2]


def _refuse_prefix(company: Company, prefix: str) -> None:
    """Only one spelling of each URL is let through, so that comparing texts compares URLs."""
    match = PREFIX.fullmatch(prefix)
    port = int(match["port"] or 0) if match else 0
    if not match or port > LARGEST_PORT or port == NEEDLESS_PORTS[match["scheme"]] or DOT_SEGMENT.search(prefix):
        raise ValidationError(
            "It must look like https://codes.example.com/ or https://codes.example.com/c?id= and go up to where the id"
            " begins: the host in small letters and followed by a slash, no password, no needless port, no spaces."
        )
    if prefix.startswith(company.url_prefix):
        if prefix != company.url_prefix:
            raise ValidationError(f"Below {company.url_prefix} the id follows at once; leave the prefix out.")
    elif _host(prefix) == _host(settings.PUBLIC_URL):
        raise ValidationError(f"At this portal's own address it must be {company.url_prefix}")
    if longest_id(prefix) < SHORTEST_ID:
        longest = qr.CAPACITY - SHORTEST_ID
        raise ValidationError(f"It has {len(prefix)} characters; the QR code has room for {longest}.")


def _host(url: str) -> str:
    """The host of a URL; one name for all the names of this machine."""
    host = urlsplit(url).hostname or ""
    return "localhost" if host == "localhost" or host.startswith("127.") else host


def longest_id(prefix: str) -> int:
    """How many characters of id fit behind `prefix` in the largest symbol of a SID."""
    return qr.CAPACITY - len(prefix)


def set_archived(rows: QuerySet[Workorder] | QuerySet[Product], archived: bool) -> None:
    """Put workorders or products out of sight, or bring them back; codes and downloads stay as they are."""
    rows.update(is_archived=archived)
