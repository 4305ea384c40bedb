"""An order in a browser: the button says how many codes, a prefix without its slash is noticed as it is typed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browsing import sign_in
from tests.support.demo import Demo
from workorders.models import Workorder


@pytest.mark.parametrize("locale", ["en-US", "de-DE"])
def test_the_button_says_the_number_and_1_000_is_not_one(
    browser: Browser, committed_demo: Demo, live_server: Any, locale: str
) -> None:
    context = browser.new_context(base_url=live_server.url, locale=locale)
    page = context.new_page()
    sign_in(page)
    page.goto("/workorders/create/")
    button = page.locator("#order [type=submit]")
    expect(button).to_have_text("Create codes")
    page.get_by_label("Reference").fill("A")
    quantity = page.get_by_label("Number of codes")
    for typed, said in (("1", "Create 1 code"), ("10000", "Create 10,000 codes"), ("1.000", "Create codes")):
        quantity.fill("")
        quantity.press_sequentially(typed)
        expect(button).to_have_text(said)
    button.click()
    expect(page.locator("#quantity-error")).to_contain_text("in the digits 0 to 9 alone")
    expect(quantity).to_have_value("1.000")
    quantity.fill("1000")
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
    page.get_by_role("button", name="Create codes").click()
    expect(page.get_by_text("Nothing was ordered yet.")).to_be_visible()
    assert not Workorder.objects.exists()
    page.get_by_role("button", name="Create 1,000 codes").click()
    page.wait_for_url(re.compile(r"/workorders/\d+/$"))
    assert Workorder.objects.get().quantity == 1000
    context.close()
