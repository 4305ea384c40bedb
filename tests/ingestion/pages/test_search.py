"""The search over records, workorders, products and codes at once."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page, expect

from portal.models import User
from tests.support.browsing import sign_in
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.many import many
from tests.support.pages import a_record, a_workorder, as_, seen
from workorders.models import Product


def links(user: User, query: str) -> dict[str, list[str]]:
    """What a search finds: by the name of the kind, the links in its table and that to all of them."""
    content = as_(user).get("/search/", {"q": query}).content.decode()
    parts = re.split(r'<h2 id="found-(\w+)">', content)[1:]
    pieces = dict(zip(parts[::2], parts[1::2], strict=True))
    return {name: re.findall(r'href="([^"]+)"', piece.split("</section>")[0]) for name, piece in pieces.items()}


def test_one_text_finds_files_workorders_products_and_codes(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "spring-0001", "spring-0002", "winter-0001")
    named = a_workorder(demo.staff, reference="Spring labels")
    record = a_record(demo.staff, file_name="spring.csv", workorder=workorder)
    product = Product.objects.create(company=demo.company, sku="s-9", name="Spring water")
    code = f"/workorders/{workorder.pk}/codes/spring-000"
    assert links(demo.staff, "spring") == {
        "codes": [f"{code}1/", f"/workorders/{workorder.pk}/", f"{code}2/", f"/workorders/{workorder.pk}/"],
        "records": [f"/ingestions/{record.key}/"],
        "workorders": [f"/workorders/{named.pk}/"],
        "products": [f"/products/{product.pk}/"],
    }
    assert links(demo.staff, record.key) == {"records": [f"/ingestions/{record.key}/"]}
    assert links(demo.staff, str(named.pk))["workorders"] == [f"/workorders/{named.pk}/"]


def test_the_url_of_a_code_finds_the_code_and_its_upload(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "spring-0001")
    record = a_record(demo.staff, workorder=workorder)
    found = links(demo.staff, "https://codes.example/c/demo/spring-0001/")
    assert found["codes"][0] == f"/workorders/{workorder.pk}/codes/spring-0001/"
    assert found["records"] == [f"/ingestions/{record.key}/"]


def test_of_more_than_a_few_the_first_are_shown_and_a_link_to_all(demo: Demo) -> None:
    some_codes(demo.staff, *(f"spring-{number:04}" for number in range(6)))
    Product.objects.bulk_create(Product(company=demo.company, sku=f"spring{number}") for number in range(6))
    found = links(demo.staff, " spring ")
    assert found["codes"][0] == "/codes/?q=spring"
    assert found["products"][0] == "/products/?q=spring"
    assert {name: len(set(each)) for name, each in found.items()} == {"codes": 7, "products": 6}
    assert as_(demo.staff).get(found["products"][0]).content.decode().count("/products/") >= 6


def test_nobody_finds_what_they_may_not_see(demo: Demo) -> None:
    some_codes(demo.staff, "spring-0001")
    a_workorder(demo.staff, reference="spring")
    a_record(demo.staff, file_name="spring.csv")
    Product.objects.create(company=demo.company, sku="spring1")
    hidden = a_workorder(demo.other_staff, reference="spring is hidden", is_archived=True)
    assert links(demo.other_staff, "spring") == {}
    assert links(demo.printer, "spring") == {}
    assert "Nothing is found" in seen(demo.printer, "/search/?q=spring")
    assert hidden.reference not in seen(demo.other_staff, "/search/?q=spring-is")
    assert Client().get("/search/").status_code == 302


@pytest.mark.parametrize("query", ["", "%", "'", "../", "é", "x" * 5000, "9" * 30])
def test_whatever_is_typed_is_answered(demo: Demo, query: str) -> None:
    assert as_(demo.staff).get("/search/", {"q": query}).status_code == 200


def test_it_asks_the_database_as_often_for_many_rows_as_for_few(demo: Demo) -> None:
    counts = []
    for begin, rows in ((1, 60), (61, 600)):
        many(demo, rows, begin=begin, share=10)
        with CaptureQueriesContext(connection) as asked:
            assert set(links(demo.staff, "many")) == {"products", "codes"}
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 30


def test_the_key_leads_to_the_field_and_enter_searches(page: Page, committed_demo: Demo) -> None:
    workorder = some_codes(committed_demo.staff, "spring-0001")
    sign_in(page)
    page.keyboard.press("/")
    expect(page.get_by_label("Search everything")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.get_by_label("Search everything")).to_have_value("a/b")
    page.keyboard.press("Control+a")
    page.keyboard.type("spring")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="spring-0001").click()
    expect(page).to_have_url(re.compile(rf"/workorders/{workorder.pk}/codes/spring-0001/$"))


def test_on_a_phone_a_link_leads_to_the_page_of_the_search(page: Page, committed_demo: Demo) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page)
    page.keyboard.press("/")
    expect(page).to_have_url(re.compile("/search/$"))
    page.get_by_label("Search everything").fill("sku1")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("link", name="sku1")).to_be_visible()
