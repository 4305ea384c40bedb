"""Lists of the portal and what they offer to choose from end, however much there is; what lies behind is found."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page, expect

from ingestion.models import IngestionRecord
from portal import timeline
from portal.models import Company, User
from portal.pages import lists as paging
from tests.support.browsing import broken_rules, sign_in
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.pages import a_workorder, as_, seen
from workorders.models import Code, Product, Workorder


def of_page(page: str) -> str:
    """What the page says of its place in the list."""
    (said,) = re.findall(r'<nav class="pages"[^>]*>\s*<span>(.*?)</span>', page)
    return str(said)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists end at 50 rows, choices at one, timelines at three lines."""
    monkeypatch.setattr(paging, "MOST_COUNTED", 50)
    monkeypatch.setattr(paging, "MOST_OFFERED", 1)
    monkeypatch.setattr(timeline, "MOST_LINES", 3)


def records(company: Company, by: User, count: int) -> None:
    """So many records of the company."""
    IngestionRecord.objects.bulk_create(
        IngestionRecord(company=company, created_by=by, file_name=f"{by.email}-{number}.csv", status="error")
        for number in range(count)
    )


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("path", ["/ingestions/", "/products/", "/people/", "/workorders/"])
def test_a_long_list_is_counted_and_shown_as_far_as_its_last_page(demo: Demo, path: str) -> None:
    records(demo.company, demo.staff, 60)
    Product.objects.bulk_create(Product(company=demo.company, sku=f"a-{number}") for number in range(60))
    User.objects.bulk_create(User(email=f"p{number}@demo.example", company=demo.company) for number in range(60))
    Workorder.objects.bulk_create(
        Workorder(company=demo.company, reference=f"w-{number}", quantity=0, created_by=demo.staff)
        for number in range(60)
    )
    first, last = seen(demo.admin, path), seen(demo.admin, f"{path}?page=2")
    assert of_page(first) == "1 to 25 of more than 50"
    assert "more than 50 found" in first
    assert of_page(last) == "26 to 50 of more than 50; search or filter to see the others"
    assert ("page-next" in first, "page-next" in last) == (True, False)
    assert ("page-last" in first, "page-first" in last) == (False, False)  # beside Next and Previous they say nothing
    assert of_page(seen(demo.admin, f"{path}?page=3")) == of_page(last)


@pytest.mark.usefixtures("few")
def test_a_list_that_ends_there_says_how_many_rows_it_has(demo: Demo) -> None:
    records(demo.company, demo.staff, 50)
    assert of_page(seen(demo.staff, "/ingestions/?page=2")) == "26 to 50 of 50"


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("typed", ["admin@demo.example", "ADMIN@demo.example", "{pk}"])
def test_of_many_people_one_is_typed(demo: Demo, typed: str) -> None:
    records(demo.company, demo.staff, 3)
    records(demo.company, demo.admin, 2)
    page = seen(demo.staff, f"/ingestions/?created_by={typed.format(pk=demo.admin.pk)}")
    assert of_page(page) == "1 to 2 of 2"
    assert re.search(r'<input type="text" id="created_by" name="created_by" value="admin@demo.example"', page)
    assert '<option value="' + str(demo.admin.pk) not in page


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("typed", ["nobody@demo.example", "staff@other.example", "99999999999999999999", "%27"])
def test_whoever_there_is_not_is_left_out_with_a_word(demo: Demo, typed: str) -> None:
    records(demo.company, demo.staff, 3)
    page = seen(demo.staff, f"/ingestions/?created_by={typed}")
    assert of_page(page) == "1 to 3 of 3"
    assert "is left out. There is none like this." in page


@pytest.mark.usefixtures("few")
def test_of_many_companies_one_is_typed_by_its_slug(demo: Demo) -> None:
    Company.objects.create(name="Third", slug="third", kind=Company.Kind.BRAND_OWNER)
    records(demo.company, demo.staff, 3)
    records(demo.other, demo.other_staff, 2)
    page = seen(demo.support, "/ingestions/?company=other")
    assert of_page(page) == "1 to 2 of 2"
    assert re.search(r'<input type="text" id="company" name="company" value="other"', page)


@pytest.mark.usefixtures("few")
def test_a_long_timeline_is_shown_by_its_latest_lines(demo: Demo) -> None:
    records(demo.company, demo.staff, 1)
    record = IngestionRecord.objects.get()
    for attempt in range(1, 7):
        timeline.note(record, "begun", attempt=attempt)
    page = seen(demo.staff, f"/ingestions/{record.key}/")
    assert "The latest 3 lines." in page
    assert re.findall(r"attempt (\d)", page) == ["4", "5", "6"]


def test_a_list_asks_the_database_as_much_for_many_people_and_companies(demo: Demo) -> None:
    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            page = as_(demo.support).get("/ingestions/")
        return len(queries), page.content.count(b"<option")

    Company.objects.bulk_create(
        Company(name=f"c{number}", slug=f"c{number}", kind=Company.Kind.BRAND_OWNER) for number in range(101)
    )
    few = asked()
    Company.objects.bulk_create(
        Company(name=f"d{number}", slug=f"d{number}", kind=Company.Kind.BRAND_OWNER) for number in range(1000)
    )
    assert asked() == few
    assert few[1] < 30


def test_a_search_names_few_of_the_codes_of_one_id(demo: Demo) -> None:
    companies: Any = Company.objects.bulk_create(
        Company(name=f"c{number}", slug=f"c{number}", kind=Company.Kind.BRAND_OWNER) for number in range(30)
    )
    for company in companies:
        order = Workorder.objects.create(company=company, reference="w", quantity=1, created_by=demo.staff)
        Code.objects.create(company=company, workorder=order, identifier="abc12345", sequence=1)
    assert seen(demo.support, "/ingestions/?q=abc12345").count("exists, in the workorder") == 20


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("width", [1440, 390])
def test_a_company_that_is_typed_is_reached_by_the_keyboard(page: Page, committed_demo: Demo, width: int) -> None:
    records(committed_demo.company, committed_demo.staff, 60)
    records(committed_demo.other, committed_demo.other_staff, 2)
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, "support@demo.example")
    page.goto("/ingestions/?page=2")
    place = page.locator(".pages span").first
    expect(place).to_have_text("26 to 50 of more than 50; search or filter to see the others")
    page.locator("summary", has_text="More filters").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Company", exact=True).focus()
    page.keyboard.type("other")
    expect(place).to_have_text("1 to 2 of 2")
    assert page.evaluate("document.activeElement.id") == "company"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert broken_rules(page) == []
    page.keyboard.press("Enter")
    expect(place).to_have_text("1 to 2 of 2")


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("typed", ["Roll 2", "roll 2", "{second}"])
def test_of_many_workorders_one_is_typed(demo: Demo, typed: str) -> None:
    some_codes(demo.staff, "first-001", "first-002")
    second = some_codes(demo.staff, "second-01")
    Workorder.objects.filter(pk=second.pk).update(reference="Roll 2")
    a_workorder(demo.staff, reference=str(second.pk))  # which is called as the other is numbered
    page = seen(demo.staff, f"/codes/?workorder={quote(typed.format(second=second.pk))}")
    assert re.findall(r"/codes/([a-z]+-\d+)/", page) == ["second-01"]
    assert re.search(r'<input type="text" id="workorder" name="workorder" value="Roll 2"', page)


@pytest.mark.usefixtures("few")
def test_what_the_form_shows_of_a_workorder_means_it_again(demo: Demo) -> None:
    """Of one that is called as another is numbered, its number stays there."""
    first, second = some_codes(demo.staff, "first-001"), some_codes(demo.staff, "second-01")
    Workorder.objects.filter(pk=first.pk).update(reference=str(second.pk))
    page = seen(demo.staff, f"/codes/?workorder={first.pk}")
    assert "/codes/first-001/" in page
    shown = re.findall(r'<input type="text" id="workorder" name="workorder" value="([^"]*)"', page)
    assert shown == [str(first.pk)]
    assert "/codes/first-001/" in seen(demo.staff, f"/codes/?workorder={shown[0]}&activation_status=0")


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("typed", ["Rol", "nothing", "99999999999999999999", "{foreign}"])
def test_no_code_is_shown_of_a_workorder_that_there_is_not(demo: Demo, typed: str) -> None:
    some_codes(demo.staff, "first-001")
    some_codes(demo.staff, "second-01")
    said = typed.format(foreign=some_codes(demo.other_staff, "third-001").pk)
    page = seen(demo.staff, f"/codes/?workorder={said}")
    assert "No such code" in page
    assert "is left out" not in page
    assert f'name="workorder" value="{said}"' in page


@pytest.mark.usefixtures("few")
def test_a_workorder_is_typed_slowly(page: Page, committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "first-001")
    second = some_codes(committed_demo.staff, "second-01")
    Workorder.objects.filter(pk=second.pk).update(reference="Roll 2")
    sign_in(page, path="/codes/")
    field = page.get_by_label("Workorder", exact=True)
    field.press_sequentially("Roll")
    expect(page.get_by_text("No such code")).to_be_visible()
    field.press_sequentially(" 2")
    expect(page.get_by_role("link", name="second-01")).to_be_visible()
    assert field.input_value() == "Roll 2"
