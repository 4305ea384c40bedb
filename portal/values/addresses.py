"""The address a request came from. The logs, the limits and the timelines all read it here."""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

PORT = re.compile(r"\[(?P<six>[^\]]*)\](:[0-9]+)?|(?P<four>[0-9.]+):[0-9]+")  # what some proxies add to an address


def address_of(request: HttpRequest) -> str | None:
    """Return the address that the request came from, or None where nobody can tell."""
    return behind_proxies(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def behind_proxies(peer: str, forwarded: str) -> str | None:
    """The address that the NUM_PROXIES proxies of the portal tell, of `peer` and their X-Forwarded-For.

    Each proxy adds whom it serves, so the entries of ours are the last ones: what stands before them anybody can write.
    """
    hops = forwarded.split(",") if forwarded and settings.NUM_PROXIES else []
    said = hops[-min(settings.NUM_PROXIES, len(hops))] if hops else peer
    return _address(said.strip())


def _address(text: str) -> str | None:
    """Return the address in its one spelling, without port and zone, or None if `text` is none."""
    if found := PORT.fullmatch(text):
        text = found["six"] or found["four"] or ""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
