"""The storage of uploads and archives, and the signed form by which a file gets there.

The form is S3's POST policy. Where the files are below CODEPORT_HOME the portal takes it itself, with the fields, rules
and answers that clients know from S3: every field must be one the policy names, once, with the value it names, the file
comes last, and its size lies in the policy's range. The file is stored under the name in the signed policy, below
INCOMING, and only while somebody waits for it. Where files are in a bucket, `portal.storage.s3` does the same by S3.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.core.files import File
from django.core.files.storage import storages

logger = logging.getLogger(__name__)

FORM_LIFETIME = timedelta(minutes=30)
INCOMING = "incoming"  # the folder that signed forms write to, and nothing else
FOLDERS = (INCOMING, "uploads", "workorders", "exports")  # all that we store in a bucket, which others may use as well


def is_incoming(name: str) -> bool:
    """Say whether a signed form may write `name`: a file directly below INCOMING."""
    return re.fullmatch(rf"{INCOMING}/[a-z0-9]+", name) is not None


class Unusable(Exception):  # noqa: N818  # says what is the matter with the storage
    """Nothing can be kept in the storage now; the message says why, naming settings and no secrets."""


class Storage(Protocol):
    """The methods of every storage. A file is written whole or not at all, and a second write replaces the first."""

    def open(self, name: str, /) -> File[bytes]: ...
    def save(self, name: str, content: Any, /) -> str: ...
    def exists(self, name: str, /) -> bool: ...
    def size(self, name: str, /) -> int: ...
    def delete(self, name: str, /) -> None: ...
    def get_modified_time(self, name: str, /) -> datetime: ...

    def signed_form(self, site: str, name: str, content_type: str) -> dict[str, Any]: ...
    def direct_url(self, method: str, name: str, filename: str, content_type: str) -> str | None: ...
    def content_type(self, name: str) -> str | None: ...
    def move(self, name: str, new_name: str) -> None: ...
    def adopt(self, path: Path, name: str) -> None: ...
    def listed(self, folder: str) -> Iterator[tuple[str, datetime]]: ...
    def any_file(self) -> str | None: ...
    def check(self) -> None: ...


def storage() -> Storage:
    """The storage of this installation."""
    return storages["default"]  # type: ignore[return-value]  # both storages are


def swept(name: str) -> bool:
    """Delete a file, for a sweep; return False, and log why, where this one file cannot be deleted.

    So one file does not keep a sweep from all that come after it. Where the storage as a whole is what fails, its error
    ends the sweep, and the next goes on there.
    """
    try:
        storage().delete(name)
    except Exception:
        storage().check()
        logger.exception("The file %s could not be deleted", name)
        return False
    return True
