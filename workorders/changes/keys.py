"""Finding the codes that posted changes name by something else than their ids: one pass over the company's codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection

from portal.database.planner import planner_settings, without
from portal.models import Company
from portal.values.problems import say_problem
from workorders.changes.spool import CREATE, POSTED

KEYS = "posted_keys"  # the changes as they were posted, each with the key that its row names
SERIAL_NUMBER, WORKORDER = "serial_number", "workorder"

FIND = f"""
    INSERT INTO {POSTED} (key, sequence, product_id, status, reason, scm)
    SELECT code.identifier, wanted.sequence, wanted.product_id, wanted.status, wanted.reason, wanted.scm
    FROM {{wanted}} AS wanted JOIN workorders_code AS code ON {{fits}}
    WHERE code.company_id = %(company)s
    ORDER BY code.identifier"""  # noqa: S608  # our own names

FITS_NUMBER = "code.sequence = wanted.key::bigint AND code.workorder_id = ANY(%(workorders)s)"
FITS_FIELD = "code.scm_data ->> %(field)s = wanted.key"
FITS_WORKORDER = "code.workorder_id = wanted.workorder_id AND code.workorder_id = ANY(%(workorders)s)"
OF_WORKORDERS = f"""(
        SELECT posted.*, named.workorder_id FROM {KEYS} AS posted
        JOIN unnest(%(workorders)s::bigint[], %(sequences)s::bigint[]) AS named (workorder_id, sequence)
            ON named.sequence = posted.sequence)"""  # noqa: S608

NAMED = f"""
    SELECT wanted.sequence, wanted.key, workorder.id FROM {KEYS} AS wanted
    JOIN workorders_workorder AS workorder ON workorder.company_id = %(company)s
        AND (workorder.reference = wanted.key OR workorder.id::text = wanted.key)
    ORDER BY wanted.sequence, workorder.id"""  # noqa: S608

MISSING = f"""
    SELECT wanted.sequence, wanted.key FROM {KEYS} AS wanted
    WHERE NOT EXISTS (SELECT FROM {POSTED} AS found WHERE found.sequence = wanted.sequence)"""  # noqa: S608

AMBIGUOUS = f"""
    SELECT wanted.sequence, wanted.key, count(*), min(found.key) FROM {POSTED} AS found
    JOIN {KEYS} AS wanted ON wanted.sequence = found.sequence
    GROUP BY wanted.sequence, wanted.key HAVING count(*) > 1"""  # noqa: S608


class KeyProblem(NamedTuple):
    """What is the matter with the key of a row.

    `kind` is `missing` (no code has it), `ambiguous` (it fits several) or `repeated` (another row names the same
    codes). `detail` says more.
    """

    position: int
    key: str
    kind: str
    detail: str = ""


def find_codes(company: Company, key: str, first_position: int = 1, *, many: bool) -> Iterator[KeyProblem]:
    """Replace the keys of the posted changes by the ids of the codes that they name, in the caller's transaction.

    `key` is `serial_number`, `workorder`, whose id or reference names all of its codes, or an SCM field. Yields the
    keys that name no code, or several where not `many` may be meant. Memory does not grow with the number of changes.
    """
    base = first_position - 1
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{KEYS}; ALTER TABLE pg_temp.{POSTED} RENAME TO {KEYS}")
        cursor.execute(CREATE)
        cursor.execute(f"ANALYZE {KEYS}")
    given: dict[str, Any] = {"company": company.pk, "field": key}
    if key == WORKORDER:
        named = _named_workorders(company)
        yield from _workorder_problems(named, base)
        pairs = [(found, sequence) for sequence, _key, several in named for found in several]
        given |= {"workorders": [found for found, _ in pairs], "sequences": [sequence for _, sequence in pairs]}
        _find(OF_WORKORDERS, FITS_WORKORDER, given)
    elif key == SERIAL_NUMBER:
        numbered = company.workorders.filter(use_serial_number=True)
        _find(KEYS, FITS_NUMBER, given | {"workorders": list(numbered.order_by().values_list("pk", flat=True))})
    else:
        _find(KEYS, FITS_FIELD, given)
    yield from _missing(base)
    if not many and key != WORKORDER:
        yield from _ambiguous(base)


def count_found() -> int:
    """Return how many codes the posted changes name."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {POSTED}")  # noqa: S608
        (count,) = cursor.fetchone()
        return int(count)


def _find(wanted: str, fits: str, given: dict[str, Any]) -> None:
    """Post the codes that fit, in the order of their ids. Statistics of other companies must not suggest lookups."""
    with planner_settings(**without("nestloop")), connection.cursor() as cursor:
        cursor.execute(FIND.format(wanted=wanted, fits=fits), given)


def _named_workorders(company: Company) -> list[tuple[int, str, list[int]]]:
    """Return the workorders that each row names, by its place and key."""
    with connection.cursor() as cursor:
        cursor.execute(NAMED, {"company": company.pk})
        found = cursor.fetchall()
    return [(*place, [row[2] for row in rows]) for place, rows in groupby(found, itemgetter(0, 1))]


def _workorder_problems(named: list[tuple[int, str, list[int]]], base: int) -> Iterator[KeyProblem]:
    """Yield the rows that name two workorders, or one that a row above has named."""
    rows: defaultdict[int, list[int]] = defaultdict(list)
    for sequence, key, several in named:
        if len(several) > 1:
            detail = say_problem("It is the id of one workorder and the reference of another.")
            yield KeyProblem(sequence + base, key, "ambiguous", detail)
        for workorder in several:
            if above := rows[workorder]:
                yield KeyProblem(
                    sequence + base,
                    key,
                    "repeated",
                    say_problem("Row {above:,} names the workorder, too.", above=above[0] + base),
                )
            above.append(sequence)


def _missing(base: int) -> Iterator[KeyProblem]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(MISSING)
        for sequence, key in cursor:
            yield KeyProblem(sequence + base, key, "missing")


def _ambiguous(base: int) -> Iterator[KeyProblem]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(AMBIGUOUS)
        for sequence, key, count, first in cursor:
            yield KeyProblem(
                sequence + base,
                key,
                "ambiguous",
                say_problem("It fits {count:,} codes, {first} is one of them.", count=count, first=first),
            )
