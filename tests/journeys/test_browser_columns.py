"""Columns that are no field of the company, in a real browser: kept, left out, or added to the list."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from ingestion.models import IngestionRecord
from tests.support.browsing import broken_rules, choose, named, send, sign_in
from tests.support.declared import declare
from tests.support.demo import Demo


def test_a_column_that_is_no_field_of_the_company_is_asked_about(page: Page, committed_demo: Demo) -> None:
    declare(committed_demo.company, "lot")
    sign_in(page, "admin@demo.example")
    page.goto("/upload/")
    choose(page, named("codes.csv", "id,lot,colour,shade,lott\nabc12345,B7,red,dark,B7\n"))
    expect(page.get_by_text("The nearest declared field is lot.")).to_be_visible()
    assert broken_rules(page) == []
    page.get_by_role("button", name="Keep colour as it is").click()
    expect(page.get_by_role("button", name="Keep shade as it is")).to_be_focused()
    page.get_by_role("button", name="Leave lott out").click()
    expect(page.get_by_label("Use column 5, lott")).not_to_be_checked()
    expect(page.get_by_role("cell", name="dark")).to_be_visible()
    expect(page.get_by_role("group", name="Column colour")).to_have_count(0)
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Add shade to the list").click()
    expect(opened.value.get_by_label("Name", exact=True)).to_have_value("shade")
    opened.value.get_by_role("button", name="Declare it").click()
    expect(opened.value.get_by_text("shade is declared.")).to_be_visible()
    opened.value.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("group", name="Column shade")).to_have_count(0)
    send(page)
    page.wait_for_url("**/ingestions/*/")
    assert IngestionRecord.objects.get().parameters["columns"] == {"lott": ""}
