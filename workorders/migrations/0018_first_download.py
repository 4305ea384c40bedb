from django.db import migrations, models


class Migration(migrations.Migration):
    """Note when codes of a workorder were downloaded first; of the workorders that exist nobody knows."""

    dependencies = [("workorders", "0017_scans")]

    operations = [
        migrations.AddField(
            model_name="workorder",
            name="downloaded_at",
            field=models.DateTimeField(help_text="When codes of a SID were downloaded first.", null=True),
        ),
        migrations.AddField(
            model_name="workorder",
            name="notes_downloads",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="False if its codes may have been downloaded without a note.",
            ),
        ),
        migrations.AlterField(
            model_name="workorder",
            name="notes_downloads",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="False if its codes may have been downloaded without a note.",
            ),
        ),
    ]
