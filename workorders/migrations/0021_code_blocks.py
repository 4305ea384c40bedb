import django.contrib.postgres.indexes
from django.db import migrations

COLUMNS = {
    "company_id": "int8_minmax_ops",
    "workorder_id": "int8_minmax_multi_ops",
    "product_id": "int8_minmax_multi_ops",
    "activation_status": "int2_minmax_multi_ops",
    "blacklist_reason": "int2_minmax_multi_ops",
    "last_change_id": "int8_minmax_multi_ops",
    "identifier": "text_minmax_ops",
}
BUILD = f"""
    CREATE INDEX CONCURRENTLY code_blocks ON workorders_code
    USING brin ({", ".join(f"{column} {kind}" for column, kind in COLUMNS.items())}) WITH (pages_per_range = 16)"""


class Migration(migrations.Migration):
    """Let one BRIN index tell in which blocks of the table which values may stand. It takes the place of the first.

    It is built while pages answer and files load.
    """

    atomic = False

    dependencies = [("workorders", "0020_exports")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS code_blocks"),  # of an interrupted attempt
                migrations.RunSQL(BUILD),
                migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS code_of_workorder"),
            ],
            [
                migrations.RemoveIndex(model_name="code", name="code_of_workorder"),
                migrations.AddIndex(
                    model_name="code",
                    index=django.contrib.postgres.indexes.BrinIndex(
                        fields=[
                            "company",
                            "workorder",
                            "product",
                            "activation_status",
                            "blacklist_reason",
                            "last_change",
                            "identifier",
                        ],
                        name="code_blocks",
                        opclasses=list(COLUMNS.values()),
                        pages_per_range=16,
                    ),
                ),
            ],
        ),
    ]
