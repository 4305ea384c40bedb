"""Release the URL prefixes that refused files, orders and templates claimed before this was a workorder's to do."""

from django.db import migrations

RELEASE = """
    DELETE FROM workorders_urlprefix claimed
    WHERE NOT EXISTS (
        SELECT 1 FROM workorders_workorder workorder
        WHERE workorder.company_id = claimed.company_id
            AND workorder.url_prefix IN ('https://' || claimed.prefix, 'http://' || claimed.prefix)
            AND (workorder.state <> 'cancelled'
                OR EXISTS (SELECT 1 FROM workorders_code code WHERE code.workorder_id = workorder.id)))
    AND NOT EXISTS (
        SELECT 1 FROM ingestion_ingestionrecord record
        WHERE record.company_id = claimed.company_id AND record.status IN ('uploading', 'queued', 'processing')
            AND record.parameters->>'url_prefix' IN ('https://' || claimed.prefix, 'http://' || claimed.prefix))
"""  # a worker of before, which is still at a file, relies on the claim that was made for it


class Migration(migrations.Migration):
    dependencies = [("ingestion", "0004_result_index"), ("workorders", "0011_url_prefix_use")]

    operations = [migrations.RunSQL(RELEASE, migrations.RunSQL.noop)]
