"""Limits on wrong passwords, which stop whoever guesses and nobody else.

Failures are counted for an account and where they come from, so a stranger's do not count against the owner. A browser
in which the owner has signed in before counts by itself: neither the failures of others in the same office nor guesses
from everywhere at once stop it.
"""

from __future__ import annotations

import secrets
import unicodedata
from ipaddress import ip_network
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.signing import BadSignature
from django.core.signing import dumps as signed
from django.core.signing import loads as read_signed
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from portal.values.addresses import address_of

LIMITS = {
    "from_here": "5/5m/key",  # an account, from one browser that knows it, or from one network
    "of_account": "100/1h/key",  # an account, from all browsers that do not know it
    "of_network": "60/1m/key",  # all accounts, from one network, by browsers that do not know them
}
SALT = "portal.guessing"
YEAR = 365 * 24 * 3600
MOST_ACCOUNTS = 10  # that one browser knows


class Attempt:
    """One try of a password. Each limit that it counts for may refuse it."""

    def __init__(self, request: HttpRequest, email: str) -> None:
        self.request, email = request, _plain(email)
        network, device = _network(request), known_device(request, email)
        self.counts = {"from_here": f"{email} {device or network}"}
        if device is None:
            self.counts |= {"of_account": email, "of_network": network}
        self.usages: list[Any] = []

    def begin(self) -> bool:
        """Count the attempt. When there were too many, count nothing and return False."""
        for action, key in self.counts.items():
            usage = ratelimit.consume(self.request, app="portal", action=action, config=LIMITS, key=key)
            if not usage:
                self.take_back()
                return False
            self.usages.append(usage)
        return True

    def take_back(self) -> None:
        """The password was right: only failures count."""
        for usage in self.usages:
            usage.rollback()

    def forget(self) -> None:
        """Whoever has set a new password by mail begins anew."""
        for action in self.counts.keys() - {"of_network"}:
            ratelimit.clear(self.request, app="portal", action=action, config=LIMITS, key=self.counts[action])


def remember(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    """Have the browser know the account from now on."""
    device, accounts = _read(request)
    mine = _digest(email)
    accounts = [*(account for account in accounts if account != mine), mine][-MOST_ACCOUNTS:]
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        signed({"device": device or secrets.token_hex(8), "accounts": accounts}, salt=SALT),
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def known_device(request: HttpRequest, email: str) -> str | None:
    """Return the browser's own name, if the account was signed in to by it before."""
    device, accounts = _read(request)
    return device if _digest(email) in accounts else None


def _read(request: HttpRequest) -> tuple[str | None, list[str]]:
    try:
        kept = read_signed(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=YEAR)
    except BadSignature:
        return None, []
    return kept["device"], kept["accounts"]


def _digest(email: str) -> str:
    return salted_hmac(SALT, _plain(email), algorithm="sha256").hexdigest()[:32]


def _plain(email: str) -> str:
    """Return the one spelling of all that find the same account; to the database the long s is an s, too."""
    return unicodedata.normalize("NFKC", email).casefold()


def _network(request: HttpRequest) -> str:
    """Return the address, or of IPv6 the network, since one household has 2^64 addresses."""
    address = address_of(request)
    return str(ip_network(f"{address}/{64 if ':' in address else 32}", strict=False)) if address else ""
