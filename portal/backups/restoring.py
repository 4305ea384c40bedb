"""Restoring a backup into an installation in which there is nothing yet."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from portal.backups import postgres_programs, secret
from portal.backups.archive import DATABASE, FILES, Backup, BackupError, Manifest
from portal.backups.writing import CONTENT_TYPE
from portal.configuration import secret_key
from portal.storage.base import storage

OURS = ("portal", "workorders", "ingestion")
TABLES = """
    SELECT schemaname || '.' || tablename FROM pg_tables
    WHERE schemaname <> 'information_schema' AND schemaname NOT LIKE 'pg\\_%' ORDER BY 1 LIMIT 1"""


def restore(path: Path) -> int:
    """Restore the backup at `path`, and return how many files it had.

    Raise BackupError, with nothing changed, when it is not whole, of a newer version or another key, or when there is
    anything in this installation. The database comes last and wholly; until then a failure leaves nothing.
    """
    backup = Backup(path)
    _refuse_newer(backup.manifest)
    keep_key = _key(backup.manifest, path.parent)
    _refuse_unless_empty()
    keep_key()
    stored: list[str] = []
    try:
        _restore_files(backup, stored)
        with postgres_programs.load() as dump:
            for _name, _entry, piece in backup.entries(DATABASE):
                shutil.copyfileobj(piece, dump)
    except BaseException:
        for name in stored:
            storage().delete(name)
        raise
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # a dump brings no statistics
    return len(stored)


def _refuse_newer(manifest: Manifest) -> None:
    """Refuse what this version, or this PostgreSQL, does not know yet."""
    server = postgres_programs.server_version()
    if manifest.postgres > server:
        raise BackupError(f"The backup is of PostgreSQL {manifest.postgres}, and the database here is {server}.")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    unknown = [name for name in manifest.migrations if name.startswith(OURS) and name not in known]
    if unknown:
        raise BackupError(
            f"The backup is of a newer version of Codeport, with the migration {unknown[-1]}: install that version."
        )


def _key(manifest: Manifest, folder: Path) -> Callable[[], object]:
    """Return what puts the backup's secret key into its place here. Raise BackupError where the key is not known."""
    ours = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if any(secret.fingerprint(key) == manifest.key for key in ours):
        return lambda: None
    apart = secret.apart(folder, manifest.key)
    if manifest.sealed_key and settings.BACKUP_PASSPHRASE:
        key = secret.unseal(manifest.sealed_key, settings.BACKUP_PASSPHRASE)
    elif apart.exists():
        key = secret.read_apart(apart, manifest.key)
    else:
        where = "BACKUP_PASSPHRASE" if manifest.sealed_key else f"SECRET_KEY, or put the file {apart.name} beside it"
        raise BackupError(f"The backup is of another secret key: set {where}.")
    if secret_key.kept_key(settings.CODEPORT_HOME) != settings.SECRET_KEY:
        raise BackupError("SECRET_KEY is set to another key than that of the backup: set that one, or none.")
    return lambda: secret_key.replace_key(settings.CODEPORT_HOME, key)


def _refuse_unless_empty() -> None:
    """Refuse an installation that holds anything."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        found = cursor.fetchone()
    if found:
        name = connection.settings_dict["NAME"]
        raise BackupError(f"A backup is restored into an empty database, and {name} has the table {found[0]}.")
    if file := storage().any_file():
        raise BackupError(f"A backup is restored into an empty storage, and there is the file {file}.")


def _restore_files(backup: Backup, stored: list[str]) -> None:
    """Store the files of the backup, and add the name of each to `stored` before it is."""
    for name, entry, content in backup.entries(FILES):
        file = File(content, name)
        with suppress(KeyError):
            file.content_type = entry.pax_headers[CONTENT_TYPE]  # type: ignore[attr-defined]  # which S3 keeps with it
        stored.append(name)
        storage().save(name, file)
