"""What the doors call. Who may is the door's question."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Exists, OuterRef, QuerySet, Sum, When

from portal.models import Company, User
from workorders.models import Code, Job, Product, Workorder
from workorders.rendering import qr_single

SHORTEST_ID, LONGEST_ID = 8, 100


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
    """The codes of that id, at most one in each company; the unique index finds them. Only brand owners have codes."""
    owners = companies.filter(kind=Company.Kind.BRAND_OWNER).values_list("pk", flat=True)
    return Code.objects.filter(company_id__in=list(owners), identifier=identifier)


def longest_id(prefix: str) -> int:
    """How many characters of id fit behind `prefix` in the largest symbol of a SID."""
    return qr_single.CAPACITY - len(prefix)


def set_archived(rows: QuerySet[Any], archived: bool) -> None:
    """Put rows out of sight or out of use, or bring them back; codes, downloads and workorders keep what they have."""
    rows.update(is_archived=archived)
