import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Add changes of codes, and their history. Nothing of the table of codes is written anew."""

    dependencies = [
        ("portal", "0009_letters_of_uploads_and_hand_overs"),
        ("workorders", "0014_analyze_codes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OfficeCode",
            fields=[
                ("sequence", models.PositiveIntegerField(help_text="Place in the uploaded file, the first code is 1.")),
                (
                    "activation_status",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "inactive"), (1, "active"), (2, "blacklisted")], default=0
                    ),
                ),
                (
                    "blacklist_reason",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "none"),
                            (1, "counterfeits detected"),
                            (2, "low quality"),
                            (3, "overprint"),
                            (4, "stolen"),
                            (5, "damage"),
                            (6, "lost"),
                            (7, "misprint"),
                            (8, "not sold"),
                            (9, "workorder cancelled"),
                            (10, "maximum scan count exceeded"),
                        ],
                        default=0,
                    ),
                ),
                ("scm_data", models.JSONField(default=dict)),
                ("identifier", models.CharField(db_collation="C", max_length=145, primary_key=True, serialize=False)),
            ],
            options={
                "verbose_name": "code",
                "db_table": "workorders_code",
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("page", "page"),
                            ("file", "file"),
                            ("api", "API"),
                            ("workorder", "workorder"),
                            ("scans", "scans"),
                        ],
                        max_length=10,
                    ),
                ),
                ("record_key", models.CharField(blank=True, max_length=12)),
                ("codes", models.PositiveBigIntegerField(default=0, help_text="How many codes it changed.")),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="CodeChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "change", "identifier", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "change",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="rows",
                        to="workorders.change",
                    ),
                ),
                ("identifier", models.CharField(db_collation="C", max_length=145)),
                ("previous", models.BigIntegerField(null=True)),
                ("old_product", models.BigIntegerField(null=True)),
                ("new_product", models.BigIntegerField(null=True)),
                (
                    "old_status",
                    models.SmallIntegerField(choices=[(0, "inactive"), (1, "active"), (2, "blacklisted")], null=True),
                ),
                (
                    "new_status",
                    models.SmallIntegerField(choices=[(0, "inactive"), (1, "active"), (2, "blacklisted")], null=True),
                ),
                (
                    "old_reason",
                    models.SmallIntegerField(
                        choices=[
                            (0, "none"),
                            (1, "counterfeits detected"),
                            (2, "low quality"),
                            (3, "overprint"),
                            (4, "stolen"),
                            (5, "damage"),
                            (6, "lost"),
                            (7, "misprint"),
                            (8, "not sold"),
                            (9, "workorder cancelled"),
                            (10, "maximum scan count exceeded"),
                        ],
                        null=True,
                    ),
                ),
                (
                    "new_reason",
                    models.SmallIntegerField(
                        choices=[
                            (0, "none"),
                            (1, "counterfeits detected"),
                            (2, "low quality"),
                            (3, "overprint"),
                            (4, "stolen"),
                            (5, "damage"),
                            (6, "lost"),
                            (7, "misprint"),
                            (8, "not sold"),
                            (9, "workorder cancelled"),
                            (10, "maximum scan count exceeded"),
                        ],
                        null=True,
                    ),
                ),
                ("old_scm", models.JSONField(null=True)),
                ("new_scm", models.JSONField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="change",
            name="company",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="portal.company"
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="undoes",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="undone_by", to="workorders.change"
            ),
        ),
        migrations.SeparateDatabaseAndState(
            [],  # 0016 adds the column, in its short transaction
            [
                migrations.AddField(
                    model_name="code",
                    name="last_change",
                    field=models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="workorders.change",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["company", "-id"], name="change_of_company"),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(
                condition=models.Q(("record_key", ""), _negated=True), fields=["record_key"], name="change_of_record"
            ),
        ),
        migrations.AlterModelOptions(
            name="code",
            options={
                "permissions": [
                    ("codes_view", "Can see codes"),
                    ("scm_code_edit", "Can change single codes"),
                    ("scm_bulk_edit", "Can change many codes at once"),
                    ("scm_undo", "Can undo changes of codes"),
                ]
            },
        ),
    ]
