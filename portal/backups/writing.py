"""Writing a backup: the database as it is at one moment, then the files that its rows name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from portal.backups import archive, postgres_programs, secret
from portal.storage.base import INCOMING, storage

Names = Callable[[], Iterable[str]]
"""Gives the storage names of all files that rows of the database name, as this transaction sees them."""

OF_THE_MOMENT: Final = ["django_session", "usersessions_usersession", "portal_cached"]
"""The tables whose rows are of no use in another installation: whoever was signed in signs in again."""
CONTENT_TYPE: Final = "CODEPORT.content_type"  # of an upload that is not processed yet, which S3 keeps with its file


@dataclass(frozen=True)
class Written:
    """A finished backup: how many files it holds, and how many were deleted while it was made."""

    path: str
    files: int
    gone: int
    size: int  # bytes


def name_of(kind: str) -> str:
    """Return the name of a backup that is made now."""
    return f"{kind}-{timezone.now():%Y%m%dT%H%M%SZ}.tar"


def write(path: Path, names: Names) -> Written:
    """Write a backup to `path`, while everything runs.

    The database comes first. A file that its rows name is there then, unless it is deleted before its turn; none of the
    files that are deleted is missed, see docs/decisions.
    """
    files = gone = 0
    with archive.written(path) as writer, TemporaryFile("w+", dir=settings.SPOOL_DIR) as listed:
        with _one_moment() as snapshot:
            writer.add_bytes(archive.MANIFEST, _manifest())
            with postgres_programs.dump(snapshot, OF_THE_MOMENT) as dump:
                writer.add_database(dump)
            listed.writelines(f"{name}\n" for name in names())
        listed.seek(0)
        for line in listed:
            if _add_file(writer, line.rstrip("\n")):
                files += 1
            else:
                gone += 1
    return Written(str(path), files, gone, path.stat().st_size)


@contextmanager
def _one_moment() -> Iterator[str]:
    """Give the name of a snapshot of the database, by which other connections see what this one sees."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # while pg_dump works
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        yield snapshot


def _manifest() -> bytes:
    applied = MigrationRecorder(connection).applied_migrations()
    sealed = secret.seal(settings.SECRET_KEY, settings.BACKUP_PASSPHRASE) if settings.BACKUP_PASSPHRASE else None
    manifest = archive.Manifest(
        made_at=f"{timezone.now():%Y-%m-%d %H:%M:%S} UTC",
        postgres=postgres_programs.server_version(),
        migrations=sorted(f"{app}.{name}" for app, name in applied),
        key=secret.fingerprint(settings.SECRET_KEY),
        sealed_key=sealed,
    )
    return manifest.as_json()


def _add_file(writer: archive.Writer, name: str) -> bool:
    """Add the file of that name; False where it is not there any more."""
    try:
        kind = storage().content_type(name) if name.startswith(f"{INCOMING}/") else None
        file: IO[bytes] = storage().open(name)
    except FileNotFoundError:
        return False
    with file:
        size = file.seek(0, 2)
        file.seek(0)
        writer.add(f"{archive.FILES}{name}", file, size, **({CONTENT_TYPE: kind} if kind else {}))
    return True
