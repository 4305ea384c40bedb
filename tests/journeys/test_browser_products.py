"""Products in a real browser: created, imported, archived and brought back, by role and name."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browsing import broken_rules, sign_in
from workorders.models import Product


def choose_file(page: Page, content: str) -> None:
    page.get_by_label("File of products").set_input_files(
        {"name": "products.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Check and import").click()


def test_products_are_created_imported_archived_and_brought_back(page: Page) -> None:
    sign_in(page, "admin@demo.example")
    page.get_by_role("link", name="Products", exact=True).click()
    page.get_by_role("link", name="Create a product").click()
    page.get_by_label("SKU").fill("sku1")
    page.get_by_label("Name").fill("Green tea")
    page.get_by_role("button", name="Create the product").click()
    expect(page.get_by_text("The company has a product of this SKU already")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Green tea")
    page.get_by_label("SKU").fill("tea-1")
    page.get_by_role("button", name="Create the product").click()
    expect(page.get_by_role("heading", name="tea-1")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Products").click()

    page.get_by_role("link", name="Import a list").click()
    choose_file(page, "sku,name\ntea-1,White tea\n,Nameless\n")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was imported. products.csv has 1 problem.")
    expect(page.get_by_role("table", name="Problems").get_by_role("row").last).to_contain_text("The row has no SKU.")
    choose_file(page, "sku,name\ntea-1,White tea\ntea-2,Black tea\n")
    expect(page.get_by_text("products.csv: 1 created, 1 renamed, 0 unchanged.")).to_be_visible()

    page.get_by_role("searchbox", name="Search", exact=True).fill("tea")
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_label("Choose tea-1").check()
    page.get_by_label("Choose tea-2").check()
    page.get_by_role("button", name="Hide the chosen").click()
    expect(page.get_by_role("heading", name="Hide these products?")).to_be_visible()
    page.get_by_role("button", name="Hide", exact=True).click()
    expect(page.get_by_text("2 products are hidden.")).to_be_visible()
    expect(page.get_by_role("searchbox", name="Search", exact=True)).to_have_value("tea")
    page.get_by_label("State").select_option("Hidden")
    page.get_by_role("link", name="tea-2").click()
    page.get_by_role("button", name="Show again").click()
    expect(page.get_by_text("tea-2 is in use again.")).to_be_visible()
    found = Product.objects.filter(sku__startswith="tea").order_by("sku").values_list("sku", "name", "is_archived")
    assert list(found) == [("tea-1", "White tea", True), ("tea-2", "Black tea", False)]


def test_a_product_is_archived_by_keyboard_alone(page: Page) -> None:
    sign_in(page, "admin@demo.example")
    page.goto("/products/")
    page.get_by_label("Choose NICK1").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hide this product?")).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Hide":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("NICK1 is hidden.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_a_refused_import_keeps_the_rules_for_pages(page: Page, scheme: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    sign_in(page)
    page.goto("/products/import/")
    choose_file(page, f"sku,name,price\n,x,1\n{'s' * 101},x,2\nsku1\n{'n' * 90},{'w' * 250},4\n")
    expect(page.get_by_role("table", name="Problems").get_by_role("row")).to_have_count(5)
    assert broken_rules(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_filter_that_is_left_out_is_told_within_a_narrow_page(page: Page) -> None:
    sign_in(page)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/products/?state=Archived&{'x' * 90}=1")
        expect(page.get_by_text("The filter state=Archived is left out. It must be one of")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert broken_rules(page) == []
