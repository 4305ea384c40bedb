"""Asking an identity provider by HTTP, at no pace but ours: a provider that is slow or away holds up nobody else."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.socialaccount.providers.base import ProviderException
from django.core.cache import cache

from portal import outgoing
from portal.models import IdentityProvider

SECONDS: Final = 8.0  # for all that one request of a browser asks
MOST_BYTES: Final = 1024 * 1024
KEPT_SECONDS: Final = 300  # for which its configuration and keys are not asked for again
AWAY_SECONDS: Final = 15  # for which a provider that did not answer is not asked again
VISIBLE: Final = re.compile("[!-~]+")  # what may stand in the head of a request
ERROR: Final = re.compile("[a-z_]{1,40}")  # the word for it, RFC 6749
PLACES: Final = BoundedSemaphore(2)  # of a process's threads, of which gunicorn has four


class Failed(ProviderException):  # type: ignore[misc]  # allauth carries no types
    """The provider did not answer, or not as the protocol says. The reason is a word for the security log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Asker:
    """Asks one provider, within one time limit for all of it."""

    def __init__(self, provider: IdentityProvider) -> None:
        self.provider = provider
        self.until = time.monotonic() + SECONDS

    def check_url(self, url: object) -> str:
        """Return `url` if the provider may be reached there: by https, or by http inside this network. Raise Failed."""
        try:
            parts = urlsplit(url if isinstance(url, str) and VISIBLE.fullmatch(url) else "")
            is_whole = bool(parts.hostname) and parts.port != 0 and "@" not in parts.netloc
        except ValueError:
            raise Failed("bad_url") from None
        if is_whole and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in self._inside)):
            return str(url)
        raise Failed("bad_url")

    def kept(self, url: str) -> dict[str, Any]:
        """Return the object that is at `url`, or was there some minutes ago. Raise Failed."""
        key = f"identity_provider:{self.provider.pk}:{hashlib.sha256(url.encode()).hexdigest()}"
        said: dict[str, Any] | None = cache.get(key)
        if said is None:
            said = self.json(url)
            cache.set(key, said, KEPT_SECONDS)
        return said

    def json(self, url: object, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the object that is at `url`, or the answer to `body`. Raise Failed."""
        asked = self.check_url(url)
        with _a_place(self.provider):
            try:
                answer = outgoing.ask(
                    asked,
                    seconds=max(self.until - time.monotonic(), outgoing.LEAST_SECONDS),
                    most_bytes=MOST_BYTES,
                    body=body,
                    headers={"Accept": "application/json"} | {**(headers or {})},
                    allowed=self._inside,
                )
            except outgoing.Unreachable:
                cache.set(_away(self.provider), True, AWAY_SECONDS)
                raise Failed("unreachable") from None
        try:
            said = json.loads(answer.content)
        except (ValueError, RecursionError):
            said = None
        if answer.status == 200 and isinstance(said, dict):
            return said
        error = said.get("error") if isinstance(said, dict) else None
        is_word = isinstance(error, str) and ERROR.fullmatch(error)
        raise Failed(f"answered_{answer.status}" + (f"_{error}" if is_word else ""))

    @property
    def _inside(self) -> list[str]:
        host = urlsplit(self.provider.issuer).hostname
        return [host] if self.provider.is_private and host else []


def _away(provider: IdentityProvider) -> str:
    return f"identity_provider_away:{provider.pk}"


@contextmanager
def _a_place(provider: IdentityProvider) -> Iterator[None]:
    """Hold one of the few threads that may wait for a stranger. Raise Failed where all do, or it was away just now."""
    if cache.get(_away(provider)):
        raise Failed("unreachable")
    if not PLACES.acquire(blocking=False):
        raise Failed("busy")
    try:
        yield
    finally:
        PLACES.release()
