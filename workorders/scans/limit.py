"""Blacklisting codes that were scanned as often as their company allows."""

from __future__ import annotations

from django.db import connection

from portal.models import Company
from workorders.changes import locks, spool
from workorders.changes.apply import apply_posted, begin_change
from workorders.changes.values import ScmFields
from workorders.models import ActivationStatus, BlacklistReason, Change

COMPANIES = """
    SELECT DISTINCT counted.company FROM counted
    JOIN portal_company AS company ON company.id = counted.company AND company.scan_limit IS NOT NULL
    ORDER BY counted.company"""

POST = f"""
    INSERT INTO {spool.POSTED} (key, sequence, status, reason)
    SELECT code.identifier, 0, %(status)s, %(reason)s
    FROM workorders_code AS code
    WHERE code.company_id = %(company)s AND code.activation_status = %(active)s AND code.identifier IN (
        SELECT scans.identifier FROM counted
        JOIN workorders_codescans AS scans
            ON scans.company_id = counted.company AND scans.identifier = counted.identifier
        WHERE counted.company = %(company)s AND scans.count >= %(limit)s AND NOT scans.reached_limit
    )
    ORDER BY code.identifier FOR UPDATE OF code"""  # noqa: S608  # our own name

MARK = f"""
    UPDATE workorders_codescans AS scans SET reached_limit = true FROM {spool.POSTED} AS posted
    WHERE scans.company_id = %s AND scans.identifier = posted.key"""  # noqa: S608


def blacklist_over_limit() -> None:
    """Blacklist the active codes among those just `counted` that have reached the limit, in the caller's transaction.

    A code is blacklisted so once: one that somebody activates again stays active. The codes are locked in the order of
    their ids, as every change locks them, and those that are not active any more by then are left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(COMPANIES)
        for company in Company.objects.filter(pk__in=[found for (found,) in cursor.fetchall()]).order_by("pk"):
            locks.in_order(company)
            cursor.execute(spool.CREATE)
            given = {"company": company.pk, "limit": company.scan_limit, "active": ActivationStatus.ACTIVE}
            cursor.execute(
                POST,
                given
                | {
                    "status": ActivationStatus.BLACKLISTED,
                    "reason": BlacklistReason.MAXIMUM_SCAN_COUNT_EXCEEDED,
                },
            )
            if cursor.rowcount:
                apply_posted(begin_change(company, Change.Origin.SCANS, None), ScmFields(), cursor.rowcount)
                cursor.execute(MARK, [company.pk])
