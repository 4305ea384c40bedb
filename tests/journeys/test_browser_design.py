"""What holds for all pages, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Response

from tests.support.browsing import broken_rules
from tests.support.demo import Demo
from tests.support.site import pages, visit

HEAVIEST = 100_000  # bytes of a page with all that it loads, uncompressed
BUSY = {"api-docs"}  # the reference of the whole API, on one page


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_complains_or_is_heavy_or_wide_or_hard_to_reach(
    browser: Browser, committed_demo: Demo, live_server: Any, scheme: Any, width: int
) -> None:
    context = browser.new_context(
        base_url=live_server.url, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    watch = _Watch(page)
    wrong: dict[str, list[str]] = {}
    for shown in pages(committed_demo):
        watch.begin()
        visit(page, live_server.url, shown)
        found = [*watch.complaints, *broken_rules(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append("it scrolls sideways")
        if watch.weight() > HEAVIEST and shown.name not in BUSY:
            found.append(f"it loads {watch.weight():,} bytes")
        if found:
            wrong[shown.name] = found
    context.close()
    assert wrong == {}


class _Watch:
    """What a page says in its console, and all that it loads, but for what it asks for again while it is open."""

    def __init__(self, page: Page) -> None:
        self.complaints: list[str] = []
        self._loaded: list[Response] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", lambda response: self._loaded.append(response))

    def begin(self) -> None:
        self.complaints.clear()
        self._loaded.clear()

    def weight(self) -> int:
        return sum(_size(response) for response in self._loaded if "hx-request" not in response.request.headers)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)


def _size(response: Response) -> int:
    """Bytes of the body; none where it has none, as that of a redirect."""
    try:
        return len(response.body())
    except Error:
        return 0
