from django.db import migrations


class Migration(migrations.Migration):
    """Have codes cleared behind changes of a twentieth of them, not of a fifth, so that the table does not grow."""

    dependencies = [("workorders", "0021_code_blocks")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE workorders_code SET (autovacuum_vacuum_scale_factor = 0.05)",
            "ALTER TABLE workorders_code RESET (autovacuum_vacuum_scale_factor)",
        )
    ]
