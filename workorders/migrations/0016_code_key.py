import time
from typing import Any

import django.contrib.postgres.indexes
from django.db import OperationalError, migrations, models, transaction

CODES_A_SECOND = 1_000_000  # that the new index takes in, on a machine of two cores
TRIES, PAUSE = 60, 2.0  # to lock the table for a moment, and seconds between two; meanwhile others go on
LOCKED = "55P03"

BUILD = [
    "DROP INDEX CONCURRENTLY IF EXISTS code_workorder_range",  # of an attempt that was interrupted
    """CREATE INDEX CONCURRENTLY code_workorder_range ON workorders_code USING brin (workorder_id)
       WITH (pages_per_range = 32, autosummarize = on)""",
]
SWAP = """
    SET LOCAL lock_timeout = '1s';
    ALTER TABLE workorders_code DROP COLUMN id, ADD COLUMN IF NOT EXISTS last_change_id bigint NULL;
    ALTER TABLE workorders_code
        ADD CONSTRAINT code_identifier_of_company PRIMARY KEY USING INDEX code_identifier_of_company,
        SET (fillfactor = 90);
    DROP INDEX code_of_workorder;
    ALTER INDEX code_workorder_range RENAME TO code_of_workorder"""


def change_key(apps: Any, editor: Any) -> None:
    """Build the new index, then put index and key in place in one short transaction.

    What an attempt that was interrupted has left is built anew, and what is done is not done again.
    """
    with editor.connection.cursor() as cursor:
        cursor.execute("""SELECT greatest(reltuples, 0)::bigint, EXISTS (SELECT FROM pg_attribute
            WHERE attrelid = pg_class.oid AND attname = 'id') FROM pg_class WHERE oid = 'workorders_code'::regclass""")
        codes, has_number = cursor.fetchone()
        if not has_number:  # done, by an attempt that could not say so any more
            return
        tell_duration(codes)
        for statement in BUILD:
            cursor.execute(statement)
        for attempt in range(1, TRIES + 1):
            try:
                with transaction.atomic(using=editor.connection.alias):
                    cursor.execute(SWAP)
                return
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", "") != LOCKED or attempt == TRIES:
                    raise
            time.sleep(PAUSE)


def tell_duration(codes: int) -> None:
    """Say how long it will take, if the table is large."""
    if codes >= CODES_A_SECOND:
        seconds = codes // CODES_A_SECOND
        print(f"\n    About {codes:,} codes get a new key: about {seconds:,} seconds. Pages go on answering.", end="")


class Migration(migrations.Migration):
    """Make company and identifier the key of a code, without the number that each row had besides.

    The unique index that there was becomes the primary key, and no row is written anew. The index of workorders is
    built while pages answer and files load. Then one transaction of some milliseconds puts both in place; behind a
    running upload it tries for two minutes, and makes others wait for a second at most each time. `migrate` can be
    repeated, wherever it was interrupted.
    """

    atomic = False

    dependencies = [("workorders", "0015_changes")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(change_key)],
            [
                migrations.RemoveConstraint(
                    model_name="code",
                    name="code_identifier_of_company",
                ),
                migrations.RemoveIndex(
                    model_name="code",
                    name="code_of_workorder",
                ),
                migrations.RemoveField(
                    model_name="code",
                    name="id",
                ),
                migrations.AddField(
                    model_name="code",
                    name="pk",
                    field=models.CompositePrimaryKey(
                        "company", "identifier", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                migrations.AddIndex(
                    model_name="code",
                    index=django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["workorder"], name="code_of_workorder", pages_per_range=32
                    ),
                ),
            ],
        ),
    ]
