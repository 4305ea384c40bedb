"""Changes by file beside other changes, uploads and cancellations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.db import connection

from ingestion import engine, services
from ingestion.models import IngestionRecord
from ingestion.stages import changing
from portal import timeline
from tests.support.change_files import changed_by_file, queued_file
from tests.support.changes import values_of
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.running import ended, in_thread, wait_for, waiting_for_locks
from tests.support.uploads import ingested, status_of
from workorders.models import Change, Code, CodeChange

IDS = [f"code-{number:04d}" for number in range(50)]


def activating(*identifiers: str) -> str:
    return "id,activation_status\n" + "".join(f"{each},1\n" for each in identifiers)


@contextmanager
def another() -> Iterator[psycopg.Connection[Any]]:
    """Another connection to the test's database."""
    with psycopg.connect(**connection.get_connection_params()) as opened:
        yield opened
        opened.rollback()


def begun(*records: IngestionRecord) -> list[Thread]:
    """Threads that process the records, as workers do."""
    threads = [Thread(target=in_thread, args=(engine.run, record.pk)) for record in records]
    for thread in threads:
        thread.start()
    return threads


def test_a_change_that_another_overtakes_is_done_again(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    some_codes(committed_demo.staff, *IDS)
    compare = changing._compare
    tries: list[int] = []

    def overtaken(*given: Any) -> Any:
        found = compare(*given)
        if not tries:
            with another() as other:
                other.execute("UPDATE workorders_code SET activation_status = 1 WHERE identifier = %s", [IDS[7]])
                other.commit()
        tries.append(found[0])
        return found

    monkeypatch.setattr(changing, "_compare", overtaken)
    record = changed_by_file(committed_demo.staff, activating(*IDS))
    assert tries == [0, 1]
    assert (record.status, record.attempts) == ("completed", 1)
    assert record.result_data == {"codes_affected": 49, "codes_unchanged": 1}
    assert [(each["warning"], each["row"], each["count"]) for each in record.warnings] == [("no_change_warning", 9, 1)]
    assert (Change.objects.get().codes, CodeChange.objects.count()) == (49, 49)


def test_two_changes_of_the_same_codes_wait_for_each_other_in_one_order(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, *IDS)
    first = queued_file(committed_demo.staff, activating(*IDS))
    second = queued_file(committed_demo.staff, activating(*reversed(IDS)).replace(",1\n", ",2\n"))
    with another() as held:
        held.execute("SELECT FROM workorders_code WHERE identifier = %s FOR UPDATE", [IDS[0]])
        threads = begun(first, second)
        wait_for(lambda: waiting_for_locks() == 2, "both wait for the first code")
        held.rollback()
        ended(threads)
    assert (status_of(first), status_of(second)) == ("completed", "completed")
    assert first.result_data == second.result_data == {"codes_affected": 50, "codes_unchanged": 0}
    assert len(set(Code.objects.values_list("activation_status", flat=True))) == 1
    assert CodeChange.objects.count() == 100


def test_a_change_does_not_block_an_upload(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, *IDS)
    record = queued_file(committed_demo.staff, activating(*IDS))
    with another() as held:
        held.execute("SELECT FROM workorders_code WHERE identifier = %s FOR UPDATE", [IDS[-1]])
        threads = begun(record)
        wait_for(waiting_for_locks, "the change waits for its last code")
        assert ingested(committed_demo.staff, "id\nnew-code-1\n").status == "completed"
        held.rollback()
        ended(threads)
    assert (status_of(record), Code.objects.filter(activation_status=1).count()) == ("completed", 50)


def test_a_cancellation_ends_a_change_that_waits(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, *IDS)
    record = queued_file(committed_demo.staff, activating(*IDS))
    with another() as held:
        held.execute("SELECT FROM workorders_code WHERE identifier = %s FOR UPDATE", [IDS[-1]])
        threads = begun(record)
        wait_for(waiting_for_locks, "the change waits for its last code")
        assert services.cancel(record, committed_demo.staff)
        ended(threads)
    assert status_of(record) == "cancelled"
    assert not Code.objects.exclude(activation_status=0).exists()
    assert not Change.objects.exists()


def test_a_connection_that_the_database_ends_changes_nothing_and_the_next_attempt_all(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, *IDS)
    record = queued_file(committed_demo.staff, activating(*IDS))
    with another() as held:
        held.execute("SELECT FROM workorders_code WHERE identifier = %s FOR UPDATE", [IDS[-1]])
        threads = begun(record)
        wait_for(waiting_for_locks, "the change waits for its last code")
        held.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted")
        ended(threads)
        assert (status_of(record), record.waits_for) == ("queued", "database")
        assert not Code.objects.exclude(activation_status=0).exists()
        assert not CodeChange.objects.exists()
    IngestionRecord.objects.update(lease_until="2020-01-01T00:00Z")
    engine.run(record.pk)
    assert (status_of(record), record.attempts) == ("completed", 2)
    assert (Code.objects.filter(activation_status=1).count(), CodeChange.objects.count()) == (50, 50)


@pytest.mark.parametrize(("has_slot", "status"), [(True, "completed"), (False, "queued")])
def test_a_small_file_that_changes_many_codes_waits_for_a_slot(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch, has_slot: bool, status: str
) -> None:
    workorder = some_codes(committed_demo.staff, *IDS)
    monkeypatch.setattr(changing, "LONG", 49)
    monkeypatch.setattr(changing, "take_slot", lambda: has_slot)
    record = changed_by_file(committed_demo.staff, f"workorder,activation_status\n{workorder.pk},1\n")
    assert (record.status, record.is_long) == (status, not has_slot)
    assert values_of(IDS[0])[1] == has_slot
    told = [event.what for event in timeline.events_of(record)]
    assert ("put_back" in told) is not has_slot
