"""A search finds the first codes in the order of ids, however rare they are, and looks at few of the table's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.demo import Demo
from tests.support.pages import a_workorder
from workorders.codes import search as module
from workorders.codes.api_rows import read_rows
from workorders.codes.block_index import summarize_blocks
from workorders.codes.filters import CodeFilter, parse_filter
from workorders.codes.listing import list_codes
from workorders.codes.lookup import codes_of_company
from workorders.codes.search import BY_BRIN, Found, by_brin, search
from workorders.models import Code, Workorder

CODES = 30_000
LIMITS = {"PROBED": 100, "WALKED": 500, "WALKED_ON": 1500, "GATHERED": 50, "TOGETHER": 300, "MOST_LOOKED_AT": 900}
MOST_LOOKED_AT = 13_000  # of 90,000, with those that are counted and the blocks that the index names
FILL = """
    INSERT INTO workorders_code
        (company_id, identifier, workorder_id, sequence, product_id, activation_status, blacklist_reason, scm_data)
    SELECT %s, %s || lpad(number::text, 8, '0'), %s, number, %s, CASE WHEN number %% 10 = 0 THEN 1 ELSE 0 END,
           CASE WHEN number %% 10000 = 77 THEN 4 ELSE 0 END, jsonb_build_object('lot', (number %% 7)::text)
    FROM generate_series(1, %s) AS number"""

SCAN = """
    INSERT INTO workorders_codescans (company_id, identifier, count, first_at, last_at)
    SELECT company_id, identifier, 1, now(), now() FROM workorders_code WHERE company_id = %s AND sequence %% 4 = 1"""


@pytest.fixture
def workorders(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> tuple[Workorder, Workorder]:
    """Two with CODES codes each, the ids of the second behind all those of the first, and small limits."""
    for name, limit in LIMITS.items():
        monkeypatch.setattr(module, name, limit)
    first, second = a_workorder(demo.staff, quantity=CODES), a_workorder(demo.staff, quantity=CODES)
    product = demo.company.products.get(sku="sku1")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE workorders_code")  # what other tests rolled back still widens the blocks of the index
        cursor.execute(FILL, [demo.company.pk, "aa-", first.pk, None, CODES])
        cursor.execute(FILL, [demo.company.pk, "bb-", second.pk, product.pk, CODES])
        cursor.execute(FILL, [demo.other.pk, "aa-", 0, product.pk, CODES])
        cursor.execute("ANALYZE workorders_code")
    summarize_blocks()
    return first, second


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def looked_at(sql: str) -> int:
    """How many codes the server looks at to answer a query, found as `search` lets it."""
    gathers = " AS gathered" in sql or (" AS looked_at" in sql and "ORDER BY" not in sql)
    with by_brin() if gathers else nullcontext(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        ((((found,),),),) = [cursor.fetchall()]
    steps = [step for step in nodes(found["Plan"]) if step.get("Relation Name") == "workorders_code"]
    dropped = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    return sum(
        int((step["Actual Rows"] + sum(step.get(name, 0) for name in dropped)) * step["Actual Loops"]) for step in steps
    )


def searched(demo: Demo, asked: CodeFilter, **more: Any) -> Found:
    """What a search finds, which looks at few codes, as the count does."""
    with CaptureQueriesContext(connection) as taken:
        found = search(asked.conditions(demo.company), 25, **more)
        asked.count(demo.company, found)
    queries = [query["sql"] for query in taken if "FROM workorders_code" in query["sql"]]
    assert sum(map(looked_at, queries)) <= MOST_LOOKED_AT, asked
    return found


def all_of(demo: Demo, asked: CodeFilter) -> list[str]:
    return list(asked.codes(demo.company).order_by("identifier").values_list("identifier", flat=True))


@pytest.mark.usefixtures("workorders")
@pytest.mark.parametrize("skipped", [0, 200])
def test_a_small_workorder_is_gathered_at_once(demo: Demo, skipped: int) -> None:
    small = a_workorder(demo.staff, quantity=250)
    Code.objects.filter(workorder=small).delete()
    with connection.cursor() as cursor:
        cursor.execute(FILL, [demo.company.pk, "ab-", small.pk, None, 250])
    summarize_blocks()
    asked = CodeFilter(workorder=small.pk)
    with CaptureQueriesContext(connection) as taken:
        found = search(asked.conditions(demo.company), 25, skipped)
    assert found.identifiers == [f"ab-{number:08}" for number in range(skipped + 1, skipped + 26)]
    assert found.total == 250
    assert sum(" AS gathered" in query["sql"] for query in taken) == 1


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"search": "bb"},
        {"activation_status": 1},
        {"blacklist_reason": 4},
        {"blacklist_reason": 5},
        {"product": "sku1"},
        {"product": "sku1", "activation_status": 1},
        {"product": "sku1", "blacklist_reason": 4},
        {"product": "sku2"},
        {"workorder": "SECOND"},
        {"workorder": "SECOND", "activation_status": 1},
        {"workorder": 999_999},
        {"scm_lot": "3"},
        {"workorder": "SECOND", "scm_lot": "3"},
    ],
    ids=str,
)
def test_the_first_codes_are_found_at_a_cost_that_is_bounded(
    demo: Demo, workorders: tuple[Workorder, Workorder], asked: dict[str, Any]
) -> None:
    asked_for = parse_filter({name: workorders[1].pk if value == "SECOND" else value for name, value in asked.items()})
    expected = all_of(demo, asked_for)
    found = searched(demo, asked_for)
    assert found.identifiers == expected[:25]
    assert found.onward == (expected[24] if len(expected) > 25 else "")
    if found.onward:
        middle = expected[len(expected) // 2]
        later = [each for each in expected if each > middle]
        assert searched(demo, asked_for, after=middle).identifiers == later[:25]
        earlier = [each for each in reversed(expected) if each < middle]
        assert searched(demo, asked_for, before=middle).identifiers == earlier[:25]
        assert searched(demo, asked_for, skipped=30).identifiers == expected[30:55]


@pytest.mark.parametrize("asked", [{"blacklist_reason": 2}, {"activation_status": 2}], ids=str)
def test_what_lies_between_values_that_stand_everywhere_is_known_to_be_nowhere(
    demo: Demo, workorders: tuple[Workorder, Workorder], asked: dict[str, Any]
) -> None:
    often = {name: 4 if name == "blacklist_reason" else 3 for name in asked}
    Code.objects.filter(company=demo.company, identifier__endswith="7").update(**often)
    with connection.cursor() as cursor:
        cursor.execute("REINDEX INDEX code_blocks")
    assert searched(demo, parse_filter(asked)).identifiers == []


def test_what_no_index_knows_is_found_a_stretch_after_the_other(
    demo: Demo, workorders: tuple[Workorder, Workorder]
) -> None:
    Code.objects.filter(company=demo.company, identifier="bb-00004321").update(scm_data={"lot": "B7"})
    asked, after, looked = CodeFilter(scm={"lot": "B7"}), "", 0
    while True:
        found = searched(demo, asked, after=after)
        if found.identifiers or not found.onward:
            break
        assert found.onward > after
        after, looked = found.onward, looked + 1
    assert found.identifiers == ["bb-00004321"]
    assert looked > 10
    last = search(asked.conditions(demo.company), 25, skipped=1, after="bb-00004300")
    assert (last.identifiers, last.skipped) == ([], 0)


def test_a_search_in_a_transaction_leaves_the_planner_as_it_was(
    demo: Demo, workorders: tuple[Workorder, Workorder]
) -> None:
    searched(demo, CodeFilter(blacklist_reason=4))
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_settings WHERE setting <> reset_val AND name = ANY(%s)", [list(BY_BRIN)])
        assert cursor.fetchall() == []


def test_counts_are_exact_or_not_known(demo: Demo, workorders: tuple[Workorder, Workorder]) -> None:
    first = workorders[0].pk
    for asked, counted in (
        (CodeFilter(), 2 * CODES),
        (CodeFilter(blacklist_reason=4), 6),
        (CodeFilter(blacklist_reason=5), 0),
        (CodeFilter(activation_status=1), None),
        (CodeFilter(workorder=first, sequence_from=29_999), 2),
        (CodeFilter(workorder=first, batch=2), 10_000),
        (CodeFilter(workorder=first, batch=2, sequence_to=20_010), 10),
        (CodeFilter(workorder=first, batch=9), 0),
        (CodeFilter(search="aa-0000"), 9_999),
        (CodeFilter(scm={"lot": "3"}), None),
        (CodeFilter(search="aa-0000", scm={"lot": "3"}), 1429),
    ):
        assert asked.count(demo.company) == counted, asked


def test_frequent_values_are_not_counted_by_the_index_of_blocks(
    demo: Demo, workorders: tuple[Workorder, Workorder]
) -> None:
    """It would name nearly all blocks, which takes longer than anything else of the list."""
    with CaptureQueriesContext(connection) as taken:
        assert parse_filter({"activation_status": 0}).count(demo.company) is None
    assert [query["sql"] for query in taken if "AS looked_at" in query["sql"]] == []


def test_skipped_codes_of_frequent_values_are_passed_by_in_one_query(
    demo: Demo, workorders: tuple[Workorder, Workorder]
) -> None:
    asked = parse_filter({"activation_status": 0}).conditions(demo.company)
    with CaptureQueriesContext(connection) as taken:
        found = search(asked, 2, 40)
    assert found == Found(["aa-00000045", "aa-00000046"], "aa-00000046")
    assert len(taken) == 1


def test_the_index_of_blocks_is_read_once_to_list_and_count_rare_codes(
    demo: Demo, workorders: tuple[Workorder, Workorder]
) -> None:
    """Reading it takes longer, the larger the table is."""
    asked = parse_filter({"blacklist_reason": 4})
    expected = all_of(demo, asked)
    for where in ({}, {"after": expected[2]}, {"before": expected[2]}, {"skipped": 2}):
        with CaptureQueriesContext(connection) as taken:
            found = search(asked.conditions(demo.company), 2, **where)
            assert asked.count(demo.company, found) == 6
        gathering = [query["sql"] for query in taken if "enable_indexscan = off" in query["sql"]]
        assert len(gathering) == 1, where


@pytest.mark.parametrize("asked", [CodeFilter(scanned=False), CodeFilter(scanned=True)], ids=str)
@pytest.mark.parametrize("before", ["", "bb-00020000"])
def test_codes_come_in_their_order_whatever_they_are_joined_with(
    demo: Demo, workorders: tuple[Workorder, Workorder], monkeypatch: pytest.MonkeyPatch, asked: CodeFilter, before: str
) -> None:
    """Of many scans the server looks through all, and asks a hash of the few codes that are probed about each."""
    monkeypatch.setattr(module, "PROBED", 1000)
    with connection.cursor() as cursor:
        cursor.execute(SCAN, [demo.company.pk])
        cursor.execute("ANALYZE workorders_codescans")
    expected = list(asked.codes(demo.company).order_by("identifier").values_list("identifier", flat=True))
    if before:
        expected = [identifier for identifier in expected if identifier < before][::-1]
    assert search(asked.conditions(demo.company), 100, before=before).identifiers == expected[:100]


def test_codes_of_a_page_are_read_by_the_key(demo: Demo, workorders: tuple[Workorder, Workorder]) -> None:
    """Of a list of ids, PostgreSQL would read all of the index of blocks for each."""
    ids = [f"aa-{number:08}" for number in range(1, 1001)]
    api = partial(read_rows, demo.company)
    for read in (
        api,
        lambda ids: list_codes(codes_of_company(demo.company), parse_filter({}).conditions(demo.company), 1000),
    ):
        with CaptureQueriesContext(connection) as taken:
            read(ids)
        (query,) = [each["sql"] for each in taken if "scm_data" in each["sql"]]
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {query}")
            ((((found,),),),) = [cursor.fetchall()]
        used = {step["Index Name"] for step in nodes(found["Plan"]) if "Index Name" in step}
        assert "code_blocks" not in used
        assert "code_identifier_of_company" in used
