"""Filters that all templates have, and messages with a button that undoes what they tell."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from django import template
from django.contrib import messages
from django.http import HttpRequest
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.values.problems import in_language

register = template.Library()

BROWSERS = (  # by a word in the header, the first that is there: most claim to be others too
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.filter(name="browser")
def describe_agent(header: str) -> str:
    """Name the browser and the system in a `User-Agent` header; an unknown one stands as it is."""
    browser = next((name for word, name in BROWSERS if word in header), "")
    system = next((name for word, name in SYSTEMS if word in header), "")
    return " on ".join(filter(None, (browser, system))) if browser else header or "unknown"


@register.simple_tag
def html_lang() -> str:
    """Return the language of the page as HTML has it (BCP 47), such as zh-Hans."""
    return translation.to_locale(translation.get_language()).replace("_", "-")


register.filter(in_language)


@register.filter
def with_code(text: Any) -> str:
    """Write `text` with what stands between back-ticks as code. A back-tick without another one stays as it is."""
    parts = str(text).split("`")
    if isinstance(text, SafeString) or len(parts) % 2 == 0:
        return text if isinstance(text, SafeString) else str(text)
    marked = ((format_html("<code>{}</code>", part) if place % 2 else part,) for place, part in enumerate(parts))
    return format_html_join("", "{}", marked)


def tell_done(request: HttpRequest, said: str, undo: str) -> None:
    """Tell the person what was done, with a button that posts to `undo`, whose query becomes the fields of the form."""
    messages.success(request, said, extra_tags=undo)


@register.filter
def undo_of(message: Any) -> dict[str, Any] | None:
    """Return path and fields of the form that undoes what a message tells, or None where it cannot be undone."""
    path, _, query = (message.extra_tags or "").partition("?")
    return {"path": path, "fields": parse_qsl(query)} if path.startswith("/") else None
