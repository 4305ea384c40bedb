"""Products are stored one by one or many at once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests.support.demo import Demo
from workorders.models import Product
from workorders.products import services as products
from workorders.products.services import SkuTaken, Stored


def names_of(demo: Demo) -> dict[str, str]:
    return dict(Product.objects.filter(company=demo.company).values_list("sku", "name"))


def test_a_product_is_created_once_in_each_company(demo: Demo) -> None:
    product = products.create(demo.company, "tea", "Green tea")
    assert (product.sku, product.name, product.is_archived) == ("tea", "Green tea", False)
    assert products.create(demo.other, "tea", "").company == demo.other
    assert products.create(demo.company, "Tea", "").pk != product.pk
    with pytest.raises(SkuTaken) as refused:
        products.create(demo.company, "tea", "Black tea")
    assert str(refused.value) == ("The company has a product of this SKU already; use that one, or choose another SKU.")
    assert names_of(demo)["tea"] == "Green tea"


def test_a_hidden_product_keeps_its_sku(demo: Demo) -> None:
    products.create(demo.company, "tea", "", is_archived=True)
    with pytest.raises(SkuTaken, match="a hidden product of this SKU already; show that one again, or choose"):
        products.create(demo.company, "tea", "")


def test_a_refused_product_leaves_the_transaction_usable(demo: Demo) -> None:
    with transaction.atomic():
        products.create(demo.company, "tea", "")
        with pytest.raises(SkuTaken):
            products.create(demo.company, "tea", "")
        products.create(demo.company, "coffee", "")
    assert {"tea", "coffee"} <= names_of(demo).keys()


def test_errors_that_are_no_taken_sku_are_not_hidden(demo: Demo) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        products.create(demo.company, "tea", None)  # type: ignore[arg-type]  # the database refuses it


def test_only_what_is_named_changes(demo: Demo) -> None:
    rows = Product.objects.filter(pk=products.create(demo.company, "tea", "Tea").pk)
    products.change(rows, name="Green tea")
    products.change(rows, is_archived=True)
    assert list(rows.values_list("name", "is_archived")) == [("Green tea", True)]
    products.change(rows, name="")
    products.change(rows, is_archived=False)
    assert list(rows.values_list("name", "is_archived")) == [("", False)]


def test_many_are_stored_in_one_statement(demo: Demo) -> None:
    Product.objects.filter(company=demo.company).delete()
    products.create(demo.company, "old", "Old")
    products.create(demo.company, "named", "Named")
    products.create(demo.company, "gone", "Gone", is_archived=True)
    stored = products.store(demo.company, {"new": "New", "old": "Renamed", "named": "", "gone": "Gone", "bare": ""})
    assert stored == Stored(created=2, renamed=1, unchanged=2, archived=1)
    assert names_of(demo) == {"new": "New", "old": "Renamed", "named": "Named", "gone": "Gone", "bare": ""}
    assert Product.objects.get(company=demo.company, sku="gone").is_archived
    again = products.store(demo.company, {"new": "New", "old": "Renamed"})
    assert again == Stored(created=0, renamed=0, unchanged=2, archived=0)


def test_nothing_is_stored_of_an_empty_list(demo: Demo) -> None:
    before = names_of(demo)
    assert products.store(demo.company, {}) == Stored(0, 0, 0, 0)
    assert names_of(demo) == before


def test_products_of_another_company_are_not_touched(demo: Demo) -> None:
    assert products.store(demo.other, {"sku1": "Theirs", "sku2": "Theirs"}).created == 1
    assert names_of(demo)["sku1"] != "Theirs"


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("sku", "tea", ""),
        ("sku", "x" * 100, ""),
        ("sku", "x" * 101, "Ensure this value has at most 100 characters (it has 101)."),
        ("sku", "", "This field cannot be blank."),
        ("name", "", ""),
        ("name", "x" * 200, ""),
        ("name", "x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
    ],
)
def test_a_value_that_does_not_fit_is_told(field: str, value: str, fault: str) -> None:
    assert products.fault_of(field, value) == fault


@pytest.mark.parametrize(
    ("values", "fit"),
    [
        ([], True),
        (["tea", "Grüner Tee", "x" * 100], True),
        (["tea", "x" * 101], False),
        (["tea", "a\u0000b"], False),
        (["tea\n"], False),
    ],
)
def test_values_are_looked_at_together(values: list[str], fit: bool) -> None:
    assert products.all_fit(values) is fit


def test_products_in_use_can_be_named_by_codes(demo: Demo) -> None:
    Product.objects.filter(company=demo.company).exclude(sku__in=["sku1", "sku2"]).delete()
    Product.objects.filter(company=demo.company, sku="sku2").update(is_archived=True)
    expected = Product.objects.get(company=demo.company, sku="sku1")
    assert products.usable_products(demo.company.pk) == {"sku1": expected.pk}


def test_people_see_the_products_of_their_company(demo: Demo) -> None:
    own = set(Product.objects.filter(company=demo.company))
    assert set(products.products_for(demo.staff)) == own
    assert set(products.products_for(demo.printer)) == set()
    assert set(products.products_for(demo.root)) == set(Product.objects.all())
