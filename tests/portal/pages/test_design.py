"""One design: what holds for templates and styles as they are written, and for the list of pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from tests.support.demo import Demo
from tests.support.paths import CHECKOUT
from tests.support.site import LEFT_OUT, NO_PAGES, named, pages

PAGES = [path for path in sorted((CHECKOUT / "templates").rglob("*.html")) if "mail" not in path.stem]
STYLES = sorted((CHECKOUT / "static" / "css").glob("*.css"))
STYLE = (CHECKOUT / "templates" / "portal" / "style.html").read_text()
NOT_SHOWN = {
    "header.html",
    "found.html",
    "live.html",
    "stretch.html",
    "wrong.html",
    "field.html",
    "choice.html",
}  # parts of others
UNLAYERED = "back_office.css"  # Django's own styles of the admin are, and would win over any layer


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_template_has_no_style_and_no_script_of_its_own(path: Path) -> None:
    text = path.read_text()
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", text) == []
    assert [
        tag for tag in re.findall(r"<script[^>]*>", text) if " src=" not in tag and "application/json" not in tag
    ] == []


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_styles_are_in_layers_and_fetch_nothing(path: Path) -> None:
    text = path.read_text()
    assert ("@layer" in text) == (path.name != UNLAYERED)
    assert re.findall(r"@import|@font-face|url\(\s*[\"']?(?:https?:)?//", text) == []


def test_every_page_is_in_the_list(committed_demo: Demo) -> None:
    listed = {shown.url_name for shown in pages(committed_demo)}
    known = listed | set(LEFT_OUT) | NO_PAGES
    assert named() - known == set(), "give each new page a place in tests/support/site.py"
    assert known - named() == set(), "tests/support/site.py names pages that are gone"
    assert listed & (set(LEFT_OUT) | NO_PAGES) == set()


def test_every_part_is_on_the_page_of_components() -> None:
    parts = {path.name for path in (CHECKOUT / "templates" / "parts").glob("*.html")}
    assert [part for part in sorted(parts - NOT_SHOWN) if f"parts/{part}" not in STYLE] == []


def test_the_components_are_shown_to_those_who_run_the_portal(demo: Demo, client: Client) -> None:
    client.force_login(demo.root)
    assert "Ensure this value is greater than or equal to 1." in client.get("/style/").content.decode()

    client.force_login(demo.admin)
    assert client.get("/style/").status_code == 403
