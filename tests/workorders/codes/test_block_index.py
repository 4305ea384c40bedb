"""The BRIN index finds what long statements write while VACUUM summarizes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from tests.support.demo import Demo
from tests.support.running import wait_for
from tests.support.tokens import client_of
from tests.support.uploads import ingested
from workorders import job_runner
from workorders.changes.apply import apply_posted, apply_selected, begin_change
from workorders.changes.spool import ChangeSpool
from workorders.changes.undo import undo
from workorders.changes.values import NewValues, ScmFields
from workorders.codes.block_index import summarize_blocks, writing_codes
from workorders.codes.bulk_load import CodeSpool
from workorders.models import BLOCKS_A_RANGE, Change, Code, Workorder

MAP_PAGE = 1_360 * BLOCKS_A_RANGE  # blocks that a page of the map has room for
HELD = 4711  # an advisory lock that holds a statement up in its middle
FILL = """
    INSERT INTO workorders_code (company_id, identifier, workorder_id, sequence, activation_status, blacklist_reason,
        scm_data)
    SELECT %s, to_char(n, 'FM000000000'), 1, n, 1, 0, jsonb_build_object('note', repeat('x', 1500))
    FROM generate_series(1, %s) AS n"""
UPDATE = """
    UPDATE workorders_code SET activation_status = 2
    WHERE CASE WHEN identifier = '000000100' THEN pg_advisory_xact_lock(%s) IS NOT NULL ELSE true END"""


def ask(query: str, *given: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return cursor.fetchone()[0]


@contextmanager
def in_a_thread(work: Callable[[], None]) -> Iterator[None]:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join()


def found(*, by_index: bool) -> int:
    with transaction.atomic():
        for plan in ("seqscan", "indexscan", "indexonlyscan") if by_index else ("bitmapscan", "indexscan"):
            connection.cursor().execute(f"SET LOCAL enable_{plan} = off")
        return int(ask("SELECT count(*) FROM workorders_code WHERE activation_status = 2"))


@pytest.mark.parametrize("guard", [nullcontext, writing_codes])
def test_the_index_finds_what_was_written_while_its_map_grew(
    committed_demo: Demo, guard: Callable[[], AbstractContextManager[None]]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE workorders_code")
        summarize_blocks()
        cursor.execute(FILL, [committed_demo.company.pk, 4 * (MAP_PAGE + 400)])
    count = Code.objects.count()
    assert ask("SELECT pg_relation_size('workorders_code') / 8192") > MAP_PAGE

    def change_all() -> None:
        with transaction.atomic(), guard(), connection.cursor() as cursor:
            cursor.execute(UPDATE, [HELD])

    ask("SELECT pg_advisory_lock(%s)::text", HELD)
    with in_a_thread(change_all):
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
        wait_for(lambda: ask(waiting, HELD) == 1, "the statement is held up")
        ask("SELECT brin_summarize_new_values('code_blocks')")
        ask("SELECT pg_advisory_unlock(%s)", HELD)
    assert found(by_index=False) == count
    if guard is writing_codes:
        assert found(by_index=True) == count
    else:
        assert found(by_index=True) < count  # else the server's fault is mended, and `writing_codes` can go


def load(demo: Demo, folder: Path) -> None:
    ids = [f"loaded-{number}" for number in range(3)]
    folder.mkdir()
    spool = CodeSpool(folder, company_id=demo.company.pk, workorder_id=1)
    spool.add([(identifier, place, (None, 1, 0), "{}") for place, identifier in enumerate(ids, 1)])
    spool.find_repeats(lambda *_: None, lambda _: None)
    spool.load(lambda _: None)


def change_selected(demo: Demo, folder: Path) -> Change:
    change = begin_change(demo.company, Change.Origin.API, None)
    assert apply_selected(change, Code.objects.filter(company=demo.company), NewValues(status=2)) == 3
    return change


def change_by_file(demo: Demo, folder: Path) -> None:
    folder.mkdir()
    spool = ChangeSpool(folder)
    spool.add([("loaded-1", 1, (None, 2, None), None)])
    spool.find_repeats(lambda *_: None, lambda _: None)
    spool.post(lambda _: None)
    assert apply_posted(begin_change(demo.company, Change.Origin.FILE, None), ScmFields()) == 1


def undo_it(demo: Demo, folder: Path) -> None:
    change = change_selected(demo, folder)
    summarize_all()
    undo(change, Change.Origin.API, None)


def mint(demo: Demo, folder: Path) -> None:
    order = {"reference": "Bottles", "quantity": 3}
    answer = client_of(demo.staff).post("/api/v2/workorders/create-sid/", order, format="json")
    job_runner.run(Workorder.objects.get(pk=answer.json()["id"]).jobs.get().pk)
    assert Code.objects.filter(workorder=answer.json()["id"]).count() == 3


def summarize_all() -> None:
    """Let the index know all, while it counts as reaching nothing."""
    ask("SELECT brin_summarize_new_values('code_blocks')")


@pytest.mark.parametrize("write", [load, change_selected, change_by_file, undo_it, mint])
def test_whatever_writes_many_codes_has_the_index_forget_what_it_may_miss(
    demo: Demo, tmp_path: Path, write: Callable[[Demo, Path], Any]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE workorders_code")
    summarize_blocks()
    if write not in (load, mint):
        load(demo, tmp_path / "first")
    summarize_all()
    write(demo, tmp_path / "second")
    assert ask("SELECT brin_summarize_range('code_blocks', 0)") == 1  # it knew nothing


def test_what_the_index_reaches_already_is_not_forgotten(demo: Demo, tmp_path: Path) -> None:
    load(demo, tmp_path / "first")
    summarize_blocks()
    change_selected(demo, tmp_path)
    assert ask("SELECT brin_summarize_range('code_blocks', 0)") == 0


@pytest.mark.parametrize("archive_follows", [False, True])
def test_the_index_is_told_after_the_commit_unless_an_archive_follows(
    demo: Demo, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, *, archive_follows: bool
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE workorders_code")
        summarize_blocks()
        with django_capture_on_commit_callbacks(execute=True), writing_codes(archive_follows=archive_follows):
            cursor.execute(FILL, [demo.company.pk, 1000])
    ranges = -(-ask("SELECT pg_relation_size('workorders_code') / 8192") // BLOCKS_A_RANGE)
    assert ranges > 5
    assert ask("SELECT brin_summarize_new_values('code_blocks')") == (ranges if archive_follows else 0)


def test_the_archive_of_an_upload_tells_the_index_what_its_load_left(demo: Demo) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE workorders_code")
    summarize_blocks()
    workorder = ingested(demo.staff, "id,product\nabc12345,sku1\n").workorder
    assert workorder is not None
    job_runner.run(workorder.jobs.get().pk)
    assert ask("SELECT brin_summarize_new_values('code_blocks')") == 0


@pytest.mark.parametrize("pages", [8, 16, 64])
def test_an_index_whose_ranges_an_operator_made_wider_forgets_each_of_them(demo: Demo, pages: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE workorders_code")
        cursor.execute(f"ALTER INDEX code_blocks SET (pages_per_range = {pages})")
        cursor.execute("REINDEX INDEX code_blocks")
        summarize_blocks()
        cursor.execute(FILL, [demo.company.pk, 1000])
    summarize_all()
    change = begin_change(demo.company, Change.Origin.API, None)
    assert apply_selected(change, Code.objects.filter(company=demo.company), NewValues(status=2)) == 1000
    ranges = -(-ask("SELECT pg_relation_size('workorders_code') / 8192") // pages)
    assert ranges > 5
    assert ask("SELECT brin_summarize_new_values('code_blocks')") == ranges
