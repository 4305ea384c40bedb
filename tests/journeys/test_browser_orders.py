"""An order in a browser: the button says how many codes, a prefix without its slash is noticed as it is typed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.models import User
from tests.support.browsing import sign_in
from tests.support.demo import Demo
from workorders.models import Workorder


@pytest.mark.parametrize("locale", ["en-US", "en-IN"])
def test_the_button_says_the_number_that_is_typed(
    browser: Browser, committed_demo: Demo, live_server: Any, locale: str
) -> None:
    context = browser.new_context(base_url=live_server.url, locale=locale)
    page = context.new_page()
    sign_in(page)
    page.goto("/workorders/create/")
    button = page.locator("#order [type=submit]")
    expect(button).to_have_text("Make codes")
    page.get_by_label("Reference").fill("A")
    quantity = page.get_by_label("Number of codes")
    for typed, said in (
        *(("1", "Make 1 code"), ("100000", "Make 100,000 codes"), ("1,000", "Make 1,000 codes")),
        *(("１０００", "Make 1,000 codes"), ("1.5", "Make codes"), ("0.500", "Make codes")),  # noqa: RUF001
    ):
        quantity.fill("")
        quantity.press_sequentially(typed)
        expect(button).to_have_text(said)
    button.click()
    expect(page.locator("#quantity-error")).to_contain_text("A whole number has no decimals")
    expect(quantity).to_have_value("0.500")
    quantity.fill("1.000")
    expect(button).to_have_text("Make 1,000 codes")
    page.get_by_label("URL prefix").fill("https://typo.example/c")
    doubt = page.locator("#url_prefix-doubt")
    expect(doubt).to_have_text("The codes will read https://typo.example/cabc12345. Is a slash missing at its end?")
    page.get_by_label("URL prefix").fill("https://typo.example/c/")
    expect(doubt).to_be_hidden()
    button.click()
    page.wait_for_url(re.compile(r"/workorders/\d+/$"))
    assert Workorder.objects.get().quantity == 1000
    context.close()


def test_without_scripts_the_number_is_shown_before_it_is_ordered(
    browser: Browser, committed_demo: Demo, live_server: Any
) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.goto("/workorders/create/")
    page.get_by_label("Reference").fill("A")
    page.get_by_label("Number of codes").fill("1000")
    page.get_by_role("button", name="Make codes").click()
    expect(page.get_by_text("Nothing was ordered yet.")).to_be_visible()
    assert not Workorder.objects.exists()
    page.get_by_role("button", name="Make 1,000 codes").click()
    page.wait_for_url(re.compile(r"/workorders/\d+/$"))
    assert Workorder.objects.get().quantity == 1000
    context.close()


def test_the_button_says_the_number_in_the_persons_language(page: Page, committed_demo: Demo) -> None:
    sign_in(page)
    User.objects.filter(pk=committed_demo.staff.pk).update(language="de")
    page.goto("/workorders/create/")
    page.locator("[name=quantity]").fill("10000")
    expect(page.locator("#order [type=submit]")).to_have_text("10.000 Codes anlegen")
