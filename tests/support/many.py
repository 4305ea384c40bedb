"""Many rows of every kind, written by SQL: what lists are tried on."""

from __future__ import annotations

from django.db import connection

from tests.support.demo import Demo

TABLES = {  # each after those it points to
    "portal_company": """(name, slug, kind, created_at)
        SELECT 'Company ' || n, 'company-' || n, CASE WHEN n % 10 = 0 THEN 'printing_partner' ELSE 'brand_owner' END,
               now()
        FROM generate_series(({begin} - 1) / {share} + 1, {rows} / {share}) n""",
    "portal_user": """(password, is_superuser, email, name, is_active, is_staff, date_joined, company_id, wants_mail)
        SELECT '!', false, 'person' || n || '@many.example', 'Person ' || n, true, false, now(), {company}, true
        FROM generate_series(({begin} - 1) / {share} + 1, {rows} / {share}) n""",
    "portal_userauthorizationtoken": """(name, prefix, digest, created_at, expires_at, user_id)
        SELECT 'token ' || n, 'uat' || lpad(to_hex(n), 8, '0'), '', now(), now() + interval '1 day', {person}
        FROM {n}""",
    "portal_identityprovider": """(company_id, name, slug, protocol, is_active, is_required, issuer, client_id,
        client_secret, sign_in_url, certificate, is_private, vouches, asks_second_step, role_claim, roles, default_role)
        SELECT {company}, 'Provider ' || n, 'provider-' || n, 'openid_connect', true, false,
               'https://id' || n || '.example', 'portal', '', '', '', false, false, false, '', '', '' FROM {n}""",
    "workorders_urlprefix": "(prefix, company_id) SELECT 'c' || n || '.example/', {company} FROM {n}",
    "workorders_domainproof": """(host, way, problem, company_id)
        SELECT 'c' || n || '.example', '', '', {company} FROM {n}""",
    "ingestion_ingestiontemplate": """(name, parameters, declared, company_id, created_by_id)
        SELECT 'template ' || n, '{{}}', '[]', {company}, {person} FROM {n}""",
    "ingestion_drop": """(folder, is_watched, problem, company_id, owner_id)
        SELECT 'rolls-' || n, true, '', {company}, {person} FROM {n}""",
    "workorders_product": """(sku, name, is_archived, created_at, company_id)
        SELECT 'many' || n, 'Product ' || n, n % 9 = 0, now(), {company} FROM {n}""",
    "workorders_equipment": """(name, calibrated_on, calibrated_until, is_archived, dpi, company_id)
        SELECT 'press ' || n, now(), now() + interval '1 year', false, 600, {company} FROM {n}""",
    "workorders_substrate": """(name, calibrated_on, calibrated_until, is_archived, company_id)
        SELECT 'paper ' || n, now(), now() + interval '1 year', false, {company} FROM {n}""",
    "workorders_workorder": """(reference, type, state, quantity, url_prefix, longest_id, use_serial_number, layout,
        activate_on_complete, download_once, secret, uploaded_quantity, remarks, is_archived, created_at, company_id,
        created_by_id)
        SELECT 'order ' || n, 'SID', 'completed', 10,
               CASE WHEN n % 2 = 0 THEN 'https://c' || n || '.example/' ELSE 'http://127.0.0.1:8000/c/demo/' END,
               100, false, '', false, false, '', 0, '', false, {moment}, {company}, {person} FROM {n}""",
    "ingestion_ingestionrecord": """(key, description, type, ingestion_mode, filetype, file_name, file_size, status,
        created_at, parameters, result_data, file_facts, warnings, phase, rows_done, rows_total, attempts, company_id,
        created_by_id, workorder_id)
        SELECT 'many' || lpad(n::text, 8, '0'), 'Code ingestion file upload', 'code', 'api', 'csv',
               'file' || n || '.csv', n, CASE WHEN n % 9 = 0 THEN 'error' ELSE 'completed' END, {moment}, '{{}}',
               CASE WHEN n % 9 = 0 THEN '{{"errors": [{{"missing_id_error": []}}], '
                                        '"error_counts": {{"missing_id_error": 3}}}}'::jsonb
                    ELSE '{{"codes_created": 10, "duplicates_ignored": 0}}' END,
               '{{}}', '[]', 'ended', 10, 10, 1, {company}, {person}, {workorder} FROM {n}""",
    "workorders_job": """(status, rows_done, rows_total, attempts, what, phase, parameters, detail, created_by_id,
        workorder_id)
        SELECT 'completed', 10, 10, 1, 'images', 'ended', jsonb_build_object('n', n), '', {person}, {workorder}
        FROM {n}""",
    "workorders_export": """(status, rows_done, rows_total, attempts, format, filters, is_gzipped, neutralises_formulas,
        phase, refusal, detail, company_id, created_by_id)
        SELECT 'completed', 10, 10, 1, 'csv', '{{}}', false, false, 'ended', '', '', {company}, {person} FROM {n}""",
    "portal_event": """(subject, subject_id, what, at, by_id, address, detail)
        SELECT 'ingestionrecord', {record}, what, {moment}, {person}, '203.0.113.7', '{{}}'
        FROM {n}, unnest(ARRAY['created', 'begun', 'completed']) what""",
    "portal_keptanswer": """(call, digest, status, body)
        SELECT 'many ' || n, '', 200, '' FROM {n}""",
    "django_admin_log": """(action_time, object_id, object_repr, action_flag, change_message, content_type_id, user_id)
        SELECT now(), {record}::text, 'many', 2, '[]', django_content_type.id, {root}
        FROM {n}, django_content_type WHERE model = 'ingestionrecord'""",
    "workorders_code": """(identifier, company_id, workorder_id, sequence, product_id, activation_status,
        blacklist_reason, scm_data)
        SELECT 'many' || lpad(n::text, 12, '0'), company_id, workorders_workorder.id, n, {product}, 0, 0, '{{}}'
        FROM generate_series(10 * ({begin} - 1) + 1, 10 * {rows}) n
        JOIN workorders_workorder ON workorders_workorder.id = {workorder}""",
    "ingestion_ingestionerror": """(record_id, row, "column", value, error, detail)
        SELECT {refused}, n, 'id', '', 'missing_id_error', '' FROM {n}""",
}


def many(demo: Demo, rows: int, *, begin: int = 1, share: int = 1) -> None:
    """Add rows number `begin` to `rows` of every kind, and ten times as many codes; companies and people by `share`.

    Every third row is the demo company's and its staff's, so that its own lists are long too.
    """
    words = {
        "rows": rows,
        "begin": begin,
        "share": share,
        "n": f"generate_series({begin}, {rows}) n",
        "moment": f"now() - ({rows} - n) % 9000 * interval '1 hour'",
        "company": f"CASE WHEN n % 3 = 0 THEN {demo.company.pk} ELSE {_one_of('portal_company')} END",
        "person": f"CASE WHEN n % 3 = 0 THEN {demo.staff.pk} ELSE {_one_of('portal_user')} END",
        "root": demo.root.pk,
        "workorder": _one_of("workorders_workorder"),
        "product": _one_of("workorders_product"),
        "record": _one_of("ingestion_ingestionrecord"),
        "refused": "(SELECT max(id) FROM ingestion_ingestionrecord WHERE status = 'error')",
    }
    with connection.cursor() as cursor:
        for table, lines in TABLES.items():
            cursor.execute(f"INSERT INTO {table} {lines.format(**words)}")
        cursor.execute("ANALYZE")


def _one_of(table: str) -> str:
    """SQL for the id of a row of `table`, another one for each n."""
    return f"(ARRAY(SELECT id FROM {table} ORDER BY id))[1 + n % (SELECT count(*) FROM {table})]"  # noqa: S608
