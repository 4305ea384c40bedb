"""Look up which ids a company has used already."""

from __future__ import annotations

from django.db import connection

TAKEN_OF_POSTED = """
    SELECT wanted.identifier, wanted.sequence FROM posted AS wanted
    CROSS JOIN LATERAL (
        SELECT FROM workorders_code WHERE company_id = %s AND identifier = wanted.identifier LIMIT 1
    ) AS used"""
"""Looks the ids up one by one through the unique index: no other plan exists. A plain join is planned by statistics,
which know nothing of a company whose codes came since they were last taken."""


TAKEN_OF_LIST = TAKEN_OF_POSTED.replace("posted AS wanted", 'unnest(%s::text[] COLLATE "C") AS wanted (identifier)')
TAKEN_OF_LIST = TAKEN_OF_LIST.replace(", wanted.sequence", "")
CODE_TAKEN = "code_identifier_of_company"  # the constraint that an id breaks which the company has used


def find_taken_ids(company_id: int, identifiers: list[str]) -> list[str]:
    """Return those of `identifiers` that the company has used already."""
    with connection.cursor() as cursor:
        cursor.execute(TAKEN_OF_LIST, [identifiers, company_id])
        return [identifier for (identifier,) in cursor.fetchall()]
