"""Products: created one by one or many at once, renamed, put out of use and brought back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from portal.accounts.security_log import tell
from portal.database.constraints import Violation, savepoint
from portal.models import Company, User
from portal.values.texts import is_plain
from portal.values.words import gettext_lazy
from workorders.models import Product

COLUMNS = [Product._meta.get_field(name) for name in ("sku", "name")]
FITS_BOTH: int = min(getattr(column, "max_length", 0) for column in COLUMNS)  # characters
SKU_STAYS = gettext_lazy(
    "An SKU stays as it is, since files name the product by it. For another SKU create another product."
)


class SkuTaken(Exception):  # noqa: N818  # an event, not a fault
    """The company has a product of that SKU. The message says so, and what can be done."""


def create(company: Company, sku: str, name: str, *, is_archived: bool = False) -> Product:
    """Create a product of `company`; raise SkuTaken when it has one of this SKU."""
    try:
        with savepoint("product_sku_of_company"):
            product = Product.objects.create(company=company, sku=sku, name=name, is_archived=is_archived)
            tell("product_made", of=product, sku=sku, product_name=name, is_archived=is_archived)
            return product
    except Violation:
        taken = Product.objects.get(company=company, sku=sku)
        what = gettext("a hidden product") if taken.is_archived else gettext("a product")
        remedy = gettext("show that one again") if taken.is_archived else gettext("use that one")
        raise SkuTaken(
            gettext("The company has {what} of this SKU already; {remedy}, or choose another SKU.").format(
                what=what, remedy=remedy
            )
        ) from None


def change(products: QuerySet[Product], *, name: str | None = None, is_archived: bool | None = None) -> None:
    """Rename the products, hide them or show them again; what is None stays as it is.

    Uploads and orders that name an archived product are refused. Codes keep what they have.
    """
    given = {field: value for field, value in (("name", name), ("is_archived", is_archived)) if value is not None}
    with transaction.atomic():
        for product in products.select_for_update(no_key=True).order_by("pk"):
            before = {field: getattr(product, field) for field in given if getattr(product, field) != given[field]}
            if before:
                after = {field: given[field] for field in before}
                Product.objects.filter(pk=product.pk).update(**after)
                tell("product_changed", of=product, sku=product.sku, before=before, after=after)


class Stored(NamedTuple):
    """Numbers of what `store` did; `archived` products are counted among the renamed and unchanged too."""

    created: int
    renamed: int
    unchanged: int
    archived: int


STORE = """
    WITH given AS (SELECT * FROM unnest(%(skus)s::text[], %(names)s::text[]) AS one (sku, name)),
    stored AS (
        INSERT INTO workorders_product (company_id, sku, name, is_archived, created_at)
        SELECT %(company)s, sku, name, false, now() FROM given
        ON CONFLICT (company_id, sku) DO UPDATE SET name = excluded.name
        WHERE excluded.name <> '' AND excluded.name <> workorders_product.name
        RETURNING xmax = 0 AS is_new
    ),
    archived AS (
        SELECT count(*) AS number FROM workorders_product JOIN given USING (sku)
        WHERE company_id = %(company)s AND is_archived
    )
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), (SELECT number FROM archived) FROM stored
"""


def store(company: Company, names: Mapping[str, str]) -> Stored:
    """Create or rename all products of `names`, by SKU, in one statement; an empty name leaves the one that there is.

    The rows come sorted, so that of two files at once the second waits for the first instead of both for each other.
    """
    skus = sorted(names)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STORE, {"company": company.pk, "skus": skus, "names": [names[sku] for sku in skus]})
        created, renamed, archived = cursor.fetchone()
        tell("products_stored", of=company, products_created=created, products_renamed=renamed)
    return Stored(created, renamed, len(skus) - created - renamed, archived)


def fault_of(field: str, value: str) -> str:
    """Say what is wrong with `value` as a product's `sku` or `name`; empty when nothing is."""
    try:
        Product._meta.get_field(field).clean(value, None)  # type: ignore[union-attr]  # both are columns
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def all_fit(values: Sequence[str]) -> bool:
    """Say whether `fault_of` finds nothing in any of `values`, as SKU or as name, looking at all together for speed.

    False tells nothing. Whether an SKU is there at all is not asked.
    """
    return max(map(len, values), default=0) <= FITS_BOTH and is_plain("".join(values))


def products_for(user: User) -> QuerySet[Product]:
    """Return the products of the user's company, or all of them for a superuser."""
    return Product.objects.all() if user.is_superuser else Product.objects.filter(company_id=user.company_id or 0)


def matching_products(query: str) -> Q:
    """Return the condition of a search: the text stands in the SKU or the name."""
    return Q(sku__icontains=query) | Q(name__icontains=query)


def usable_products(company_id: int) -> dict[str, int]:
    """Return the company's products that codes may have now: id by SKU."""
    return dict(Product.objects.filter(company_id=company_id, is_archived=False).values_list("sku", "pk"))


def archived_products(company_id: int) -> dict[str, int]:
    """Return the company's products that codes keep but do not get any more: id by SKU."""
    return dict(Product.objects.filter(company_id=company_id, is_archived=True).values_list("sku", "pk"))
