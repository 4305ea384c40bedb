"""The file of a backup: a tar with a digest as its last entry, without which it counts as cut off."""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Final

MANIFEST: Final = "codeport.json"  # the first entry: what the backup is of
DATABASE: Final = "database/"  # the pieces of the dump, in their order
FILES: Final = "files/"
END: Final = "sha256"  # the last entry: the SHA-256 of all bytes before it

FORMAT: Final = 1  # of this file; another number is another version's
PIECE: Final = 16 * 1024**2  # bytes; an entry's length stands before it, that of a dump is known at its end


class BackupError(Exception):
    """Why a backup cannot be made or restored, as one sentence for the person who asked for it."""


@dataclass(frozen=True)
class Manifest:
    """What a backup is of: when, on which PostgreSQL, with which tables, and under which secret key."""

    made_at: str
    postgres: int  # its major version
    migrations: list[str]
    key: str  # by which the secret key is known again, see `portal.backups.secret`
    sealed_key: dict[str, str] | None
    format: int = FORMAT

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()


class Writer:
    """Writes the entries of a backup, and keeps none of them in memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = _Hashed(file)
        self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)  # type: ignore[call-overload]  # noqa: SIM115  # it only writes and tells

    def add(self, name: str, file: IO[bytes], size: int, **headers: str) -> None:
        """Add the `size` bytes of `file` as `name`."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode, entry.pax_headers = size, 0o600, headers
        self._tar.addfile(entry, file)
        self._tar.members.clear()

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add `content` as `name`."""
        self.add(name, io.BytesIO(content), len(content))

    def add_database(self, dump: IO[bytes]) -> None:
        """Add the dump that can be read from a pipe."""
        number = 0
        while piece := dump.read(PIECE):
            self.add_bytes(f"{DATABASE}{number:06}", piece)
            number += 1

    def finish(self) -> None:
        """Add the last entry."""
        self.add_bytes(END, self._file.digest.hexdigest().encode())
        self._tar.close()


class _Hashed:
    """A file that is written from its beginning on, and the digest of what was."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()
        self.tell = file.tell

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._file.write(data)


@contextmanager
def written(path: Path) -> Iterator[Writer]:
    """Give a writer of the backup at `path`, which has that name only once it is whole and on the disk.

    What killed ones left in its folder is removed.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_parts(path.parent)
    part = path.with_name(f"{path.name}.part")
    with part.open("xb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            writer = Writer(file)
            yield writer
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)


def _remove_parts(folder: Path) -> None:
    """Remove parts of backups that nobody writes any more."""
    for part in folder.glob("*.tar.part"):
        with part.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            part.unlink(missing_ok=True)


class Backup:
    """A backup that is whole: each byte was compared with its digest."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            if path.exists() and not path.is_file():
                raise BackupError(f"{path} is no regular file.")
            self.manifest = self._checked()
        except (tarfile.TarError, EOFError) as error:
            raise BackupError(f"{path} is no backup, or was cut off: {error}.") from None
        except OSError as error:
            raise BackupError(f"{path} cannot be read: {error.strerror}.") from None

    def entries(self, below: str) -> Iterator[tuple[str, tarfile.TarInfo, IO[bytes]]]:
        """Yield each entry below the folder `below`: its name there, its head, and its content."""
        with tarfile.open(self._path, "r:") as tar:
            for entry in _each(tar):
                if entry.name.startswith(below) and (content := tar.extractfile(entry)):
                    yield entry.name.removeprefix(below), entry, content

    def _checked(self) -> Manifest:
        """Return the manifest. Raise BackupError unless the file is a whole backup."""
        with tarfile.open(self._path, "r:") as tar:
            last = first = tar.next()
            if first is None or last is None or first.name != MANIFEST or not (content := tar.extractfile(first)):
                raise BackupError(f"{self._path} is no backup of Codeport.")
            manifest = self._manifest(content)
            for entry in _each(tar):
                last = entry
            end = tar.extractfile(last) if last.name == END else None
            digest = end.read().decode(errors="replace") if end else ""
        if not digest:
            raise BackupError(f"{self._path} was cut off: its end is missing.")
        if digest != _digest(self._path, last.offset):
            raise BackupError(f"{self._path} is damaged: its content does not have the digest at its end.")
        return manifest

    def _manifest(self, content: IO[bytes]) -> Manifest:
        """Return what the first entry says. Raise BackupError where that is not what this version writes."""
        try:
            said = json.load(content)
            if said["format"] != FORMAT:
                raise BackupError(f"{self._path} is of a newer version of Codeport: install that version.")
            manifest = Manifest(**said)
        except (ValueError, TypeError, KeyError, RecursionError):
            raise BackupError(f"{self._path} is no backup of Codeport.") from None
        texts = isinstance(manifest.migrations, list) and all(isinstance(each, str) for each in manifest.migrations)
        if not (texts and isinstance(manifest.postgres, int) and isinstance(manifest.key, str)):
            raise BackupError(f"{self._path} is no backup of Codeport.")
        return manifest


def _each(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the entries, of which the library would keep all in memory."""
    while entry := tar.next():
        yield entry
        tar.members.clear()  # type: ignore[attr-defined]  # an attribute as old as the module


def _digest(path: Path, size: int) -> str:
    """Return the SHA-256 of the first `size` bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while size and (data := file.read(min(size, PIECE))):
            digest.update(data)
            size -= len(data)
    return digest.hexdigest()
