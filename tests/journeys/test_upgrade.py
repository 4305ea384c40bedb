"""An upgrade under way: the tables are new already, the processes not yet; and what later migrations must keep to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import IntegrityError, connection
from django.db.migrations import (
    AddConstraint,
    AddField,
    AddIndex,
    CreateModel,
    Migration,
    RemoveField,
    RenameField,
    RenameModel,
)
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from ingestion import engine
from ingestion.models import IngestionRecord
from portal.database.constraints import Violation, savepoint
from tests.support.demo import Demo
from tests.support.outages import again
from tests.support.tokens import client_of
from tests.support.uploads import ingested, queued, rows, status_of
from workorders.models import Code, Workorder
from workorders.products import services as products

OURS = ("portal", "workorders", "ingestion")
BEFORE = {"portal": 6, "workorders": 12, "ingestion": 7}  # migrations that were there before these rules
LARGE = {("workorders", "code"), ("ingestion", "ingestionerror")}  # tables of which an index is made beside the work
MINT = "/api/v2/workorders/create-sid/"


@contextmanager
def a_newer(table: str) -> Iterator[None]:
    """The table as a later version has it: with a column that the code of today does not fill."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN later text NOT NULL DEFAULT ''")
        cursor.execute(f"ALTER TABLE {table} ALTER COLUMN later DROP DEFAULT")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE {table} DROP COLUMN later")


def test_an_upload_waits_for_the_end_of_an_upgrade(committed_demo: Demo) -> None:
    record = queued(committed_demo.staff, rows(10))
    with a_newer("workorders_workorder"):
        engine.run(record.pk)
        assert (status_of(record), record.waits_for, record.result_data) == ("queued", "database", {})
    again(record)
    engine.run(record.pk)
    assert (status_of(record), Code.objects.count()) == ("completed", 10)


def test_an_order_during_an_upgrade_is_to_be_tried_again(committed_demo: Demo) -> None:
    """Nobody is told that the reference is taken, which it is not."""
    client = client_of(committed_demo.staff)
    with a_newer("workorders_workorder"):
        answer = client.post(MINT, {"reference": "Bottles", "quantity": 5}, format="json")
        assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert client.post(MINT, {"reference": "Bottles", "quantity": 5}, format="json").status_code == 201
    answer = client.post(MINT, {"reference": "Bottles", "quantity": 5}, format="json")
    assert (answer.status_code, list(answer.json())) == (400, ["reference"])


def test_a_page_during_an_upgrade_says_come_back(committed_demo: Demo, client: Any) -> None:
    client.force_login(committed_demo.staff)
    ingested(committed_demo.staff, rows(10))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE workorders_workorder RENAME COLUMN remarks TO notes")
    try:
        answers = [client.get("/workorders/"), client_of(committed_demo.staff).get("/api/v2/workorders/")]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE workorders_workorder RENAME COLUMN notes TO remarks")
    assert [(answer.status_code, answer.get("Retry-After")) for answer in answers] == [(503, "30")] * 2
    assert client.get("/workorders/").status_code == 200


def test_only_the_constraint_that_was_named_is_an_answer(demo: Demo) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE workorders_product ADD CONSTRAINT another CHECK (sku <> 'forbidden')")
    products.create(demo.company, "allowed", "")
    with pytest.raises(products.SkuTaken):
        products.create(demo.company, "allowed", "")
    with pytest.raises(IntegrityError, match="another"):
        products.create(demo.company, "forbidden", "")
    with pytest.raises(Violation), savepoint("workorder_reference_of_company"):
        for _twice in range(2):
            Workorder.objects.create(
                company=demo.company, created_by=demo.staff, reference="Twice", quantity=1, url_prefix="x", longest_id=8
            )
    assert not Workorder.objects.exists()


def later_migrations() -> list[Migration]:
    """Those that came with or after these rules."""
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return [
        migration
        for (app, name), migration in sorted(found.items())
        if app in OURS and int(name.partition("_")[0]) > BEFORE[app]
    ]


def faults_of(migration: Migration) -> list[str]:
    """What would fail, or hold everybody up, while processes of the version before are running."""
    return [fault for operation in migration.operations for fault in _faults(migration, operation)]


def _faults(migration: Migration, operation: Operation) -> Iterator[str]:
    table = (migration.app_label, getattr(operation, "model_name_lower", ""))
    if isinstance(operation, AddField):
        field = operation.field
        created = {each.name_lower for each in migration.operations if isinstance(each, CreateModel)}
        is_new = operation.model_name_lower in created  # nobody inserts into its table yet
        if not (is_new or field.null or field.has_db_default() or field.many_to_many):
            yield f"{operation.name} has no db_default, so the version before cannot insert a row"
    if isinstance(operation, (RemoveField, RenameField, RenameModel)):
        yield f"{operation.describe()}: the version before still reads it"
    is_beside = isinstance(operation, (AddIndexConcurrently, RemoveIndexConcurrently))
    if isinstance(operation, (AddIndex, AddConstraint)) and table in LARGE and not is_beside:
        yield f"{operation.describe()}: nobody can write meanwhile; use AddIndexConcurrently"
    if is_beside and migration.atomic:
        yield f"{operation.describe()}: needs atomic = False"


def test_migrations_let_the_version_before_go_on() -> None:
    assert {migration.name: found for migration in later_migrations() if (found := faults_of(migration))} == {}


def test_the_rules_for_migrations_find_what_breaks_them() -> None:
    """Tried on migrations from before the rules, of which these would not pass."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    by_name = {name: faults_of(migration) for (app, name), migration in loader.disk_migrations.items() if app in OURS}
    assert by_name["0002_warnings_and_facts"] == [
        "file_facts has no db_default, so the version before cannot insert a row",
        "warnings has no db_default, so the version before cannot insert a row",
    ]
    (fault,) = by_name["0010_code_of_workorder"]
    assert fault.startswith("Create index code_of_workorder ")
    assert fault.endswith(": nobody can write meanwhile; use AddIndexConcurrently")
    assert by_name["0013_outages"] == []


def test_a_record_of_the_version_before_can_be_inserted(demo: Demo) -> None:
    """It names none of the columns that came since."""
    record = queued(demo.staff, rows(10))
    new = ("outages", "outage_since", "waits_for")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'ingestion_ingestionrecord'"
        )
        names = [name for (name,) in cursor.fetchall() if name not in ("id", "key", *new)]
        columns = ", ".join(f'"{name}"' for name in names)
        cursor.execute(
            f"INSERT INTO ingestion_ingestionrecord (key, {columns}) SELECT 'before', {columns}"  # noqa: S608  # names of columns
            " FROM ingestion_ingestionrecord WHERE id = %s",
            [record.pk],
        )
    inserted = IngestionRecord.objects.get(key="before")
    assert (inserted.outages, inserted.outage_since, inserted.waits_for) == (0, None, "")
