"""Secrets as they lie in the database: encrypted with SECRET_KEY, opened by SECRET_KEY_FALLBACKS too."""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes

SEALED = "gAAAAA"  # how all begins that a box has encrypted, until the year 2106


class SecretLost(Exception):  # noqa: N818  # a state of the installation, named for what happened
    """A stored secret opens with none of the keys that this installation knows."""


def box(purpose: bytes) -> MultiFernet:
    """Encrypts what is kept for `purpose`; what another purpose's box encrypted it does not open."""
    return _box(purpose, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=16)
def _box(purpose: bytes, keys: tuple[str | bytes, ...]) -> MultiFernet:
    return MultiFernet([_fernet(purpose, key) for key in keys])


def _fernet(purpose: bytes, key: str | bytes) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=purpose + b" at rest").derive(force_bytes(key))
    return Fernet(base64.urlsafe_b64encode(derived))
