"""Blacklisting codes that were scanned as often as their company allows.

Storing scans notes such codes, and they are blacklisted afterwards, in one transaction for each company: a long change
of one company's codes keeps nobody else waiting, and its own codes stay noted until it has ended.
"""

from __future__ import annotations

from typing import Final

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from portal.models import Company
from workorders.changes import locks, spool
from workorders.changes.apply import apply_posted, begin_change
from workorders.changes.values import ScmFields
from workorders.models import ActivationStatus, BlacklistReason, Change, ScanLimitReached

PATIENCE: Final = 5  # seconds for codes that another change holds; the next time tries again

IS_OVER: Final = """scans.count >= company.scan_limit AND NOT scans.reached_limit
        AND code.activation_status = %(active)s"""

NOTE: Final = f"""
    INSERT INTO workorders_scanlimitreached (company_id, identifier)
    SELECT scans.company_id, scans.identifier FROM (SELECT DISTINCT company, identifier FROM counted) AS counted
    JOIN portal_company AS company ON company.id = counted.company
    JOIN workorders_codescans AS scans ON scans.company_id = company.id AND scans.identifier = counted.identifier
    JOIN workorders_code AS code ON code.company_id = company.id AND code.identifier = counted.identifier
    WHERE {IS_OVER}
    ORDER BY scans.company_id, scans.identifier
    ON CONFLICT DO NOTHING"""  # noqa: S608  # our own condition

POST: Final = f"""
    INSERT INTO {spool.POSTED} (key, sequence, status, reason)
    SELECT code.identifier, 0, %(status)s, %(reason)s
    FROM workorders_scanlimitreached AS noted
    JOIN portal_company AS company ON company.id = noted.company_id
    JOIN workorders_codescans AS scans ON scans.company_id = company.id AND scans.identifier = noted.identifier
    JOIN workorders_code AS code ON code.company_id = company.id AND code.identifier = noted.identifier
    WHERE noted.company_id = %(company)s AND {IS_OVER}
    ORDER BY code.identifier FOR UPDATE OF code"""  # noqa: S608

# The rows are locked in the order in which scans are stored, which may go on at the same time.
MARK: Final = f"""
    WITH held AS (
        SELECT company_id, identifier FROM workorders_codescans
        WHERE company_id = %(company)s AND identifier IN (SELECT key FROM {spool.POSTED})
        ORDER BY identifier FOR NO KEY UPDATE
    )
    UPDATE workorders_codescans AS scans SET reached_limit = true FROM held
    WHERE scans.company_id = held.company_id AND scans.identifier = held.identifier"""  # noqa: S608

FORGET: Final = f"""
    DELETE FROM workorders_scanlimitreached WHERE (company_id, identifier) IN (
        SELECT noted.company_id, noted.identifier FROM workorders_scanlimitreached AS noted
        WHERE noted.company_id = %(company)s AND NOT EXISTS (
            SELECT FROM portal_company AS company
            JOIN workorders_codescans AS scans ON scans.company_id = company.id
            JOIN workorders_code AS code ON code.company_id = company.id AND code.identifier = scans.identifier
            WHERE company.id = noted.company_id AND scans.identifier = noted.identifier AND {IS_OVER}
        )
        FOR UPDATE SKIP LOCKED
    )"""  # noqa: S608


def note_over_limit() -> None:
    """Note the active codes among those just `counted` that have reached the limit, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"active": ActivationStatus.ACTIVE})


def blacklist_over_limit() -> None:
    """Blacklist the codes that are noted, each company's in a transaction of its own.

    A company whose codes others are changing is left out; it comes the next time.
    """
    companies = ScanLimitReached.objects.values_list("company", flat=True).distinct()
    for company in Company.objects.filter(pk__in=companies).order_by("pk"):
        try:
            with transaction.atomic():
                _blacklist(company)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise


def _blacklist(company: Company) -> None:
    """Blacklist the company's codes that are noted, in the caller's transaction, if no long change is under way.

    A code is blacklisted so once: one that somebody activates again stays active. The codes are locked in the order of
    their ids, as every change locks them, and those that are not active any more by then are left out.
    """
    if not locks.try_in_order(company):
        return
    locks.give_up_after(PATIENCE)
    given = {
        "company": company.pk,
        "active": ActivationStatus.ACTIVE,
        "status": ActivationStatus.BLACKLISTED,
        "reason": BlacklistReason.MAXIMUM_SCAN_COUNT_EXCEEDED,
    }
    with connection.cursor() as cursor:
        cursor.execute(spool.CREATE)
        cursor.execute(POST, given)
        if cursor.rowcount:
            apply_posted(begin_change(company, Change.Origin.SCANS, None), ScmFields(), cursor.rowcount)
            cursor.execute(MARK, given)
        cursor.execute(FORGET, given)
