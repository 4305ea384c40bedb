from django.db import migrations

OFTENER = "autovacuum_analyze_scale_factor = 0.01, autovacuum_analyze_threshold = 10000"
DEFAULT = "autovacuum_analyze_scale_factor, autovacuum_analyze_threshold"


class Migration(migrations.Migration):
    """Have statistics taken anew when a hundredth of the codes is new, not a tenth: that may be all of a company's."""

    dependencies = [("workorders", "0013_outages")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE workorders_code SET ({OFTENER})", f"ALTER TABLE workorders_code RESET ({DEFAULT})"
        )
    ]
