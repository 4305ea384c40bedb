"""What is short does not wait behind what is long, and no company behind another's heap."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import closing
from tempfile import TemporaryFile

import pytest

from ingestion import tasks
from ingestion.models import IngestionRecord
from portal import timeline
from portal.background import worker_slots
from portal.background.broker import send
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
