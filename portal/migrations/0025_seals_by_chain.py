from django.db import migrations, models


class Migration(migrations.Migration):
    """Find the last and the oldest seal of a chain by an index, however many lines have been sealed."""

    dependencies = [("portal", "0024_audit_trail")]

    operations = [
        migrations.AddIndex(
            model_name="eventseal",
            index=models.Index(fields=["chain", "id"], name="eventseal_of_chain"),
        ),
    ]
