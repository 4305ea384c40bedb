"""Labels in a browser: the page is drawn as it is chosen, and the button that orders stays in sight."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, expect

from tests.support.browsing import RULES, broken_rules, sign_in
from tests.support.demo import Demo
from tests.support.uploads import ingested


def test_a_sheet_is_drawn_as_it_is_chosen_and_ordered(browser: Browser, committed_demo: Demo, live_server: Any) -> None:
    workorder = ingested(committed_demo.staff, "id\nabc12345\nabc12346\n").workorder
    assert workorder is not None
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    sign_in(page)
    page.goto(f"/workorders/{workorder.pk}/images/")
    order = page.get_by_role("button", name="Order images")
    expect(order).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("Kind")).to_have_value("svg")
    expect(page.get_by_label("Columns", exact=True)).to_be_hidden()
    page.get_by_label("Pages").select_option("letter-30")
    expect(page.get_by_label("Kind")).to_have_value("pdf")
    picture = page.get_by_role("img", name=re.compile("A page of 30 labels, each 66.7 by 25.4 mm"))
    expect(picture).to_be_visible()
    assert broken_rules(page, RULES) == []
    page.set_viewport_size({"width": 390, "height": 844})
    expect(order).to_be_in_viewport(ratio=1)
    assert broken_rules(page, RULES) == []
    page.get_by_label("Pages").select_option("own")
    page.get_by_label("Columns", exact=True).fill("4")
    page.get_by_label("Rows", exact=True).fill("5")
    page.get_by_label("Rows", exact=True).press("Tab")
    expect(page.get_by_role("img", name=re.compile("A page of 20 labels, each 47.5 by 55.4 mm"))).to_be_visible()
    expect(page.get_by_label("Margin left and right")).to_be_focused()
    page.get_by_label("Pages").select_option("letter-30")
    page.set_viewport_size({"width": 1440, "height": 900})
    order.click()
    expect(page.get_by_text("30 on a page")).to_be_visible()
    job = workorder.jobs.get(what="images")
    assert (job.parameters["style"]["kind"], job.parameters["sheet"]["page_width"]) == ("pdf", 215.9)
    context.close()
