"""Changes at the same time wait for each other in one order, and each sees what the one before it left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from django.db import OperationalError, connection, transaction

from portal.models import Company
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.running import wait_for, waiting_for_locks
from workorders.changes import locks
from workorders.changes.apply import apply_posted, apply_selected, begin_change
from workorders.changes.spool import ChangeSpool
from workorders.changes.undo import undo
from workorders.changes.values import NewValues, ScmFields
from workorders.models import Change, Code

ACTIVE, BLACKLISTED = 1, 2


def beside(work: Callable[[], object]) -> Thread:
    """A thread that does `work` in a transaction of its own connection."""

    def run() -> None:
        with transaction.atomic():
            work()
        connection.close()

    thread = Thread(target=run, daemon=True)
    thread.start()
    return thread


def ends(thread: Thread) -> bool:
    """Say whether it comes to its end, however long others are open."""
    thread.join(30)
    return not thread.is_alive()


def post(demo: Demo, folder: Path, status: int, *identifiers: str) -> None:
    """Give the codes a status by a file, in the caller's transaction."""
    spool = ChangeSpool(folder)
    spool.add([(each, number, (None, status, None), None) for number, each in enumerate(identifiers, 1)])
    spool.find_repeats(lambda *_: None, lambda _: None)
    spool.post(lambda _: None)
    apply_posted(begin_change(demo.company, Change.Origin.FILE, demo.staff), ScmFields())


def select(demo: Demo, status: int, **condition: object) -> None:
    """Give a status to the codes that meet the condition, in the caller's transaction."""
    change = begin_change(demo.company, Change.Origin.PAGE, demo.staff)
    apply_selected(change, Code.objects.filter(**condition), NewValues(status))


def statuses() -> list[int]:
    return list(Code.objects.order_by("identifier").values_list("activation_status", flat=True))


def test_a_selected_change_waits_for_a_posted_one_and_sees_what_it_left(committed_demo: Demo, tmp_path: Path) -> None:
    some_codes(committed_demo.staff, "ccc00003", "bbb00002", "aaa00001")  # on disk against the order of keys
    with transaction.atomic():
        post(committed_demo, tmp_path, ACTIVE, "aaa00001", "bbb00002")
        other = beside(lambda: select(committed_demo, BLACKLISTED, activation_status=ACTIVE))
        wait_for(waiting_for_locks, "the other change waits")
    assert ends(other)
    assert statuses() == [BLACKLISTED, BLACKLISTED, 0]


def test_posted_changes_and_undos_go_on_beside_each_other(committed_demo: Demo, tmp_path: Path) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002", "ccc00003")
    select(committed_demo, ACTIVE, identifier="ccc00003")
    with transaction.atomic():
        post(committed_demo, tmp_path, ACTIVE, "aaa00001")
        assert ends(beside(lambda: undo(Change.objects.earliest("pk"), Change.Origin.PAGE, None)))
        assert Code.objects.get(identifier="ccc00003").activation_status == 0


def test_a_single_code_waits_for_no_change_of_others(committed_demo: Demo) -> None:
    some_codes(committed_demo.staff, "aaa00001", "bbb00002")

    def change_one() -> None:
        change = begin_change(committed_demo.company, Change.Origin.API, None)
        apply_selected(change, Code.objects.filter(identifier="bbb00002"), NewValues(BLACKLISTED), single=True)

    with transaction.atomic():
        select(committed_demo, ACTIVE, identifier="aaa00001")
        assert ends(beside(change_one))
        assert Code.objects.get(identifier="bbb00002").activation_status == BLACKLISTED


def test_another_company_does_not_wait(committed_demo: Demo) -> None:
    other = Company.objects.get(slug="other")
    with transaction.atomic():
        locks.alone(committed_demo.company)
        assert ends(beside(lambda: locks.alone(other)))


def test_whoever_has_no_time_gives_up(committed_demo: Demo) -> None:
    failed: list[str] = []

    def hurry() -> None:
        try:
            with transaction.atomic():
                locks.give_up_after(1)
                locks.in_order(committed_demo.company)
        except OperationalError as error:
            failed.append(getattr(error.__cause__, "sqlstate", ""))

    with transaction.atomic():
        locks.alone(committed_demo.company)
        assert ends(beside(hurry))
    assert failed == ["55P03"]


@pytest.mark.parametrize("first", [1, 2])
def test_codes_that_changed_meanwhile_are_judged_by_what_they_are_now(
    committed_demo: Demo, tmp_path: Path, first: int
) -> None:
    """The same file twice at once changes each code once."""
    some_codes(committed_demo.staff, "aaa00001", "bbb00002")
    (tmp_path / "other").mkdir()
    with transaction.atomic():
        post(committed_demo, tmp_path, ACTIVE, *["bbb00002", "aaa00001"][:first])
        other = beside(lambda: post(committed_demo, tmp_path / "other", ACTIVE, "aaa00001", "bbb00002"))
        wait_for(waiting_for_locks, "the other change waits for a code")
    assert ends(other)
    assert statuses() == [ACTIVE, ACTIVE]
    assert sorted(Change.objects.values_list("codes", flat=True)) == sorted([first, 2 - first])
