"""Rules for all pages, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Response, ViewportSize

from tests.support.browsing import RULES, broken_rules
from tests.support.demo import Demo
from tests.support.site import pages, visit

HEAVIEST = 100_000  # bytes of a page with all that it loads, uncompressed
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
WINDOWS = (ViewportSize(width=1440, height=900), ViewportSize(width=390, height=900))
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
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


def test_no_page_complains_or_is_heavy_or_wide_or_hard_to_reach(
    browser: Browser, committed_demo: Demo, live_server: Any
) -> None:
    context = browser.new_context(base_url=live_server.url, color_scheme="light", viewport=WINDOWS[0])
    page = context.new_page()
    watch = _Watch(page)
    wrong: dict[str, list[str]] = {}
    for shown in pages(committed_demo):
        watch.begin()
        visit(page, live_server.url, shown)
        found = [*_faults_in_every_window(page), *watch.complaints]
        if watch.weight() > HEAVIEST and shown.name not in BUSY:
            found.append(f"it loads {watch.weight():,} bytes")
        if found:
            wrong[shown.name] = found
    context.close()
    assert wrong == {}


def _faults_in_every_window(page: Page) -> Iterator[str]:
    """What is wrong with a loaded page on a screen and on a phone, by day and by night; ends as it began.

    A change of the colours alone can break no other rules than those about colours: the pieces stay where they are.
    """
    for window in WINDOWS:
        page.set_viewport_size(window)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            broken = broken_rules(page, RULES if scheme == SCHEMES[0] else {"runOnly": COLOUR_RULES})
            yield from (f"{window['width']} {scheme}: {rule}" for rule in broken)
            if page.evaluate("document.documentElement.scrollWidth") > window["width"]:
                yield f"{window['width']} {scheme}: it scrolls sideways"
    page.emulate_media(color_scheme=SCHEMES[0])
    page.set_viewport_size(WINDOWS[0])


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
