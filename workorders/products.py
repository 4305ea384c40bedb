"""Products: created one by one or many at once, renamed, put out of use and brought back."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from portal.models import Company
from workorders.models import Product

SKU_STAYS = "An SKU stays as it is, since files name the product by it. For another SKU create another product."


class SkuTaken(Exception):  # noqa: N818  # an event, not a fault
    """The company has a product of that SKU; the message says so, and what can be done."""


def create(company: Company, sku: str, name: str, *, is_archived: bool = False) -> Product:
    """A new product of `company`; SkuTaken when it has one of this SKU."""
    try:
        with transaction.atomic():
            return Product.objects.create(company=company, sku=sku, name=name, is_archived=is_archived)
    except IntegrityError:
        taken = Product.objects.get(company=company, sku=sku)
        what = "an archived product" if taken.is_archived else "a product"
        remedy = "bring that one back" if taken.is_archived else "use that one"
        raise SkuTaken(f"The company has {what} of this SKU already; {remedy}, or choose another SKU.") from None


def change(products: QuerySet[Product], *, name: str | None = None, is_archived: bool | None = None) -> None:
    """Give the products another name, put them out of use or bring them back; what is None stays as it is.

    Uploads and orders that name an archived product are refused. Codes keep what they have.
    """
    given = {"name": name, "is_archived": is_archived}
    products.update(**{field: value for field, value in given.items() if value is not None})
