"""An export of codes with five SCM fields beside `COPY (SELECT ...) TO STDOUT` through `gzip -1`.

The other is what somebody would type into a shell who knows the fields: the columns that need no history, in the order
of the ids.
"""

from __future__ import annotations

from django.db import connection

from benchmarks.figures import RUNS, empty, pipe_query_through_gzip, settle, show
from benchmarks.measure import apart
from portal.models import Company, User
from workorders.codes.filters import parse_filter
from workorders.exports import builder
from workorders.exports.services import start_export
from workorders.models import Export, Workorder

FILL = """
    INSERT INTO workorders_code (identifier, sequence, company_id, workorder_id, product_id, activation_status,
        blacklist_reason, scm_data)
    SELECT * FROM (
        SELECT left(translate(encode(sha256(n::text::bytea), 'base64'), '+/=', '-_0'), 12) COLLATE "C" AS id, n,
            %(company)s, %(workorder)s, (SELECT min(id) FROM workorders_product WHERE company_id = %(company)s), 0, 0,
            jsonb_build_object('pallet_number', 'pal' || n / 100, 'intended_market', 'BE', 'lot', 'B' || n / 5000,
                'best_before', '2027-0' || (n %% 9 + 1) || '-01', 'line', 'line ' || n %% 7)
        FROM generate_series(1, %(count)s) n
    ) AS made ORDER BY id"""
OTHER = """
    COPY (
        SELECT code.identifier, CASE WHEN made.use_serial_number THEN lpad(sequence::text, 10, '0') END, product.name,
            product.sku, activation_status, blacklist_reason, person.email, made.created_at, made.id, made.reference,
            made.url_prefix || code.identifier, scm_data ->> 'best_before', scm_data ->> 'intended_market',
            scm_data ->> 'line', scm_data ->> 'lot', scm_data ->> 'pallet_number'
        FROM workorders_code AS code JOIN workorders_workorder AS made ON made.id = code.workorder_id
        JOIN portal_user AS person ON person.id = made.created_by_id
        LEFT JOIN workorders_product AS product ON product.id = code.product_id
        WHERE code.company_id = {company} AND code.workorder_id = {workorder} ORDER BY code.identifier
    ) TO STDOUT (FORMAT csv)"""


def measure(count: int) -> None:
    """Print the line of the table about exports."""
    empty()
    company, user = Company.objects.get(slug="demo"), User.objects.get(email="staff@demo.example")
    workorder = Workorder.objects.create(
        company=company,
        reference="Exported",
        quantity=count,
        url_prefix="https://id.example.com/q/",
        created_by=user,
    )
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"company": company.pk, "workorder": workorder.pk, "count": count})
        cursor.execute("VACUUM ANALYZE workorders_code")
    settle()
    other = OTHER.format(company=company.pk, workorder=workorder.pk)
    mine, theirs, memory = [], [], []
    for _run in range(RUNS):
        export = start_export(user, company, parse_filter({"workorder": workorder.pk}), "csv", gzip=True)
        seconds, peak = apart(lambda: builder.run(export.pk))  # noqa: B023  # called before the next round
        if not Export.objects.filter(pk=export.pk, status="completed", rows_done=count).exists():
            raise SystemExit("The export did not end as completed.")
        mine.append(seconds / count)
        memory.append(peak)
        theirs.append(apart(lambda: pipe_query_through_gzip(other))[0] / count)
    show("export to CSV.gz, 5 SCM fields / COPY TO STDOUT through gzip -1", "1.2", mine, theirs, memory)
