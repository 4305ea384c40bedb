"""Races: what people and workers do to the same things at the same moment, again and again.

Each test runs RACES times (20), and SEED chooses other moments. Every round draws anew who comes how much
later than the others, so that each has its turn at being first, last or in the middle. The seed of a round that fails
is in its message.
"""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import Random
from threading import Barrier, Event, Thread
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.test import Client

from ingestion import engine, withdrawing
from ingestion.changes import NotUndoable
from ingestion.models import IngestionRecord, Withdrawal
from portal.storage.base import storage
from portal.timeline import events_of
from tests.support.changes import changed, undone
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.printing import prepared, ready
from tests.support.running import ended, in_thread
from tests.support.secure import a_secure_order, printers_own
from tests.support.tokens import client_of
from tests.support.uploads import PROCESS, WRONG_STATE, ingested, queued, status_of, uploaded
from tests.support.withdrawals import an_upload, ask, workorder_of
from workorders import job_runner
from workorders.archives.names import archive_name
from workorders.deliveries import services as deliveries
from workorders.models import Code, CodeChange, Job, Workorder
from workorders.secure import workflow

RACES = int(os.environ.get("RACES", "20"))
SEED = int(os.environ.get("SEED", "1"))
ENDED = {"completed", "error", "cancelled"}


def at_once(draw: Random, *tasks: Callable[[], Any], within: float = 0.03) -> list[Any]:
    """Do all tasks beside each other, each up to `within` seconds behind the first; return what they return."""
    start = Barrier(len(tasks))
    results: list[Any] = [None] * len(tasks)
    pauses = [draw.choice((0.0, draw.uniform(0, within))) for _ in tasks]

    def do(number: int) -> None:
        start.wait()
        Event().wait(pauses[number])
        try:
            results[number] = tasks[number]()
        except Exception as error:  # which the test looks at
            results[number] = error

    threads = [Thread(target=in_thread, args=(do, number)) for number in range(len(tasks))]
    for thread in threads:
        thread.start()
    ended(threads)
    return results


def rounds() -> Iterator[Random]:
    """Yield the draw of each round, and tell its seed, which is shown where a round fails."""
    for number in range(RACES):
        logging.info("SEED=%s, round %s", SEED, number)
        yield Random(f"{SEED}-{number}")  # noqa: S311  # no secrets


def ids(draw: Random, count: int = 20) -> list[str]:
    """New identifiers, in no order."""
    name = f"{draw.getrandbits(40):010x}"
    found = [f"{name}-{number:04d}" for number in range(count)]
    draw.shuffle(found)
    return found


def file_of(identifiers: Sequence[str], columns: str = "", values: str = "") -> str:
    """A CSV file of these codes, with further columns of the same values in every row."""
    return f"id{columns}\n" + "".join(f"{each}{values}\n" for each in identifiers)


def assert_whole() -> None:
    """All that began has ended, codes are rows of completed uploads, and nothing is left over by anybody."""
    assert set(IngestionRecord.objects.values_list("status", flat=True)) <= ENDED
    counts = Counter(dict(Code.objects.values_list("workorder").annotate(Count("pk"))))
    for workorder in Workorder.objects.exclude(state=Workorder.State.CANCELLED):
        assert counts[workorder.pk] == workorder.codes_count, workorder
    assert set(counts) <= set(Workorder.objects.values_list("pk", flat=True))
    made = IngestionRecord.objects.filter(type="code", status="completed").exclude(withdrawal__deletes=True)
    assert sum(counts.values()) == sum(record.result_data["codes_created"] for record in made)
    assert list(settings.SPOOL_DIR.iterdir()) == []


def assert_history(identifiers: Sequence[str]) -> None:
    """The history of each code is one chain, in which each change found what the one before had left."""
    for code in Code.objects.filter(identifier__in=identifiers):
        status: int | None = code.activation_status
        change = code.last_change_id
        while change is not None:
            row = CodeChange.objects.get(change=change, identifier=code.identifier)
            if row.new_status is not None:
                assert row.new_status == status, (code, change)
                status = row.old_status
            change = row.previous
        assert status == 0, code


def test_of_uploads_of_the_same_ids_exactly_one_wins(committed_demo: Demo) -> None:
    for draw in rounds():
        shared, workers = ids(draw, 10), draw.randint(2, 8)
        files = []
        for _ in range(workers):
            own = [*shared, *ids(draw, 10)]
            draw.shuffle(own)
            files.append(queued(committed_demo.staff, file_of(own)))
        answers = at_once(draw, *(partial(engine.run, each.pk) for each in files))
        assert answers == [None] * workers
        assert sorted(map(status_of, files)) == ["completed"] + ["error"] * (workers - 1)
        lost = [each.result_data["error_counts"] for each in files if each.status == "error"]
        assert lost == [{"duplicate_id_error": 10}] * (workers - 1)
        assert Code.objects.filter(identifier__in=shared).count() == 10
    assert_whole()


def test_an_upload_that_is_processed_twenty_times_at_once_is_processed_once(committed_demo: Demo) -> None:
    clients = [client_of(committed_demo.staff) for _ in range(20)]
    for draw in rounds():
        key = uploaded(clients[0], file_of(ids(draw)))
        answers = at_once(draw, *(partial(each.post, PROCESS, {"record": key}, format="json") for each in clients))
        refused = [each.json() for each in answers if each.status_code != 200]
        assert refused == [{"detail": WRONG_STATE}] * 19
        record = IngestionRecord.objects.get(key=key)
        assert at_once(draw, *[partial(engine.run, record.pk)] * 8) == [None] * 8
        record.refresh_from_db()
        assert (record.status, record.attempts, record.result_data["codes_created"]) == ("completed", 1, 20)
    assert_whole()


def test_a_cancellation_at_the_end_leaves_all_or_nothing(committed_demo: Demo) -> None:
    admin, ends = client_of(committed_demo.admin), Counter[str]()
    for draw in rounds():
        wanted = ids(draw)
        record = queued(committed_demo.staff, file_of(wanted))
        cancel = f"/api/v2/ingestion/{record.key}/cancel/"
        run, answer = at_once(
            draw,
            partial(engine.run, record.pk),
            partial(admin.post, cancel),
            within=0.15,
        )
        status = status_of(record)
        ends[status] += 1
        assert run is None
        assert (answer.status_code, status) in {(200, "cancelled"), (400, "completed")}
        assert Code.objects.filter(identifier__in=wanted).count() == (20 if status == "completed" else 0)
        told = list(events_of(record).values_list("what", flat=True))
        assert told[-1] == status
        assert len(ENDED & set(told)) == 1
    assert set(ends) <= {"completed", "cancelled"}
    assert_whole()


def test_an_archive_that_is_made_while_its_workorder_is_withdrawn_leaves_no_file(committed_demo: Demo) -> None:
    admin = client_of(committed_demo.admin)
    for draw in rounds():
        record = an_upload(committed_demo.staff, *ids(draw, 5))
        job = Job.objects.get(workorder=record.workorder_id, what="archive")
        kept = archive_name(workorder_of(record), "archive")

        def withdraw(record: IngestionRecord = record) -> int:
            answer = ask(admin, record)
            withdrawing.run(Withdrawal.objects.get(record=record).pk)
            return int(answer.status_code)

        made, asked = at_once(draw, partial(job_runner.run, job.pk), withdraw, within=0.1)
        assert (made, asked) == (None, 200)
        assert not Job.objects.filter(pk=job.pk).exclude(status__in=ENDED).exists()
        assert Withdrawal.objects.get(record=record).status == "completed"
        assert not storage().exists(kept)
    assert Code.objects.count() == 0
    assert_whole()


def test_a_change_of_selected_codes_takes_a_workorder_whole_or_not_at_all(committed_demo: Demo) -> None:
    staff = committed_demo.staff
    for draw in rounds():
        lot, first, second = f"{draw.getrandbits(40):x}", ids(draw), ids(draw)
        ingested(staff, file_of(first, ",lot", f",{lot}"))
        upload = queued(staff, file_of(second, ",lot", f",{lot}"))
        run, change = at_once(
            draw,
            partial(engine.run, upload.pk),
            partial(changed, staff, {"scm_lot": lot}, activation_status=1),
            within=0.1,
        )
        assert (run, status_of(upload), change.status) == (None, "completed", "completed")
        active = set(
            Code.objects.filter(activation_status=1, identifier__in=[*first, *second]).values_list("identifier")
        )
        assert len(active) in {20, 40}
        assert {(each,) for each in first} <= active
        assert change.result_data["codes_affected"] == len(active)
        assert_history([*first, *second])
    assert_whole()


def test_an_undo_beside_a_change_leaves_one_history(committed_demo: Demo) -> None:
    staff = committed_demo.staff
    for draw in rounds():
        lot, wanted = f"{draw.getrandbits(40):x}", ids(draw)
        ingested(staff, file_of(wanted, ",lot", f",{lot}"))
        before = changed(staff, {"scm_lot": lot}, activation_status=1)
        undo, change = at_once(
            draw,
            partial(undone, committed_demo.admin, before),
            partial(changed, staff, {"scm_lot": lot}, activation_status=2),
            within=0.1,
        )
        assert isinstance(undo, IngestionRecord | NotUndoable), undo
        assert change.status == "completed"
        assert set(Code.objects.filter(identifier__in=wanted).values_list("activation_status")) == {(2,)}
        assert_history(wanted)
    assert_whole()


def test_a_download_beside_a_withdrawal_keeps_the_codes_or_finds_nothing(committed_demo: Demo) -> None:
    staff, admin = client_of(committed_demo.staff), client_of(committed_demo.admin)
    for draw in rounds():
        wanted = ids(draw, 5)
        record = an_upload(committed_demo.staff, *wanted)
        job_runner.run(Job.objects.get(workorder=record.workorder_id, what="archive").pk)
        path = f"/api/v2/workorders/{record.workorder_id}/download/"

        def download(path: str = path) -> int:
            answer: Any = staff.get(path)
            b"".join(answer.streaming_content if answer.streaming else [])
            return int(answer.status_code)

        status, answer = at_once(draw, download, partial(ask, admin, record))
        assert answer.status_code == 200
        withdrawing.run(Withdrawal.objects.get(record=record).pk)
        record.refresh_from_db()
        told = {name: value for name, value in record.result_data["withdrawn"].items() if name.startswith("codes")}
        left = set(Code.objects.filter(identifier__in=wanted).values_list("activation_status", "blacklist_reason"))
        assert (status, told, left) in (
            (200, {"codes_blacklisted": 5}, {(2, 9)}),
            (404, {"codes_deleted": 5}, set()),
        )


def test_of_two_confirmations_one_counts(committed_demo: Demo) -> None:
    machine, material = printers_own(committed_demo)
    for draw in rounds():
        workorder = a_secure_order(committed_demo, f"Secure {draw.getrandbits(40):x}", quantity=5)

        def confirm(pk: int = workorder.pk) -> None:
            workflow.confirm(Workorder.objects.get(pk=pk), committed_demo.printer, machine, material)

        answers = at_once(draw, confirm, confirm)
        assert sorted(type(each).__name__ for each in answers) == ["NoneType", "WrongState"]
        assert list(events_of(workorder).values_list("what", flat=True)) == ["ordered", "confirmed"]


def test_of_twenty_downloads_of_what_may_be_downloaded_once_one_is_answered(committed_demo: Demo) -> None:
    workorder = ready(committed_demo, download_once=True)
    job = prepared(committed_demo, workorder)
    path = f"/workorders/{workorder.pk}/secure-codes/{job.pk}/"
    clients = [as_(committed_demo.printer) for _ in range(20)]

    def fetch(client: Client) -> int:
        answer: Any = client.post(path)
        b"".join(answer.streaming_content if answer.streaming else [])
        return int(answer.status_code)

    for number, draw in enumerate(rounds()):
        if number:
            deliveries.allow_download(workorder, committed_demo.staff)
        answers = at_once(draw, *(partial(fetch, each) for each in clients))
        assert sorted(answers) == [200] + [302] * 19
        assert events_of(workorder).filter(what="downloaded").count() == number + 1
