"""What Citus, or partitions by company, need of the tables that grow with codes: every key of theirs has the company.

A unique index of a distributed table contains the column by which its rows are spread, and a foreign key of one leads
to a table that is spread likewise, or to one that every node has whole. docs/scale.md tells the steps there.
"""

from __future__ import annotations

import pytest
from django.db import connection

COMPANY = "company_id"
BY_COMPANY = {"workorders_code", "workorders_codescans", "workorders_scanlimitreached", "workorders_scanday"}
NOT_YET = {
    "workorders_codechange": "A row of the history has its company by its change alone. The column would cost 8 bytes a"
    " row, and its key would be (company, change, identifier); the two statements that write history have it at hand.",
}
"""Tables of codes that could not be spread as they are, and what it would take."""

TABLES = """
    SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'identifier' ORDER BY 1"""
UNIQUE = """
    SELECT relation.relname, name.relname, array(
        SELECT attname::text FROM pg_attribute
        WHERE attrelid = indrelid AND attnum = ANY (string_to_array(indkey::text, ' ')::int[]) ORDER BY attname)
    FROM pg_index JOIN pg_class AS relation ON relation.oid = indrelid JOIN pg_class AS name ON name.oid = indexrelid
    WHERE relation.relname = ANY (%s) AND (indisunique OR indisexclusion) ORDER BY 1, 2"""
FOREIGN = """
    SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
    WHERE contype = 'f' AND (conrelid::regclass::text = ANY (%(names)s) OR confrelid::regclass::text = ANY (%(names)s))
    ORDER BY 1, 2"""

pytestmark = pytest.mark.django_db


def test_every_table_of_codes_is_spread_by_company_or_named_as_one_that_is_not_yet() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        with_ids = {name for (name,) in cursor.fetchall()}
    assert with_ids - BY_COMPANY == {*NOT_YET}
    assert BY_COMPANY - with_ids == {"workorders_scanday"}, "it has a row a company and day"


def test_every_unique_key_of_theirs_contains_the_company() -> None:
    with connection.cursor() as cursor:
        cursor.execute(UNIQUE, [[*BY_COMPANY, *NOT_YET]])
        keys = {(table, tuple(columns)) for table, _name, columns in cursor.fetchall()}
    assert {table for table, _columns in keys} == BY_COMPANY | {*NOT_YET}
    assert {key for key in keys if COMPANY not in key[1]} == {("workorders_codechange", ("change_id", "identifier"))}


def test_no_foreign_key_leads_from_or_to_them() -> None:
    """Companies, workorders, products and changes are few, and could be on every node; none is asked for, though."""
    with connection.cursor() as cursor:
        cursor.execute(FOREIGN, {"names": [*BY_COMPANY, *NOT_YET]})
        assert cursor.fetchall() == []
