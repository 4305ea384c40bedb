"""Where files are dropped for unattended uploads: a folder of the operator's, or the prefix `drop/` of the bucket.

A place is one folder of the drop, in which one sender leaves files. Only names directly in it are looked at; what was
taken is moved into its folder TAKEN, and answers are written beside the names that were dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from django.conf import settings

from portal.storage.base import storage
from portal.storage.drop_entries import Entry
from portal.storage.drop_folder import FolderPlace


class Place(Protocol):
    """The methods of every place. What is written is there as a whole or not at all."""

    grows: bool
    """Whether a file may be seen while it is still being written."""

    def create(self) -> None: ...
    def entries(self) -> Iterator[Entry]: ...
    def copy(self, entry: Entry, stored: str) -> None: ...
    def set_aside(self, name: str, version: str, new_name: str) -> None: ...
    def write(self, name: str, lines: Iterable[str]) -> None: ...
    def remove(self, name: str, *, is_aside: bool = False) -> None: ...


def place_of(*folders: str) -> Place:
    """Return the place in these folders of the drop, one below the other."""
    if settings.DROP_DIR is None:
        from portal.storage.drop_bucket import BucketPlace  # which takes long, and only a bucket needs it

        return BucketPlace(storage(), folders)  # type: ignore[arg-type]  # without a folder there is a bucket
    return FolderPlace(settings.DROP_DIR, folders)
