"""Demo data of an embedded first start: three companies and their people, all with one password."""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction

from portal.models import Company, User

COMPANIES = (
    ("demo", "Demo Brands", Company.Kind.BRAND_OWNER),
    ("printco", "PrintCo", Company.Kind.PRINTING_PARTNER),
    ("other", "Other Brands", Company.Kind.BRAND_OWNER),
)
PRODUCTS = {"demo": ("sku1", "sku2", "sku3", "sku4", "sku5", "NICK1"), "other": ("sku1",)}
PEOPLE: tuple[tuple[str, str, str | None, str], ...] = (
    ("staff@demo.example", "Stella Staff", "demo", "staff"),
    ("admin@demo.example", "Adam Admin", "demo", "admin"),
    ("support@demo.example", "Sue Support", None, "support"),
    ("printer@printco.example", "Pete Printer", "printco", "printer"),
    ("staff@other.example", "Otto Other", "other", "staff"),
)
ROOT = "root@codeport.example"


@transaction.atomic
def create_demo_data(password: str) -> None:
    """Make the demo companies, their products and people; for a database that has none."""
    hashed = make_password(password)  # once for all: slow on purpose
    product = apps.get_model("workorders", "Product")
    made = Company.objects.bulk_create(Company(slug=slug, name=name, kind=kind) for slug, name, kind in COMPANIES)
    companies = {company.slug: company for company in made}
    product.objects.bulk_create(
        product(company=companies[slug], sku=sku, name=f"Product {sku}")
        for slug, skus in PRODUCTS.items()
        for sku in skus
    )
    people = User.objects.bulk_create(
        User(email=email, password=hashed, name=name, company=companies[of] if of else None)
        for email, name, of, _role in PEOPLE
    )
    groups = {group.name: group for group in Group.objects.all()}
    member = User.groups.through
    member.objects.bulk_create(
        member(user=user, group=groups[role]) for user, (*_, role) in zip(people, PEOPLE, strict=True)
    )
    User.objects.create(email=ROOT, password=hashed, name="Root", is_staff=True, is_superuser=True)
