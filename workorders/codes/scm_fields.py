"""The SCM fields that a company's codes have."""

from __future__ import annotations

from django.db import connection

from portal.models import Company
from workorders.models import FIRST_CODES

LATEST = 200  # workorders of which the first codes are looked at
FIELDS = """
    SELECT DISTINCT jsonb_object_keys(scm_data) FROM workorders_code
    WHERE company_id = %s AND workorder_id = ANY(%s) AND sequence <= %s"""


def fields_in_use(company: Company) -> set[str]:
    """Return the SCM fields of the first codes of the latest workorders, which are those that people use now."""
    workorders = list(company.workorders.order_by("-pk").values_list("pk", flat=True)[:LATEST])
    with connection.cursor() as cursor:
        cursor.execute(FIELDS, [company.pk, workorders, FIRST_CODES])
        return {field for (field,) in cursor.fetchall()}
