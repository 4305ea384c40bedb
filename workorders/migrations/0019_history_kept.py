from django.db import migrations, models


class Migration(migrations.Migration):
    """Add a mark of changes whose history was not kept."""

    dependencies = [("workorders", "0018_first_download")]

    operations = [
        migrations.AddField(
            model_name="change",
            name="is_thinned",
            field=models.BooleanField(
                db_default=False, default=False, help_text="Its history has gone, or part of it."
            ),
        ),
    ]
