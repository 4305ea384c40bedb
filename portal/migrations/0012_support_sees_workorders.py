from django.db import migrations

NAME = "Can see every company's records, workorders and codes"


def rename(apps, schema_editor):
    """Rename the permission where it is there already: `migrate` only makes those that are missing."""
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="portal")
    permissions.filter(codename="company_view_all").update(name=NAME)


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('portal', '0011_kept_headers'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='company',
            options={'ordering': ['name'], 'permissions': [('company_people', "Can manage the company's people"), ('company_tokens', "Can manage the company's tokens"), ('company_scan_limit', 'Can set after how many scans codes are blacklisted'), ('company_view_all', NAME)], 'verbose_name_plural': 'companies'},
        ),
        migrations.RunPython(rename, migrations.RunPython.noop),
    ]
