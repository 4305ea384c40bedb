"""Other ways to compare with: Django's ORM with and without checks, and django-import-export."""

from __future__ import annotations

import csv
import secrets
from pathlib import Path
from typing import Any

from django.db import transaction
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget, Widget
from tablib import Dataset

from benchmarks.measure import Measured, apart
from portal.models import Company, User
from workorders.models import Code, Product, Workorder


def _workorder() -> Workorder:
    user = User.objects.get(email="staff@demo.example")
    company = Company.objects.get(slug="demo")
    reference = secrets.token_hex(8)
    return Workorder.objects.create(company=company, reference=reference, quantity=1, url_prefix="x", created_by=user)


def _codes(path: Path) -> Any:
    """Unsaved codes of a CSV, as a plain script makes them."""
    workorder = _workorder()
    company = workorder.company
    products = {product.sku: product for product in Product.objects.filter(company=company)}
    with path.open(newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            scm = {"pallet_number": row["pallet_number"], "intended_market": row["intended_market"]}
            yield Code(
                identifier=row["id"],
                company=company,
                workorder=workorder,
                sequence=number,
                product=products[row["product"]],
                scm_data=scm,
            )


def bulk_create(path: Path) -> Measured:
    """`bulk_create` with no check at all."""

    def work() -> None:
        with transaction.atomic():
            Code.objects.bulk_create(_codes(path), batch_size=5000)

    return apart(work)


def clean_fields(path: Path) -> Measured:
    """`clean_fields` on each row, which asks the database nothing, and `bulk_create`."""

    def work() -> None:
        codes = []
        with transaction.atomic():
            for code in _codes(path):
                code.clean_fields(exclude=("company", "workorder", "product", "last_change"))
                codes.append(code)
            Code.objects.bulk_create(codes, batch_size=5000)

    return apart(work)


def full_clean(path: Path) -> Measured:
    """`csv.DictReader`, `full_clean` on each row, `bulk_create`."""

    def work() -> None:
        codes = []
        with transaction.atomic():
            for code in _codes(path):
                code.full_clean(exclude=("last_change",))  # which no form asks for
                codes.append(code)
            Code.objects.bulk_create(codes, batch_size=5000)

    return apart(work)


class ProductWidget(ForeignKeyWidget):  # type: ignore[misc]  # the library has no types
    """Finds the demo company's product by its SKU."""

    def get_queryset(self, value: str, row: dict[str, str], *args: Any, **kwargs: Any) -> Any:
        return Product.objects.filter(company__slug="demo")


class CodeResource(ModelResource):  # type: ignore[misc]  # the library has no types
    """The resource by which django-import-export loads codes."""

    identifier = Field("identifier", "id")
    product = Field("product", "product", ProductWidget(Product, "sku"))

    class Meta:
        model = Code
        import_id_fields = ("identifier",)
        fields = ("identifier", "product")
        use_bulk = True
        batch_size = 5000
        skip_diff = True

    def __init__(self, workorder: Workorder) -> None:
        super().__init__()
        self.workorder, self.sequence = workorder, 0

    def before_save_instance(self, instance: Code, row: dict[str, str], **kwargs: Any) -> None:
        self.sequence += 1
        instance.company, instance.workorder, instance.sequence = self.workorder.company, self.workorder, self.sequence
        instance.scm_data = {name: row[name] for name in ("pallet_number", "intended_market")}


class BlindCodeResource(CodeResource):
    """The resource without a look whether the table has a row's id already."""

    class Meta(CodeResource.Meta):
        force_init_instance = True


class KnownProductWidget(Widget):  # type: ignore[misc]  # the library has no types
    """Finds a product by its SKU among those that were read once."""

    def __init__(self) -> None:
        self.products = {product.sku: product for product in Product.objects.filter(company__slug="demo")}

    def clean(self, value: str, row: dict[str, str] | None = None, **kwargs: Any) -> Product:
        return self.products[value]


class BestCodeResource(BlindCodeResource):
    """The resource at its best: products from a dictionary, and no look whether the table has a row's id already."""

    class Meta(BlindCodeResource.Meta):
        skip_diff = True

    def __init__(self, workorder: Workorder) -> None:
        super().__init__(workorder)
        self.fields["product"].widget = KnownProductWidget()


def import_export(path: Path, resource: type[CodeResource] = CodeResource) -> Measured:
    """`import_data` of django-import-export with `use_bulk`."""

    def work() -> None:
        with path.open() as table:
            rows = Dataset().load(table, format="csv")
        resource(_workorder()).import_data(rows, raise_errors=True, use_transactions=True)

    return apart(work)


def blind_import_export(path: Path) -> Measured:
    """`import_export` without a look for what the table has."""
    return import_export(path, BlindCodeResource)


def best_import_export(path: Path) -> Measured:
    """`import_export` without any query of a row."""
    return import_export(path, BestCodeResource)
