"""A new database is made by squashed migrations, and is what the migrations make of which they take the place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import PIPE

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from portal.backups.postgres_programs import _running
from portal.database.squashed import Squashed
from tests.support.second_database import another_database, contents
from tests.support.tables import MADE_BY_MIGRATING

AT_0_3_0 = [
    ("portal", "0009_letters_of_uploads_and_hand_overs"),
    ("workorders", "0014_analyze_codes"),
    ("ingestion", "0008_outages"),
]
NUMBERED = ("django_migrations", *MADE_BY_MIGRATING)  # in which the same rows may have other numbers
ROWS = [
    "SELECT app, name FROM django_migrations ORDER BY 1, 2",
    "SELECT app_label, model FROM django_content_type ORDER BY 1, 2",
    """SELECT app_label, model, codename, name FROM auth_permission
       JOIN django_content_type type ON type.id = content_type_id ORDER BY 1, 2, 3""",
    """SELECT role.name, codename FROM auth_group role
       LEFT JOIN (auth_group_permissions given JOIN auth_permission held ON held.id = permission_id)
       ON group_id = role.id ORDER BY 1, 2""",
]


@contextmanager
def in_a_new_database() -> Iterator[str]:
    """Lead the connection of the tests to an empty database; its name."""
    usual = connection.settings_dict["NAME"]
    with another_database() as name:
        connection.close()
        connection.settings_dict["NAME"] = name
        try:
            yield name
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual


def schema() -> list[str]:
    """All that pg_dump says of tables, indexes, constraints, triggers, functions and sequences, in its order."""
    with _running("pg_dump", ["--schema-only"], stdout=PIPE) as process:
        assert process.stdout
        lines = process.stdout.read().decode().splitlines()
    return [line for line in lines if not line.startswith(("\\restrict", "\\unrestrict"))]


def rows(name: str) -> list[object]:
    """What migrating has put into the tables."""
    with connection.cursor() as cursor:
        found: list[object] = []
        for query in ROWS:
            cursor.execute(query)
            found.append(cursor.fetchall())
    return [*found, {table: digest for table, digest in contents(name).items() if table not in NUMBERED}]


def plan() -> list[str]:
    """The migrations that are to be applied."""
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def squashes() -> dict[tuple[str, str], Squashed]:
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return {key: migration for key, migration in found.items() if isinstance(migration, Squashed)}


def upgrade_to_0_3_0() -> None:
    """Make the tables of version 0.3.0, by the migrations that it had."""
    executor = MigrationExecutor(connection)
    executor.loader.replace_migrations = False  # type: ignore[attr-defined]  # not in the stubs
    executor.loader.build_graph()
    ours = {app for app, _ in AT_0_3_0}
    others = [leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] not in ours]
    executor.migrate([*others, *AT_0_3_0])


@pytest.mark.usefixtures("transactional_db")
def test_a_new_database_is_as_one_that_was_upgraded_step_by_step() -> None:
    with in_a_new_database() as name:
        assert {str(migration) for migration in squashes().values()} <= {*plan()}
        call_command("migrate", verbosity=0)
        new = schema(), rows(name)
    with in_a_new_database() as name:
        upgrade_to_0_3_0()
        assert not {str(migration) for migration in squashes().values()} & {*plan()}
        assert "portal.0010_scans" in plan()
        call_command("migrate", verbosity=0)
        assert schema() == new[0]
        assert rows(name) == new[1]
        for key in squashes():  # as they are where all was applied before there were squashes
            MigrationRecorder(connection).record_unapplied(*key)
        assert plan() == []
        call_command("migrate", verbosity=0)
        assert rows(name) == new[1]


@pytest.mark.usefixtures("transactional_db")
def test_a_start_that_is_killed_between_tables_and_record_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    record = MigrationRecorder.record_applied

    def killed(recorder: MigrationRecorder, app: str, name: str) -> None:
        if name == "0020_exports":
            raise KeyboardInterrupt
        record(recorder, app, name)

    with in_a_new_database():
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(MigrationRecorder, "record_applied", killed)
            call_command("migrate", verbosity=0)
        tables = connection.introspection.table_names()
        assert "portal_user" in tables
        assert "workorders_product" not in tables
        call_command("migrate", verbosity=0)
        assert plan() == []
