from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0018_links_of_companies"),
        ("workorders", "0028_webhooks"),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="links",
            field=models.JSONField(
                db_default=[],
                default=list,
                editable=False,
                help_text="Where its codes lead, as `workorders.links` stores it.",
            ),
        ),
    ]
