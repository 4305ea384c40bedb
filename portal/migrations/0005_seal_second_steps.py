from django.db import migrations

from portal.accounts.second_step import sealed_anew


def seal(apps, schema_editor):
    for authenticator in apps.get_model("mfa", "Authenticator").objects.exclude(type="webauthn").select_for_update():
        authenticator.data = sealed_anew(authenticator.data)
        authenticator.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0004_event"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
