"""Rules for all pages, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from typing import Any, Literal

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Response, ViewportSize

from tests.support.browsing import RULES, broken_rules
from tests.support.demo import Demo
from tests.support.site import pages, visit

HEAVIEST = 100_000  # bytes of a page with all that it loads, uncompressed
SCHEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
SCREEN, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=900)
LANGUAGES = ("de", "fr", "nl", "zh-Hans")  # besides English
IN_ENGLISH = {"api-docs", "style"}
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
    context = browser.new_context(base_url=live_server.url, color_scheme="light", viewport=SCREEN)
    page = context.new_page()
    watch = _Watch(page)
    wrong: dict[str, list[str]] = {}
    for shown, language in zip(pages(committed_demo), cycle(LANGUAGES), strict=False):
        watch.begin()
        visit(page, live_server.url, shown)
        found = [*_faults_on(page, SCREEN), *_width_on(page, SCREEN), *_width_on(page, PHONE)]
        if watch.weight() > HEAVIEST and shown.name not in BUSY:
            found.append(f"it loads {watch.weight():,} bytes")
        found += [*_faults_in(page, "en" if shown.name in IN_ENGLISH else language), *watch.complaints]
        if found:
            wrong[shown.name] = found
    context.close()
    assert wrong == {}


def _faults_in(page: Page, language: str) -> Iterator[str]:
    """What is wrong with a page on a phone in a language; ends in English, on a screen.

    Pages take the languages in turn: each is a loading of the page more.
    """
    page.set_extra_http_headers({"Accept-Language": language})
    page.reload()
    if (found := page.evaluate("document.documentElement.lang")) != language:
        yield f"it says that it is in {found}, not {language}"
    yield from (f"{language} {fault}" for fault in [*_faults_on(page, PHONE), *_width_on(page, PHONE)])
    page.set_extra_http_headers({})
    page.set_viewport_size(SCREEN)


def _faults_on(page: Page, window: ViewportSize) -> Iterator[str]:
    """What is wrong with a loaded page in a window by day and by night; ends by day.

    A change of the colours alone can break no other rules than those about colours: the pieces stay where they are.
    """
    page.set_viewport_size(window)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        broken = broken_rules(page, RULES if scheme == SCHEMES[0] else {"runOnly": COLOUR_RULES})
        yield from (f"{window['width']} {scheme}: {rule}" for rule in broken)
    page.emulate_media(color_scheme=SCHEMES[0])


def _width_on(page: Page, window: ViewportSize) -> Iterator[str]:
    page.set_viewport_size(window)
    if page.evaluate("document.documentElement.scrollWidth") > window["width"]:
        yield f"{window['width']}: it scrolls sideways"


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
