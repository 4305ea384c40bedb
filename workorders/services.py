"""What the doors call. Who may is the door's question."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import StrIndex

from portal.models import Company, User
from workorders import qr
from workorders.archive import published
from workorders.models import Product, UrlPrefix, Workorder

SHORTEST_ID = 8
PRINTABLE = re.compile(r"[!-~]+")
PREFIX_LOCK = 7_205_001  # any number no one else locks


def workorders_for(user: User) -> QuerySet[Workorder]:
    """The workorders of the user's company."""
    return Workorder.objects.filter(company_id=user.company_id) if user.company_id else Workorder.objects.none()


def products_for(user: User) -> QuerySet[Product]:
    """The products of the user's company."""
    return Product.objects.filter(company_id=user.company_id) if user.company_id else Product.objects.none()


def usable_products(company_id: int) -> dict[str, int]:
    """The company's products that codes may have now: id by SKU."""
    return dict(Product.objects.filter(company_id=company_id, is_archived=False).values_list("sku", "pk"))


def claim_url_prefix(company: Company, prefix: str) -> None:
    """Make `prefix` the company's; ValidationError when no code's URL can begin with it, or another company's does.

    Two prefixes meet when one begins with the other: then an id behind the shorter could spell a URL behind the longer.
    """
    _refuse_prefix(company, prefix)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PREFIX_LOCK])
        others = UrlPrefix.objects.exclude(company=company)
        longer = others.annotate(at=StrIndex(F("prefix"), Value(prefix))).filter(at=1)
        shorter = others.annotate(at=StrIndex(Value(prefix), F("prefix"))).filter(at=1)
        if longer.exists() or shorter.exists():
            raise ValidationError("The URLs of another company begin like this; choose another prefix.")
        UrlPrefix.objects.get_or_create(prefix=prefix, defaults={"company": company})


def _refuse_prefix(company: Company, prefix: str) -> None:
    try:
        parts = urlsplit(prefix)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or not PRINTABLE.fullmatch(prefix):
        raise ValidationError("It must look like https://codes.example.com/ and hold no spaces.")
    if not parts.path:
        raise ValidationError("After the host name it needs a slash, or the id would become a part of the name.")
    if not prefix.startswith(company.url_prefix) and f"{prefix}/".startswith(f"{settings.PUBLIC_URL}/"):
        raise ValidationError(f"Below this portal's own address it must begin with {company.url_prefix}")
    if longest_id(prefix) < SHORTEST_ID:
        longest = qr.CAPACITY - SHORTEST_ID
        raise ValidationError(f"It has {len(prefix)} characters; the QR code has room for {longest}.")


def longest_id(prefix: str) -> int:
    """How many characters of id fit behind `prefix` in the largest symbol of a SID."""
    return qr.CAPACITY - len(prefix)


def prepare(workorder_id: int) -> None:
    """Publish the workorder's archive; a new SID workorder is then completed. Safe to repeat."""
    workorder = Workorder.objects.get(pk=workorder_id)
    published(workorder, "archive")
    new = Workorder.objects.filter(pk=workorder_id, type=Workorder.Type.SID, state=Workorder.State.NEW)
    new.update(state=Workorder.State.COMPLETED)
