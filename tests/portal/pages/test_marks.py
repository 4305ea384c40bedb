"""Filters that all templates have."""

from __future__ import annotations

import pytest
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

from portal.pages.marks import describe_agent, with_code

MOZILLA = "Mozilla/5.0"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Windows"),
        (f"{MOZILLA} (X11; Linux x86_64) {CHROME} Safari/537.36", "Chrome on Linux"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36 Edg/142.0.0.0", "Edge on Windows"),
        (f"{MOZILLA} (Linux; Android 10; K) {CHROME} Mobile Safari/537.36", "Chrome on Android"),
        (
            f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15",
            "Safari on macOS",
        ),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("curl/8.5.0", "curl"),
        ("Wget/1.21", "Wget/1.21"),
        ("", "unknown"),
    ],
)
def test_a_browser_is_named_with_its_system(header: str, said: str) -> None:
    assert describe_agent(header) == said


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("There is no column `id`.", "There is no column <code>id</code>."),
        ("`a` & `<b>`", "<code>a</code> &amp; <code>&lt;b&gt;</code>"),
        ("one ` alone", "one ` alone"),
        ("none", "none"),
        (mark_safe("<b>`x`</b>"), "<b>`x`</b>"),
    ],
)
def test_back_ticks_become_code_and_nothing_else_becomes_html(text: str, html: str) -> None:
    assert conditional_escape(with_code(text)) == html
