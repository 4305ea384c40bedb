"""A code's life in a real browser: uploaded inactive, activated by file, blacklisted by range, undone."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from ingestion import engine
from ingestion.models import IngestionRecord
from tests.support.browsing import broken_rules, choose, named, send, sign_in
from tests.support.codes import some_codes
from tests.support.demo import Demo
from workorders.models import Code

IDS = [f"roll-{number:04}" for number in range(1, 31)]
NEW = "id,product\n" + "".join(f"{each},sku1\n" for each in IDS)
ACTIVE = "extended_id,activation_status\n" + "".join(f"{each},1\n" for each in IDS)


def states() -> list[tuple[int, int]]:
    """Status and reason of each code, in order."""
    return list(Code.objects.order_by("identifier").values_list("activation_status", "blacklist_reason"))


def finish() -> None:
    """Do what the record that waits is about; its page asks each second how far it is."""
    engine.run(IngestionRecord.objects.get(status="queued").pk)


def test_codes_are_uploaded_activated_blacklisted_and_brought_back(page: Page) -> None:
    sign_in(page, "admin@demo.example")
    page.goto("/upload/")
    choose(page, named("roll.csv", NEW))
    send(page)
    page.wait_for_url("**/ingestions/*/")
    finish()
    expect(page.get_by_role("link", name="Open workorder")).to_be_visible()
    assert states() == [(0, 0)] * 30

    page.goto("/upload/")
    choose(page, named("active.csv", ACTIVE))
    expect(page.get_by_text("Its columns are called otherwise than the check needs them.")).to_be_visible()
    page.get_by_role("link", name="Change codes").click()
    expect(page.get_by_text("Nothing is wrong in the first 30 rows.")).to_be_visible()
    expect(page).to_have_url(re.compile("/upload/changes/$"))
    assert broken_rules(page) == []
    send(page)
    page.wait_for_url("**/ingestions/*/")
    finish()
    expect(page.get_by_role("main")).to_contain_text("Codes changed30")
    assert states() == [(1, 0)] * 30

    workorder = Code.objects.values_list("workorder_id", flat=True)[0]
    page.goto(f"/workorders/{workorder}/")
    page.get_by_role("link", name="Change codes").click()
    page.get_by_label("Blacklist", exact=True).check()
    page.get_by_label("Reason of blacklisting").select_option("Stolen")
    page.get_by_label("First sequence").fill("11")
    page.get_by_label("Last sequence").fill("20")
    assert broken_rules(page) == []
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_text(", sequences 11 to 20, as stolen.")).to_contain_text("Blacklist 10 codes of workorder")
    expect(page.get_by_role("row")).to_have_count(6)
    assert broken_rules(page) == []
    page.get_by_role("button", name="Back to the form").click()
    expect(page.get_by_label("Last sequence")).to_have_value("20")
    page.get_by_role("button", name="Show what it does").click()
    page.get_by_role("button", name="Change 10 codes").click()
    page.wait_for_url("**/ingestions/*/")
    finish()
    expect(page.get_by_role("main")).to_contain_text("Codes changed10")
    assert states() == [(1, 0)] * 10 + [(2, 4)] * 10 + [(1, 0)] * 10
    assert broken_rules(page) == []

    page.get_by_role("link", name="Undo this change").click()
    expect(page.get_by_role("main")).to_contain_text("Get their old values back10")
    assert broken_rules(page) == []
    page.get_by_role("button", name="Undo the change").click()
    page.wait_for_url(lambda url: not url.endswith("/undo/"))
    finish()
    expect(page.get_by_role("main")).to_contain_text("Kept, being changed since0")
    assert states() == [(1, 0)] * 30

    page.goto(f"/workorders/{workorder}/codes/roll-0015/")
    history = page.get_by_role("region", name="History").get_by_role("listitem").filter(has=page.get_by_role("time"))
    expect(history).to_have_count(3)
    expect(history.first).to_contain_text("Undone on a page by admin@demo.example")
    assert IngestionRecord.objects.filter(type="scm", status="completed").count() == 3


def test_the_preview_takes_the_same_columns_for_keys_as_the_check(page: Page) -> None:
    sign_in(page, "admin@demo.example")
    page.goto("/upload/changes/")
    for content, said in (
        ("code,workorder,activation_status\nx,1,2\n", "Its columns are called otherwise than the check needs them."),
        ("note,extended_id,activation_status\nx,roll-0001,1\n", "Row 2, extended_id: The company has no such code."),
        ("workorder,activation_status\n1,2\n", "Nothing is wrong in the first row."),
    ):
        choose(page, named("keys.csv", content))
        expect(page.get_by_text(said)).to_be_visible()
        page.get_by_role("button", name="Remove keys.csv").click()
    choose(page, named("keys.json", '[{"activation_status": 1, "serial_number": "1"}]'))
    expect(page.get_by_text("Nothing is wrong in the first row.")).to_be_visible()


def test_the_browsers_way_back_keeps_what_was_typed(page: Page, committed_demo: Demo) -> None:
    workorder = some_codes(committed_demo.staff, *IDS)
    sign_in(page)
    page.goto(f"/codes/change/?workorder={workorder.pk}")
    typed = {"First sequence": "2", "Product": "sku2", "Field name": "lot", "New value": "B7"}
    for label, text in typed.items():
        field = page.get_by_label(label, exact=True).first
        field.select_option(text) if label == "Product" else field.fill(text)
    page.get_by_role("button", name="Show what it does").click()
    expect(page.get_by_role("heading", name="Confirm the change")).to_be_visible()
    page.go_back()
    for label, text in typed.items():
        expect(page.get_by_label(label, exact=True).first).to_have_value(text)
