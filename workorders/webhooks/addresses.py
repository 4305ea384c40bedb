"""Which URLs an endpoint may have. The host's addresses are looked at when something is sent."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext

from workorders.domains.hosts import HOST, NUMBER

LONGEST: Final = 500  # characters
SEEN: Final = re.compile("[!-~]+")


def wrong_url(url: str) -> str:
    """Say why nothing can be sent to `url`; empty when it can, as far as its spelling tells."""
    parts = _split(url)
    if parts is None or not parts.hostname:
        return gettext("It must look like https://hooks.example.com/codeport.")
    if parts.username is not None or parts.fragment:
        return gettext("It takes no user name, no password and no #; messages are signed instead.")
    if parts.hostname in settings.WEBHOOK_HOSTS:
        return ""
    if parts.scheme != "https":
        return gettext("It must begin with https://.")
    labels = parts.hostname.split(".")
    if len(labels) < 2 or not HOST.fullmatch(parts.hostname) or NUMBER.fullmatch(labels[-1]):
        return gettext("Its host must be a name that everybody can reach, like hooks.example.com.")
    return ""


def _split(url: str) -> SplitResult | None:
    """Return the parts of a URL of HTTP, or None for what is none."""
    if len(url) > LONGEST or not SEEN.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in ("https", "http") and parts.port != 0
    except ValueError:  # brackets, or a port beyond the last
        return None
    return parts if is_right else None
