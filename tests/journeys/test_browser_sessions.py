"""Pages that are left open while sessions end, begin, and pass to somebody else in another tab."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Route, expect

from ingestion.models import IngestionRecord
from portal.storage.base import storage
from tests.support.browsing import choose, named, opened, send, sign_in, sign_in_by_form
from tests.support.demo import Demo
from tests.support.running import wait_for
from workorders.models import Product, Workorder

GONE = "You are no longer signed in. Sign in again in another tab, then send once more here"
AWAY = "The portal cannot be reached. Check the connection, then try again."
OTHER = (
    "You signed in as staff@other.example in another tab, and this page is of staff@demo.example: nothing was sent. "
    "Sign in there as staff@demo.example and send once more here, or reload this page to work as staff@other.example."
)


@pytest.fixture
def tab(page: Page) -> Iterator[Page]:
    """Another tab of the same browser."""
    second = page.context.new_page()
    yield second
    second.close()


def sign_in_as(tab: Page, email: str) -> None:
    """Sign in in that tab, whoever is signed in."""
    Session.objects.all().delete()
    sign_in_by_form(tab, email)
    expect(tab.get_by_role("button", name=re.compile("account menu"))).to_be_visible()


def choose_a_file(page: Page) -> None:
    """Choose a file of one code, and wait until it has arrived and is previewed: clicks alone ask for more."""
    opened(page)
    choose(page, named("codes.csv", "id,product\nabc12345,sku1\n"))
    expect(page.get_by_text("Nothing is wrong in the first row.")).to_be_visible()
    wait_for(lambda: any(storage().exists(each.incoming_path) for each in IngestionRecord.objects.all()), "it is there")
    assert records() == [("demo", "codes.csv", "uploading")]


def records() -> list[tuple[str, str, str]]:
    found = IngestionRecord.objects.order_by("pk").values_list("company__slug", "file_name", "status")
    return [*found]


def test_an_upload_goes_on_with_the_new_session(page: Page, tab: Page) -> None:
    choose_a_file(page)
    sign_in_as(tab, "staff@demo.example")
    send(page)
    page.wait_for_url("**/ingestions/*/")
    assert records() == [("demo", "codes.csv", "queued")]


def test_an_upload_without_a_session_keeps_its_files(page: Page, tab: Page) -> None:
    choose_a_file(page)
    Session.objects.all().delete()
    send(page)
    expect(page.get_by_text(GONE)).to_be_visible()
    assert records() == [("demo", "codes.csv", "uploading")]
    with page.context.expect_page() as popup:
        page.get_by_role("link", name="Sign in in another tab").click()
    expect(popup.value.get_by_label("E-mail")).to_be_visible()
    sign_in_by_form(tab, "staff@demo.example")
    send(page)
    page.wait_for_url("**/ingestions/*/")
    assert records() == [("demo", "codes.csv", "queued")]


def test_an_upload_never_goes_to_another_company(page: Page, tab: Page) -> None:
    choose_a_file(page)
    sign_in_as(tab, "staff@other.example")
    send(page)
    expect(page.get_by_text(OTHER)).to_be_visible()
    assert records() == [("demo", "codes.csv", "uploading")]
    sign_in_as(tab, "staff@demo.example")
    send(page)
    page.wait_for_url("**/ingestions/*/")
    assert records() == [("demo", "codes.csv", "queued")]


def test_a_form_goes_on_with_the_new_session_and_never_as_somebody_else(
    page: Page, tab: Page, committed_demo: Demo
) -> None:
    sign_in_by_form(page)
    page.goto("/products/create/")
    page.get_by_label("SKU").fill("fresh1")
    sign_in_as(tab, "staff@other.example")
    page.get_by_role("button", name=re.compile("Create")).click()
    expect(page.get_by_role("alert")).to_have_text(OTHER)
    assert not Product.objects.filter(sku="fresh1").exists()
    sign_in_as(tab, "staff@demo.example")
    page.get_by_role("button", name=re.compile("Create")).click()
    expect(page.get_by_text("fresh1 is created.")).to_be_visible()
    assert Product.objects.get(sku="fresh1").company == committed_demo.company


def test_a_form_whose_session_has_ended_keeps_what_was_typed(page: Page, tab: Page) -> None:
    sign_in(page, path="/workorders/create/")
    page.get_by_label("Reference").fill("Roll 7")
    page.get_by_label("Number of codes").fill("3")
    Session.objects.all().delete()
    page.get_by_role("button", name="Make 3 codes").click()
    expect(page.get_by_role("alert")).to_have_text(re.compile(re.escape(GONE)))
    sign_in_by_form(tab, "staff@demo.example")
    page.get_by_role("button", name="Make 3 codes").click()
    expect(page.get_by_role("heading", name="Roll 7")).to_be_visible()
    assert [*Workorder.objects.values_list("reference", "quantity")] == [("Roll 7", 3)]


def test_a_form_that_cannot_be_sent_keeps_what_was_typed(page: Page) -> None:
    sign_in(page, path="/products/create/")
    page.get_by_label("SKU").fill("fresh1")
    page.route("**/account/session/", lambda route: route.fulfill(body=""))
    page.get_by_role("button", name="Create the product").click()
    expect(page.get_by_role("alert")).to_have_text(
        "The portal cannot be reached. Check the connection, then try again."
    )
    page.unroute("**/account/session/")
    page.get_by_role("button", name="Create the product").click()
    expect(page.get_by_text("fresh1 is created.")).to_be_visible()


def test_a_second_click_sends_nothing_more(page: Page) -> None:
    sign_in(page, path="/products/create/")
    page.get_by_label("SKU").fill("fresh1")
    sent: list[Route] = []
    page.route("**/products/create/", lambda route: sent.append(route))
    button = page.get_by_role("button", name="Create the product").bounding_box()
    assert button is not None
    with page.expect_request(lambda request: request.method == "POST"):
        page.mouse.click(button["x"] + 5, button["y"] + 5)
    page.mouse.click(button["x"] + 5, button["y"] + 5)
    assert [route.request.method for route in sent] == ["POST"]
    sent[0].continue_()
    expect(page.get_by_text("fresh1 is created.")).to_be_visible()
    expect(page.get_by_text("Nothing was created yet.")).to_have_count(0)


def test_a_form_that_was_answered_by_a_file_holds_no_other_form_up(page: Page) -> None:
    """The page stays then, as it does after the answer without content here."""
    sign_in(page, path="/products/create/")
    page.get_by_label("SKU").fill("fresh1")
    page.route("**/products/create/", lambda route: route.fulfill(status=204))
    with page.expect_response("**/products/create/"):
        page.get_by_role("button", name="Create the product").click()
    page.locator("[popovertarget=account]").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_the_form_to_sign_in_takes_a_token_of_now(page: Page, tab: Page) -> None:
    page.goto("/")
    sign_in_by_form(tab)
    Session.objects.all().delete()
    sign_in_by_form(page)
    expect(page.get_by_role("link", name="Upload").first).to_be_visible()
