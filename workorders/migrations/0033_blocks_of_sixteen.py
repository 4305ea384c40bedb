import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    """Let the BRIN index know one thing of 16 blocks, not of 8: it is read whole by each look for what is rare.

    It is built while pages answer and files load.
    """

    atomic = False

    dependencies = [("workorders", "0032_files_kept")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS code_blocks_ccnew"),  # of an interrupted attempt
                migrations.RunSQL(
                    "ALTER INDEX code_blocks SET (pages_per_range = 16)", "ALTER INDEX code_blocks SET (pages_per_range = 8)"
                ),
                migrations.RunSQL("REINDEX INDEX CONCURRENTLY code_blocks", "REINDEX INDEX CONCURRENTLY code_blocks"),
            ],
            [
                migrations.RemoveIndex(model_name="code", name="code_blocks"),
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
                        opclasses=[
                            "int8_minmax_ops",
                            "int8_minmax_multi_ops",
                            "int8_minmax_multi_ops",
                            "int2_minmax_ops",
                            "int2_minmax_ops",
                            "int8_minmax_multi_ops",
                            "text_minmax_ops",
                        ],
                        pages_per_range=16,
                    ),
                ),
            ],
        ),
    ]
