from typing import Any

import django.contrib.postgres.indexes
from django.db import migrations, models

CODES_A_SECOND = 1_000_000  # that the new index takes in, on a machine of two cores

BUILD = [
    "DROP INDEX CONCURRENTLY IF EXISTS code_workorder_range",  # of an attempt that was interrupted
    """CREATE INDEX CONCURRENTLY code_workorder_range ON workorders_code USING brin (workorder_id)
       WITH (pages_per_range = 32, autosummarize = on)""",
]
SWAP = """
    BEGIN;
    SET LOCAL lock_timeout = '10s';
    ALTER TABLE workorders_code DROP COLUMN IF EXISTS id;
    ALTER TABLE workorders_code
        ADD CONSTRAINT code_identifier_of_company PRIMARY KEY USING INDEX code_identifier_of_company,
        SET (fillfactor = 90);
    DROP INDEX code_of_workorder;
    ALTER INDEX code_workorder_range RENAME TO code_of_workorder;
    COMMIT;
"""


def tell_duration(apps: Any, editor: Any) -> None:
    """Say how long it will take, if the table is large."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'workorders_code'::regclass")
        (codes,) = cursor.fetchone()
    if codes >= CODES_A_SECOND:
        seconds = codes // CODES_A_SECOND
        print(f"\n    About {codes:,} codes get a new key: about {seconds:,} seconds. Pages go on answering.", end="")


class Migration(migrations.Migration):
    """Make company and identifier the key of a code, without the number that each row had besides.

    The unique index that there was becomes the primary key, and no row is written anew. The index of workorders is
    built while pages answer and files load. Then one transaction of some milliseconds puts both in place. Behind a
    running upload it gives up after 10 seconds, and `migrate` can be repeated.
    """

    atomic = False

    dependencies = [("workorders", "0015_changes")]

    operations = [
        migrations.RunPython(tell_duration, migrations.RunPython.noop),
        *(migrations.RunSQL(statement) for statement in BUILD),
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(SWAP)],
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
