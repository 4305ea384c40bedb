"""Short work does not wait behind long work, and no company behind another's heap."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from tempfile import TemporaryFile
from types import SimpleNamespace
from typing import IO

import pytest
from django.db import OperationalError
from django.utils import timezone

from ingestion import tasks
from ingestion.models import IngestionRecord
from portal import timeline
from portal.background import worker_slots
from portal.background.broker import send
from portal.background.leases import AGAIN
from tests.support.demo import Demo
from tests.support.running import wait_for, worker
from tests.support.uploads import TAKEN, held_up, long_file, queued, rows, status_of
from workorders.models import Workorder


def test_a_small_upload_passes_large_ones_that_fill_the_queue(committed_demo: Demo) -> None:
    with worker(), closing(held_up(committed_demo.company.pk)) as held:
        large = [queued(committed_demo.staff, long_file(name)) for name in ("first", "second", "third")]
        for record in large:
            send(tasks.run, record.pk)
        wait_for(lambda: IngestionRecord.objects.filter(phase="creating").exists(), "one of them is held up")
        small = queued(committed_demo.staff, rows(10))
        send(tasks.run, small.pk)
        wait_for(lambda: status_of(small) == "completed", "the small one completes")
        wait_for(lambda: Workorder.objects.get().state == "completed", "its archive is published")
        assert sorted(map(status_of, large)) == ["processing", "queued", "queued"]
        held.rollback()
        wait_for(lambda: IngestionRecord.objects.filter(status__in=("completed", "error")).count() == 4, "all end")
    assert sorted(map(status_of, large)) == ["completed", "error", "error"]


def test_a_small_file_that_unpacks_to_much_waits_like_a_large_one(committed_demo: Demo) -> None:
    rows_of_one = "".join(f"packed-{number:06d},{'x' * 100}\n" for number in range(50_000))
    packed = gzip.compress(f"id,note\n{TAKEN},x\n{rows_of_one}".encode())
    assert len(packed) < 1024**2
    with worker(), closing(held_up(committed_demo.company.pk)) as held:
        large = queued(committed_demo.staff, long_file("first"))
        send(tasks.run, large.pk)
        wait_for(lambda: status_of(large) == "processing" and large.phase == "creating", "the large one is held up")
        record = queued(committed_demo.staff, packed)
        send(tasks.run, record.pk)
        wait_for(lambda: IngestionRecord.objects.filter(is_long=True).exists(), "the packed one is put back")
        small = queued(committed_demo.staff, rows(10))
        send(tasks.run, small.pk)
        wait_for(lambda: status_of(small) == "completed", "the small one completes")
        assert status_of(record) == "queued"
        held.rollback()
        wait_for(lambda: status_of(record) not in ("queued", "processing"), "the packed one ends, too")
        wait_for(lambda: not Workorder.objects.exclude(state="completed").exists(), "all archives are published")
    lines = [event.what for event in timeline.events_of(record)]
    assert lines[:4] == ["created", "queued", "begun", "put_back"]
    assert lines.count("put_back") == 1
    assert record.result_data["error_counts"] == {"duplicate_id_error": 1}


@pytest.fixture
def slots(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Makes this process one of a worker's two."""
    with TemporaryFile() as file:
        monkeypatch.setattr(worker_slots, "_file", file)
        monkeypatch.setattr(worker_slots, "_slots", 1)
        yield


def uploads(demo: Demo, *owners: str) -> list[IngestionRecord]:
    """A queued upload of each company in order."""
    people = {"demo": demo.staff, "other": demo.other_staff}
    return [queued(people[owner], f"id\n{owner}-{at:08d}\n") for at, owner in enumerate(owners)]


def ended(records: list[IngestionRecord]) -> list[int]:
    """Which of them have been completed."""
    return [at for at, record in enumerate(records) if status_of(record) == "completed"]


def test_the_company_with_the_least_running_comes_first(committed_demo: Demo, slots: None) -> None:
    records = uploads(committed_demo, "demo", "demo", "demo", "other")
    IngestionRecord.objects.filter(pk=records[0].pk).update(status="processing")
    tasks.run(records[1].pk)
    assert ended(records) == [3]
    tasks.run(records[3].pk)
    assert ended(records) == [1, 3]
    tasks.run(records[2].pk)
    assert ended(records) == [1, 2, 3]


def test_companies_take_turns_where_none_has_anything_running(committed_demo: Demo, slots: None) -> None:
    records = uploads(committed_demo, "demo", "demo", "demo", "other", "other")
    order = []
    for message in records:
        tasks.run(message.pk)
        order += [at for at in ended(records) if at not in order]
    assert order == [0, 3, 1, 4, 2]


# The slots themselves


@pytest.fixture
def three_slots(monkeypatch: pytest.MonkeyPatch) -> Iterator[IO[bytes]]:
    """The file of a worker of four processes, of which this one has no slot yet."""
    with TemporaryFile() as file:
        monkeypatch.setattr(worker_slots, "_file", file)
        monkeypatch.setattr(worker_slots, "_slots", 3)
        monkeypatch.setattr(worker_slots, "_held", None)
        yield file


def holding(file: IO[bytes], *slots: int) -> subprocess.Popen[bytes]:
    """Another process of the worker that holds those slots, until it is killed."""
    code = (
        "import fcntl, sys\nfor slot in map(int, sys.argv[2:]): "
        "fcntl.lockf(int(sys.argv[1]), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)\n"
    )
    code += "print('held', flush=True)\nsys.stdin.read()"
    command = [sys.executable, "-S", "-c", code, str(file.fileno()), *map(str, slots)]
    process = subprocess.Popen(
        command, pass_fds=[file.fileno()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def test_a_process_takes_the_first_slot_that_no_other_holds(three_slots: IO[bytes]) -> None:
    with holding(three_slots, 0, 1) as other:
        assert worker_slots.take_slot()
        assert worker_slots._held == 2
        other.kill()
        other.wait()
    assert worker_slots.take_slot(), "it has one already"
    assert worker_slots._held == 2


def test_a_process_takes_no_more_than_one_slot(three_slots: IO[bytes]) -> None:
    assert worker_slots.take_slot()
    assert worker_slots._held == 0
    with holding(three_slots, 1, 2) as other:
        other.kill()
    worker_slots._give_back()


def test_no_slot_is_left_where_others_hold_all_and_a_killed_process_gives_its_own_back(
    three_slots: IO[bytes],
) -> None:
    with holding(three_slots, 0, 1, 2) as other:
        assert not worker_slots.take_slot()
        other.kill()
        other.wait()
        assert worker_slots.take_slot()
    assert worker_slots._held == 0


def test_a_slot_that_is_given_back_can_be_taken_by_another_process(three_slots: IO[bytes]) -> None:
    assert worker_slots.take_slot()
    worker_slots._give_back()
    assert worker_slots._held is None
    with holding(three_slots, 0) as other:
        other.kill()


def test_outside_of_a_worker_nothing_needs_a_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_slots, "_file", None)
    monkeypatch.setattr(worker_slots, "_held", None)
    assert worker_slots.take_slot()
    assert worker_slots._held is None
    with worker_slots.next_work(IngestionRecord, 5) as chosen:
        assert chosen == 5


@pytest.mark.parametrize(("processes", "slots"), [(1, 1), (2, 1), (3, 2), (8, 7)])
def test_one_process_of_a_worker_stays_free_for_short_work(three_slots: IO[bytes], processes: int, slots: int) -> None:
    worker_slots.make_slots(SimpleNamespace(concurrency=processes))
    assert worker_slots._slots == slots
    assert worker_slots._file is not None
    worker_slots._file.close()


def begun_by(record: IngestionRecord) -> int | None:
    """What begins when a message comes for the record."""
    with worker_slots.next_work(IngestionRecord, record.pk) as chosen:
        return chosen


def test_long_work_without_a_slot_lets_short_work_go_first(committed_demo: Demo, three_slots: IO[bytes]) -> None:
    long, short = uploads(committed_demo, "demo", "demo")
    IngestionRecord.objects.filter(pk=long.pk).update(is_long=True)
    with holding(three_slots, 0, 1, 2) as other:
        assert begun_by(long) == short.pk
        long.refresh_from_db()
        assert long.lease_until is not None
        assert AGAIN / 2 < long.lease_until - timezone.now() <= AGAIN, "when the sweep sends it again"
        IngestionRecord.objects.filter(pk=short.pk).update(status="completed")
        assert begun_by(long) is None
        other.kill()
        other.wait()
    assert begun_by(long) == long.pk
    assert worker_slots._held is None, "the slot is given back when the work has ended"


def test_long_work_that_ends_wakes_the_long_work_that_waited_longest(
    committed_demo: Demo, three_slots: IO[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[tuple[str, int]] = []
    monkeypatch.setattr(worker_slots, "wake", lambda name, pk: woken.append((name, pk)))
    first, second, third = uploads(committed_demo, "demo", "demo", "demo")
    IngestionRecord.objects.update(is_long=True)
    with worker_slots.next_work(IngestionRecord, first.pk) as chosen:
        assert (chosen, worker_slots._held) == (first.pk, 0)
        IngestionRecord.objects.filter(pk=first.pk).update(status="completed")
    assert woken == [("ingestion.tasks.run", second.pk)]
    IngestionRecord.objects.update(is_long=False)
    woken.clear()
    with worker_slots.next_work(IngestionRecord, second.pk):
        assert worker_slots._held is None
        IngestionRecord.objects.filter(pk=second.pk).update(status="completed")
    assert woken == [], "short work wakes nobody"
    assert status_of(third) == "queued"


def test_a_message_that_was_used_for_other_work_is_sent_again(
    committed_demo: Demo, three_slots: IO[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[tuple[str, int]] = []
    monkeypatch.setattr(worker_slots, "wake", lambda name, pk: woken.append((name, pk)))
    first, second = uploads(committed_demo, "demo", "demo")
    with worker_slots.next_work(IngestionRecord, second.pk) as chosen:
        assert chosen == first.pk
        IngestionRecord.objects.filter(pk=first.pk).update(status="completed")
    assert woken == [("ingestion.tasks.run", second.pk)]


def test_a_slot_is_given_back_by_work_that_fails(committed_demo: Demo, three_slots: IO[bytes]) -> None:
    (record,) = uploads(committed_demo, "demo")
    IngestionRecord.objects.update(is_long=True)
    with pytest.raises(ValueError, match="of the code"), worker_slots.next_work(IngestionRecord, record.pk):
        assert worker_slots._held == 0
        raise ValueError("of the code")
    assert worker_slots._held is None


def test_a_slot_is_given_back_when_the_database_does_not_answer(
    db: None, three_slots: IO[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OperationalError("no connection")

    monkeypatch.setattr(IngestionRecord, "ready", fail)
    with pytest.raises(OperationalError), worker_slots.next_work(IngestionRecord, 1):
        pass
    assert worker_slots._held is None
