"""What holds for all pages, in a real browser."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser

from tests.conftest import Demo
from tests.site import pages, visit


def test_every_page_is_there_without_scripts(browser: Browser, committed_demo: Demo, live_server: Any) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    missing = []
    for shown in pages(committed_demo):
        status = visit(page, live_server.url, shown)
        main = page.get_by_role("main")
        if status != 200 or not main.get_by_role("heading", level=1).first.is_visible():
            missing.append((shown.name, status))
    context.close()
    assert missing == []
