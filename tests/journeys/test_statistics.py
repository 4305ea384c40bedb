"""Queries must be fast, and can be stopped, while the server's statistics of its tables lag behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction

from ingestion import engine
from tests.support.change_files import changed_by_file
from tests.support.changes import undone
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.running import ended, in_thread, wait_for, waiting_for_locks
from tests.support.tokens import client_of
from tests.support.uploads import held_up, ingested, long_file, queued, status_of
from workorders import job_runner
from workorders.changes.removal import remove_codes
from workorders.codes.block_index import summarize_blocks
from workorders.codes.bulk_load import TAKEN_OF_LIST, TAKEN_OF_POSTED, CodeSpool, find_taken_ids
from workorders.codes.lookup import codes_in
from workorders.models import Code

CODES, MANY = 20_000, 50_000
FILL = """
    INSERT INTO workorders_code
        (company_id, identifier, workorder_id, sequence, activation_status, blacklist_reason, scm_data)
    SELECT %s, 'id-' || lpad(number::text, 8, '0'), 0, number, 0, 0, '{}' FROM generate_series(1, %s) AS number"""


def filled(company_id: int, count: int = CODES) -> None:
    """Give the company so many codes of which no statistics were taken; CODES of another company the server knows."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL random_page_cost = 4")  # the server's own default
        cursor.execute(FILL, [0, CODES])
        cursor.execute("ANALYZE workorders_code")
        cursor.execute(FILL, [company_id, count])


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of a plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def looked_at(query: str, values: list[Any]) -> int:
    """How many codes the server looks at to answer the query."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", values)
        ((((found,),),),) = [cursor.fetchall()]
    steps = [step for step in nodes(found["Plan"]) if step.get("Relation Name") == "workorders_code"]
    assert steps
    dropped = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    each = [step["Actual Rows"] + sum(step.get(name, 0) for name in dropped) for step in steps]
    return sum(int(rows * step["Actual Loops"]) for rows, step in zip(each, steps, strict=True))


def test_ids_are_looked_up_one_by_one_whatever_the_server_knows(demo: Demo) -> None:
    filled(demo.company.pk)
    wanted = [f"id-{number:08d}" for number in range(CODES - 100, CODES + 100)]
    assert looked_at(TAKEN_OF_LIST, [wanted, demo.company.pk]) <= len(wanted)
    assert sorted(find_taken_ids(demo.company.pk, wanted)) == wanted[:101]
    assert find_taken_ids(demo.other.pk, wanted) == []
    with connection.cursor() as cursor:
        cursor.execute('CREATE TEMP TABLE posted (identifier text COLLATE "C", sequence bigint) ON COMMIT DROP')
        cursor.execute("INSERT INTO posted SELECT unnest(%s::text[]), 1", [wanted])
    assert looked_at(TAKEN_OF_POSTED, [demo.company.pk]) <= len(wanted)


def test_an_upload_and_its_archive_read_their_own_codes_alone(committed_demo: Demo) -> None:
    demo = committed_demo
    filled(demo.company.pk)
    summarize_blocks()
    before = read_so_far()
    workorder = ingested(demo.staff, "id,product,lot\nabc12345,sku1,B7\nABC12346,sku1,B7\n").workorder
    assert workorder is not None
    job_runner.run(workorder.jobs.get().pk)
    assert as_(demo.staff).get(f"/workorders/{workorder.pk}/").status_code == 200
    assert list(codes_in(workorder).values_list("identifier", flat=True)) == ["ABC12346", "abc12345"]
    with transaction.atomic():
        assert remove_codes(workorder, lambda _done: None) == 2
    assert read_so_far() - before < 3000


def test_the_server_knows_a_new_company_with_its_first_codes(committed_demo: Demo) -> None:
    demo = committed_demo
    filled(demo.company.pk, 0)
    rows = "".join(f"new-{number:06d},sku1\n" for number in range(MANY))
    assert ingested(demo.staff, f"id,product\n{rows}").status == "completed"
    summarize_blocks()  # which reads what is new
    before = read_so_far()
    changes = "".join(f"new-{number:06d},B7\n" for number in range(0, MANY, MANY // 20))
    record = changed_by_file(demo.admin, f"id,lot\n{changes}")
    assert record.result_data == {"codes_affected": 20, "codes_unchanged": 0}
    assert undone(demo.admin, record).result_data["codes_affected"] == 20
    assert client_of(demo.admin).get("/api/v2/codes/").status_code == 200
    assert as_(demo.admin).get("/codes/").status_code == 200
    assert read_so_far() - before < 5_000


def read_so_far() -> int:
    """How many rows of the table of codes were read so far, whatever became of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = %s", [Code._meta.db_table]
        )
        ((count,),) = cursor.fetchall()
        return int(count)


def test_a_file_of_repeats_is_told_row_by_row(demo: Demo, tmp_path: Path) -> None:
    filled(demo.company.pk)
    spool = CodeSpool(tmp_path, company_id=demo.company.pk, workorder_id=0)
    spool.add([(f"id-{number:08d}", number, (None, 0, 0), "{}") for number in range(CODES - 2, CODES + 2)])
    spool.find_repeats(lambda *_: None, lambda _done: None)
    assert spool.sample_is_taken()
    assert sorted(spool.taken(lambda _done: None)) == [
        (f"id-{number:08d}", number) for number in (CODES - 2, CODES - 1, CODES)
    ]


@pytest.mark.django_db
def test_statistics_of_codes_are_taken_when_a_hundredth_is_new() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = %s", [Code._meta.db_table])
        (options,) = cursor.fetchone()
    taken = ["autovacuum_analyze_scale_factor=0.01", "autovacuum_analyze_threshold=10000"]
    taken += ["autovacuum_vacuum_scale_factor=0.05"]
    assert sorted(options) == [*taken, "fillfactor=90"]


def test_a_cancel_stops_a_query_that_runs(committed_demo: Demo) -> None:
    """The worker hears of nothing while it waits for the server, here for a lock that is never given back."""
    record = queued(committed_demo.staff, long_file("first"))
    running = Thread(target=in_thread, args=(engine.run, record.pk))
    with closing(held_up(committed_demo.company.pk)):
        running.start()
        wait_for(lambda: status_of(record) != "queued" and waiting_for_locks(), "the load waits for the lock")
        answer = client_of(committed_demo.admin).post(f"/api/v2/ingestion/{record.key}/cancel/")
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
        ended([running])
    assert status_of(record) == "cancelled"
    assert not Code.objects.exists()
