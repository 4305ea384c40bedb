"""The embedded database of an earlier PostgreSQL: copied into this one, compared, and only then put in its place."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

import psycopg
from psycopg import sql

from portal.embedded.postgres import DATABASE, MAJOR, PROVEN, Postgres, refuse_newer, version_of
from portal.embedded.supervisor import ServiceError

NEXT: Final = "postgres-next"  # below CODEPORT_HOME: where the new one is made

TABLES: Final = (
    "SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema$)' ORDER BY 1, 2"
)
ROWS: Final = """
    SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint::numeric), 0) FROM {}.{} t"""
BESIDES: Final = """
    SELECT 'sequence', sequencename, last_value::text FROM pg_sequences
    UNION ALL SELECT 'index', indexrelid::regclass::text, indisvalid::text
        FROM pg_index JOIN pg_class c ON c.oid = indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^(pg_|information_schema$)'
    UNION ALL SELECT 'constraint', conrelid::regclass::text || ' ' || conname, contype::text
        FROM pg_constraint WHERE contype IN ('p', 'u', 'f', 'c', 'x') AND conrelid <> 0
    ORDER BY 1, 2"""
"""What a table has besides rows, by kind and name."""


def upgrade(home: Path) -> str:
    """Bring the database of `home` into this PostgreSQL, and return a sentence on what was done.

    The old data directory is served and read, and keeps its place until every row was found in the new one; then it
    gets another name. Raise ServiceError, with the old one in its place, where anything fails.
    """
    data = home / Postgres.folder
    if not data.exists():
        raise ServiceError(f"There is no database in {home} yet; `manage.py up` makes one.")
    version = version_of(data)
    if version == MAJOR:
        return f"{data} is of PostgreSQL {MAJOR} already; nothing is to be done."
    refuse_newer(data, version)
    old_name = home / f"{Postgres.folder}-{version}"
    old, new = Postgres(home, major=version), Postgres(home / NEXT)
    if old_name.exists():
        raise ServiceError(f"{old_name} is in the way, where the old database is to be kept; move it elsewhere.")
    for left in (home / NEXT, home / PROVEN):
        shutil.rmtree(left, ignore_errors=True)
    try:
        with old, new:
            _copy(old, new)
            found = _contents(old)
            if _contents(new) != found:
                raise ServiceError(f"The copy in PostgreSQL {MAJOR} differs from {data}, which stays as it was.")
        new.data.rename(home / PROVEN)
        data.rename(old_name)
        (home / PROVEN).rename(data)  # where this does not come to pass, the next start does it
    finally:
        shutil.rmtree(home / NEXT, ignore_errors=True)
    tables = [name for kind, name, _facts in found if kind == "table"]
    return (
        f"The database is in PostgreSQL {MAJOR} now: {len(tables)} tables, each row compared. The old one, of "
        f"PostgreSQL {version}, is {old_name}; delete it when you have seen that all is well."
    )


def _copy(old: Postgres, new: Postgres) -> None:
    """Copy the database from the one server into the other, by the programs of the new one."""
    dump: list[str | Path] = [new.bin / "pg_dump", "--format=custom", "--compress=none", *_address(old)]
    load: list[str | Path] = [new.bin / "pg_restore", "--exit-on-error", "--no-owner", *_address(new)]
    with TemporaryFile() as complaints:
        with (
            subprocess.Popen(dump, stdout=subprocess.PIPE, stderr=complaints) as dumping,
            subprocess.Popen(load, stdin=dumping.stdout, stderr=complaints) as loading,
        ):
            if dumping.stdout:
                dumping.stdout.close()  # ours; so that a pg_restore that ends also ends pg_dump
            loading.wait()
        if dumping.returncode or loading.returncode:
            complaints.seek(0)
            told = complaints.read().decode(errors="replace").strip().splitlines() or ["no reason was given"]
            raise ServiceError(f"The database could not be copied into PostgreSQL {MAJOR}: {told[0].rstrip('.')}.")


def _address(server: Postgres) -> list[str]:
    return [f"--host={server.sockets}", "--username=postgres", f"--dbname={DATABASE}"]


def _contents(server: Postgres) -> list[tuple[str, str, str]]:
    """Return a digest of all rows of each table, whatever their order, and what tables have besides."""
    connect = psycopg.connect(
        host=str(server.sockets), user="postgres", dbname=DATABASE, options="-c TimeZone=UTC -c extra_float_digits=1"
    )
    found: list[tuple[str, str, str]] = []
    with connect as connection:
        for schema, table in connection.execute(TABLES).fetchall():
            query = sql.SQL(ROWS).format(sql.Identifier(schema), sql.Identifier(table))
            found.append(("table", f"{schema}.{table}", str(connection.execute(query).fetchone())))
        return found + [(str(kind), str(name), str(facts)) for kind, name, facts in connection.execute(BESIDES)]
