from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

ITEM = "(left(%(expressions)s, 17) || substr(%(expressions)s, strpos(%(expressions)s, '/21/')))"


class Migration(migrations.Migration):
    """Let a GS1 id that has a batch be found by GTIN and serial number alone.

    The index holds such ids and no others, and is built while pages answer and files load.
    """

    atomic = False

    dependencies = [("workorders", "0029_links_of_products")]

    operations = [
        migrations.RunSQL(  # of an interrupted attempt
            "DROP INDEX CONCURRENTLY IF EXISTS code_item_without_batch", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            model_name="code",
            index=models.Index(
                models.F("company"),
                models.Func(models.F("identifier"), output_field=models.TextField(), template=ITEM),
                condition=models.Q(identifier__contains="/10/"),
                name="code_item_without_batch",
            ),
        ),
    ]
