"""Finding the first codes that meet conditions, in the order of their ids, at a cost that does not grow with the table.

Two ways lead to them. A walk along the primary key finds what is frequent: it looks at WALKED codes at most. What is
rarer is gathered by the BRIN index, which knows the blocks where a value may stand: GATHERED codes in the order of the
table, or TOGETHER of a workorder, then those before the last of them that a page can still show, and so on, until none
is left out. Where neither gets to an end, the search says how far it came, and goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Q

from portal.database.conditions import Condition, condition_of
from portal.database.planner import planner_settings, without
from workorders.models import Code

PROBED = 1_000  # codes that are looked at first: enough for what is frequent
WALKED = 15_000  # codes that one walk along the key looks at
WALKED_ON = 60_000  # where so many are known to be enough
GATHERED = 300  # codes that one look by the BRIN index takes
TOGETHER = (
    5_000  # where they stand together, being of one workorder, so that one look at most of them is cheaper than two
)
ROUNDS = 7  # of such looks
TIMES = 10  # as many codes as are counted: where more are to be expected, nobody counts them
MOST_LOOKED_AT = 50_000  # codes that one takes where each must be looked at besides
BY_BRIN = {  # settings that leave the planner bitmaps alone, and make every B-tree dearer than the BRIN index
    **without("seqscan", "indexscan", "indexonlyscan"),
    "cpu_index_tuple_cost": "1e6",
}
PROBE = """
    SELECT identifier FROM (
        SELECT * FROM workorders_code WHERE {place} ORDER BY identifier {order} LIMIT %s
    ) AS workorders_code WHERE {condition} ORDER BY identifier {order} LIMIT %s OFFSET %s"""  # a join keeps no order
WALK = """
    SELECT count(*), {last}(identifier), array_agg(identifier ORDER BY identifier {order}) FILTER (WHERE fits) FROM (
        SELECT identifier, ({condition}) AS fits FROM workorders_code WHERE {place} ORDER BY identifier {order} LIMIT %s
    ) AS walked"""
GATHER = """
    SELECT count(*), array_agg(identifier ORDER BY identifier {order}) FILTER (WHERE fits) FROM (
        SELECT identifier, ({condition}) AS fits FROM workorders_code WHERE {place} LIMIT %s
    ) AS gathered"""
COUNT = """
    SELECT count(*), count(*) FILTER (WHERE fits) FROM (
        SELECT ({condition}) AS fits FROM workorders_code WHERE {place} {order} LIMIT %s
    ) AS looked_at"""


class Conditions(NamedTuple):
    """What must hold of codes, sorted by what finds them."""

    place: Q
    """The company and the ids, by the primary key."""
    known: Q
    """Values by which the BRIN index leaves out blocks of the table."""
    rest: Q
    """What only a look at each code tells."""


class Found(NamedTuple):
    """Ids in their order, and the one behind which the search goes on, empty where the list ends.

    Where the search stopped early, `skipped` codes of those to be skipped are still to come. Where codes were gathered
    by the BRIN index, it `is_counted`: `total` is how many there are, those before the page too, or None where more
    than GATHERED or TOGETHER had to be looked at.
    """

    identifiers: list[str]
    onward: str
    skipped: int = 0
    is_counted: bool = False
    total: int | None = None


def search(asked: Conditions, number: int, skipped: int = 0, *, after: str = "", before: str = "") -> Found:
    """Return the ids of the first `number` codes behind the first `skipped` ones.

    They lie behind the id `after`, or before the id `before`, and come in reverse then.
    """
    begin = Q(identifier__lt=before) if before else Q(identifier__gt=after) if after else Q()
    behind = Conditions(asked.place & begin, asked.known, asked.rest)
    wanted, order = skipped + number + 1, "DESC" if before else ""
    found = _probe(behind, number + 1, order, (WALKED if skipped else PROBED) + wanted, skipped)
    if len(found) > number:
        return Found(found[:number], found[number - 1])
    counted: tuple[bool, int | None] = (False, None)
    found, edge = _walk(behind, wanted, order, WALKED)
    if edge and len(found) * WALKED_ON >= wanted * WALKED:
        beyond = Conditions(behind.place & Q(**{f"identifier__{'lt' if order else 'gt'}": edge}), *behind[1:])
        more, edge = _walk(beyond, wanted - len(found), order, WALKED_ON - WALKED)
        found += more
    elif edge and asked.known:
        gathered, total = _gather(asked, after, before, wanted)
        counted = (True, total)
        found, edge = (found, edge) if gathered is None else (gathered, "")
    shown = found[skipped : skipped + number]
    if len(found) == wanted:
        return Found(shown, shown[-1], 0, *counted)
    return Found(shown, edge, max(0, skipped - len(found)) if edge else 0, *counted)


def count_along_key(asked: Conditions, most: int) -> int | None:
    """Count the codes by a walk along the key. None where it would look at more than `most`."""
    return _count(asked.place, asked.known & asked.rest, "ORDER BY identifier", most)


def count_gathered(asked: Conditions, most: int, of_company: int) -> int | None:
    """Count the codes among those that the BRIN index finds. None where these are more than `most`.

    That is known without it where so many stand among the first codes along the key, or where among the first and the
    last ones there are so many that there must be TIMES as many among all `of_company`: it takes long for frequent
    values.
    """
    first = len(_probe(asked, most + 1, "", WALKED))
    much = TIMES * most * WALKED
    if first > most or (first * of_company > much < len(_probe(asked, most + 1, "DESC", WALKED)) * of_company):
        return None
    with by_brin():
        return _count(asked.place & asked.known, asked.rest, "", most)


def _count(place: Q, condition: Q, order: str, most: int) -> int | None:
    where, fits = _sql(place), _sql(condition)
    query = COUNT.format(place=where.text, condition=fits.text, order=order)
    with connection.cursor() as cursor:
        cursor.execute(query, [*fits.values, *where.values, most + 1])
        ((looked_at, fitting),) = cursor.fetchall()
    return fitting if looked_at <= most else None


def _probe(asked: Conditions, wanted: int, order: str, most: int, skipped: int = 0) -> list[str]:
    """Return the ids that fit behind `skipped` others, at most `wanted`, among the first `most` along the key."""
    place, condition = _sql(asked.place), _sql(asked.known & asked.rest)
    query = PROBE.format(place=place.text, condition=condition.text, order=order)
    with connection.cursor() as cursor:
        cursor.execute(query, [*place.values, most, *condition.values, wanted, skipped])
        return [identifier for (identifier,) in cursor.fetchall()]


def _walk(asked: Conditions, wanted: int, order: str, most: int) -> tuple[list[str], str]:
    """Return the first ids along the key that fit, at most `wanted`, and the last one looked at if that ended it."""
    place, condition, last = _sql(asked.place), _sql(asked.known & asked.rest), "min" if order else "max"
    query = WALK.format(place=place.text, condition=condition.text, order=order, last=last)
    with connection.cursor() as cursor:
        cursor.execute(query, [*condition.values, *place.values, most + wanted])
        ((looked_at, edge, found),) = cursor.fetchall()
    found = (found or [])[:wanted]
    return found, "" if len(found) == wanted or looked_at < most + wanted else edge


def _gather(asked: Conditions, after: str, before: str, wanted: int) -> tuple[list[str] | None, int | None]:
    """Return the first ids that fit, at most `wanted`, by the BRIN index, and how many there are in all.

    None where it comes to no end. The first look is at all codes, before and behind the place where the list begins: if
    it sees the last of them, the list needs no other look to count them.
    """
    at_once = TOGETHER if asked.known.referenced_base_fields == {"workorder"} else GATHERED
    order, most = "DESC" if before else "", (MOST_LOOKED_AT if asked.rest else at_once) + wanted
    begin = Q(identifier__lt=before) if before else Q(identifier__gt=after) if after else Q()
    place = everything = asked.place & asked.known
    with by_brin():
        for number in range(ROUNDS):
            found, is_all = _look(place, asked.rest, order, most)
            behind = [each for each in found if (each < before if before else each > after)][:wanted]
            if is_all:
                return behind, None if number else len(found)
            if len(behind) == wanted:
                place = everything & begin & Q(**{f"identifier__{'gte' if order else 'lte'}": behind[-1]})
            elif begin and not number:
                place = everything & begin
            else:
                break
    return None, None


def _look(place: Q, rest: Q, order: str, most: int) -> tuple[list[str], bool]:
    """Return the ids that fit of some codes at that place, fewer than `most`, and whether these are all."""
    where, condition = _sql(place), _sql(rest)
    query = GATHER.format(place=where.text, condition=condition.text, order=order)
    with connection.cursor() as cursor:
        cursor.execute(query, [*condition.values, *where.values, most])
        ((looked_at, found),) = cursor.fetchall()
    return found or [], looked_at < most


@contextmanager
def by_brin() -> Iterator[None]:
    """Let queries find codes by the BRIN index, whatever the statistics say, and by all means afterwards."""
    with transaction.atomic(), planner_settings(**BY_BRIN):
        yield


def _sql(condition: Q) -> Condition:
    return condition_of(Code.objects.filter(condition))
