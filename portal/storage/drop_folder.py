"""Folders on this machine in which files are dropped.

Others write there, so nothing is trusted: every folder below the operator's is opened by itself, links are never
followed, and only a regular file with one name is read.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain
from pathlib import Path

from django.core.files import File

from portal.storage.base import storage
from portal.storage.drop_entries import TAKEN, Changed, Entry, Occupied, can_be_taken, is_for_others

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
UNFOLLOWED = os.O_NOFOLLOW | os.O_CLOEXEC
OF_THE_NAME = (errno.EISDIR, errno.ENAMETOOLONG, errno.EPERM, errno.EACCES)  # the folder was written to just before


class FolderPlace:
    """A folder below `root`, which is the operator's."""

    grows = True

    def __init__(self, root: Path, folders: Iterable[str]) -> None:
        self.root, self.folders = root, tuple(folders)

    def create(self) -> None:
        """Make the folder. One that the operator has made stays as it is."""
        for depth in range(len(self.folders) + 1):
            self.root.joinpath(*self.folders[:depth]).mkdir(exist_ok=True)

    def entries(self) -> Iterator[Entry]:
        """Yield what lies in the folder, as the disk lists it: links and strange names without a version."""
        with self._opened() as folder, os.scandir(folder) as found:
            for entry in found:
                if is_for_others(entry.name) or entry.is_dir(follow_symlinks=False):
                    continue
                with suppress(FileNotFoundError):  # gone meanwhile
                    seen = entry.stat(follow_symlinks=False)
                    version = _version(seen) if can_be_taken(entry.name) else ""
                    yield Entry(entry.name, version, seen.st_size)

    def copy(self, entry: Entry, stored: str) -> None:
        """Store the bytes of the file as `stored`. Raise Changed where it is no longer that version, before or after.

        It may be a pipe by now, which opening must not wait for.
        """
        try:
            with self._opened() as folder:
                opened = os.open(entry.name, os.O_RDONLY | os.O_NONBLOCK | UNFOLLOWED, dir_fd=folder)
        except FileNotFoundError:
            raise Changed from None
        with os.fdopen(opened, "rb") as file:
            if _version(os.fstat(opened)) != entry.version:
                raise Changed
            storage().save(stored, File(file, entry.name))
            if _version(os.fstat(opened)) != entry.version:
                storage().delete(stored)
                raise Changed

    def set_aside(self, name: str, version: str, new_name: str) -> None:
        """Move this version of the file into TAKEN, also from another name, which somebody gave it meanwhile.

        Where another file has taken the name by then, that one stays. It may have been moved by an attempt before.
        """
        with self._opened() as folder:
            with suppress(FileExistsError):
                os.mkdir(TAKEN, dir_fd=folder)
                os.chmod(TAKEN, stat.S_IMODE(os.fstat(folder).st_mode), dir_fd=folder)
            with _inner(TAKEN, folder) as taken:
                for found in _names_of(version, name, folder):
                    os.rename(found, new_name, src_dir_fd=folder, dst_dir_fd=taken)
                    if _version(os.stat(new_name, dir_fd=taken, follow_symlinks=False)) == version:
                        break
                    os.link(new_name, found, src_dir_fd=taken, dst_dir_fd=folder, follow_symlinks=False)
                    os.unlink(new_name, dir_fd=taken)

    def write(self, name: str, lines: Iterable[str]) -> None:
        """Write a file for whoever may read the folder, replacing one of the name. Raise Occupied if none can be."""
        part = f".{secrets.token_hex(8)}.part"
        with self._opened() as folder:
            mode = stat.S_IMODE(os.fstat(folder).st_mode) & 0o666
            opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | UNFOLLOWED, 0o600, dir_fd=folder)
            try:
                with os.fdopen(opened, "w", encoding="utf-8", newline="") as file:
                    file.writelines(lines)
                    file.flush()
                    os.fchmod(opened, mode)
                    os.fsync(opened)
                _rename(part, name, folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(part, dir_fd=folder)
                raise

    def remove(self, name: str, *, is_aside: bool = False) -> None:
        """Delete a file, in TAKEN if it `is_aside`, or nothing if it is gone. A folder of the name stays."""
        with self._opened() as folder, suppress(FileNotFoundError, IsADirectoryError), ExitStack() as opened:
            os.unlink(name, dir_fd=opened.enter_context(_inner(TAKEN, folder)) if is_aside else folder)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """Open the folder itself, through no link below the root."""
        opened = os.open(self.root, FOLDER)
        try:
            for name in self.folders:
                inner = os.open(name, FOLDER | UNFOLLOWED, dir_fd=opened)
                os.close(opened)
                opened = inner
            yield opened
        finally:
            os.close(opened)


def _names_of(version: str, name: str, folder: int) -> Iterator[str]:
    """Yield the names in the folder that this version of a file has: `name` first, if it has not another one."""
    with os.scandir(folder) as others:
        for each in chain([name], (other.name for other in others)):
            with suppress(FileNotFoundError):
                if _version(os.stat(each, dir_fd=folder, follow_symlinks=False)) == version:
                    yield each


@contextmanager
def _inner(name: str, folder: int) -> Iterator[int]:
    """Open a folder in a folder, through no link."""
    opened = os.open(name, FOLDER | UNFOLLOWED, dir_fd=folder)
    try:
        yield opened
    finally:
        os.close(opened)


def _rename(part: str, name: str, folder: int) -> None:
    """Give the part its name in the folder. Raise Occupied where it is the name alone that hinders."""
    try:
        os.replace(part, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError as error:
        if error.errno in OF_THE_NAME:
            raise Occupied from error
        raise


def _version(found: os.stat_result) -> str:
    """Return what tells this file from any other, and from itself with other bytes; nothing for what is not taken."""
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        return ""
    return f"{found.st_ino}:{found.st_size}:{found.st_mtime_ns}"
