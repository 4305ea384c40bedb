"""Takes the pictures in docs/screens: `make screens`. No test of the suite, but on its services and its data."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.support.demo import Demo
from tests.support.site import pages, visit

SCREENS = Path(__file__).resolve().parent.parent / "docs" / "screens"
TALLEST = 4_000  # pixels; what is below says nothing new


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_screens(browser: Browser, committed_demo: Demo, live_server: Any, scheme: Any, width: int) -> None:
    context = browser.new_context(
        base_url=live_server.url, color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    for shown in pages(committed_demo):
        visit(page, live_server.url, shown)
        picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
        picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST)))
        picture.quantize(48).save(SCREENS / f"{shown.name}-{width}-{scheme}.png", optimize=True)
    context.close()
