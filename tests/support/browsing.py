"""A real browser for tests, and what every test does with it."""

from __future__ import annotations

import base64
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.demo import PASSWORD, Demo
from tests.support.running import wait_for

# The shell is the same browser without windows, at half the processor's time for a page.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)
expect.set_options(timeout=90_000)  # a worker begins within, however busy the machine
QUIET = ["--disable-dev-shm-usage", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
WCAG = {"runOnly": RULES["runOnly"][:-1]}
DROP = """async ([selector, name, type, content]) => {
  const transfer = new DataTransfer();
  const bytes = Uint8Array.from(atob(content), character => character.charCodeAt(0));
  transfer.items.add(new File([bytes], name, {type}));
  for (const kind of ["dragenter", "dragover", "drop"])
    document.querySelector(selector).dispatchEvent(
      new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: transfer}));
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, and Django told that the event loop in its thread is Playwright's."""
    if CHROMIUM is None and "CODEPORT_REQUIRE_BROWSER" not in os.environ:
        pytest.skip("No Chromium is installed.")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def answered() -> Iterator[None]:
    """Wait, when a test has ended, until all that its page asked is answered; then the database is cleared."""
    asked: list[int] = []

    def begun(**_: Any) -> None:
        asked.append(1)

    def ended(**_: Any) -> None:
        asked.pop()

    request_started.connect(begun)
    request_finished.connect(ended)
    yield
    wait_for(lambda: not asked, "everything is answered")
    request_started.disconnect(begun)
    request_finished.disconnect(ended)


@pytest.fixture
def page(browser: Browser, committed_demo: Demo, live_server: Any, answered: None) -> Iterator[Page]:
    """A fresh page that fails the test on anything said in its console."""
    context = browser.new_context(base_url=live_server.url, accept_downloads=True)
    complaints: list[str] = []
    context.set_default_timeout(90_000)
    opened = context.new_page()
    opened.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def sign_in(page: Page, email: str = "staff@demo.example", path: str = "/") -> None:
    """Open a page signed in: by the form's request, without the pages of it; `sign_in_by_form` shows those."""
    page.request.get("/accounts/login/")
    token = next(str(each["value"]) for each in page.context.cookies() if each["name"] == settings.CSRF_COOKIE_NAME)
    form: dict[str, str | float | bool] = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = page.request.post("/accounts/login/", form=form, max_redirects=0)
    assert (answer.status, answer.headers["location"]) == (302, "/")
    page.goto(path)
    expect(page).to_have_url(re.compile(rf"[^/]{path}$"))


def sign_in_by_form(page: Page, email: str = "staff@demo.example") -> None:
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/$"))


def broken_rules(page: Page, rules: dict[str, list[str]] = RULES) -> list[str]:
    """The rules of accessibility that the page breaks, each with the first piece that does."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = rules | {"resultTypes": ["violations"]}
    broken = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [f"{rule['id']}: {rule['nodes'][0]['html']}" for rule in broken]


def drop(page: Page, name: str, content: str, kind: str = "text/csv") -> None:
    """Drop a file on the upload page's zone."""
    encoded = base64.b64encode(content.encode()).decode()
    page.wait_for_load_state()  # before that the zone hears nothing
    page.evaluate(DROP, ["#zone", name, kind, encoded])


def opened(page: Page) -> None:
    sign_in(page, path="/upload/")


def choose(page: Page, *files: Path | dict[str, Any]) -> None:
    page.get_by_label("Choose files").set_input_files(list(files))  # type: ignore[arg-type]  # paths


def named(name: str, content: str | bytes) -> dict[str, Any]:
    data = content.encode() if isinstance(content, str) else content
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def send(page: Page) -> None:
    page.get_by_role("button", name="Upload and check").click()
