"""Codes that are blacklisted after so many scans."""

from __future__ import annotations

from threading import Thread

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client

from portal.models import Event
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.running import wait_for, waiting_for_locks
from tests.support.scans import Scans, stored
from workorders.changes import locks
from workorders.changes.history import history_of
from workorders.models import ActivationStatus, BlacklistReason, Change, Code, CodeScans, ScanLimitReached
from workorders.scans import services

ACTIVE, BLACKLISTED = ActivationStatus.ACTIVE, ActivationStatus.BLACKLISTED
EXCEEDED = BlacklistReason.MAXIMUM_SCAN_COUNT_EXCEEDED


def state(code: Code) -> tuple[int, int]:
    code.refresh_from_db()
    return code.activation_status, code.blacklist_reason


@pytest.fixture
def code(demo: Demo) -> Code:
    """An active code of a company that allows three scans."""
    services.set_limit(demo.company, 3)
    return some_codes(demo.staff, "abc00001", activation_status=ACTIVE).codes.get()


def test_the_scan_that_reaches_the_limit_blacklists(scans: Scans, code: Code) -> None:
    scans.note(code, 2)
    scans.store()
    assert state(code) == (ACTIVE, 0)
    scans.note(code)
    scans.store()
    assert state(code) == (BLACKLISTED, EXCEEDED)
    (change,) = Change.objects.all()
    assert (change.company, change.origin, change.created_by, change.codes) == (code.company, "scans", None, 1)
    (line,) = history_of(code)
    assert (line.change_id, line.old_status, line.new_status) == (change.pk, ACTIVE, BLACKLISTED)
    assert (line.old_reason, line.new_reason) == (0, EXCEEDED)


def test_the_public_page_tells_it(scans: Scans, code: Code, client: Client) -> None:
    pages = []
    for number in range(4):
        pages.append(client.get("/c/demo/abc00001", REMOTE_ADDR=f"10.1.2.{number}").content.decode())
        scans.store()
    assert ["<h1>Active</h1>" in page for page in pages] == [True, True, True, False]
    assert "<h1>Blacklisted</h1>" in pages[3]


def test_a_code_is_blacklisted_once(scans: Scans, code: Code) -> None:
    scans.note(code, 5)
    scans.store()
    scans.note(code, 5)
    scans.store()
    Code.objects.update(activation_status=ACTIVE, blacklist_reason=0)
    scans.note(code, 5)
    scans.store()
    assert state(code) == (ACTIVE, 0), "whoever activated it again knew of its scans"
    assert Change.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "reason"),
    [(ActivationStatus.INACTIVE, 0), (BLACKLISTED, BlacklistReason.STOLEN)],
)
def test_codes_that_are_not_active_stay_as_they_are(scans: Scans, code: Code, status: int, reason: int) -> None:
    Code.objects.update(activation_status=status, blacklist_reason=reason)
    scans.note(code, 5)
    scans.store()
    assert state(code) == (status, reason)
    assert not Change.objects.exists()
    Code.objects.update(activation_status=ACTIVE, blacklist_reason=0)
    scans.note(code)
    scans.store()
    assert state(code) == (BLACKLISTED, EXCEEDED), "it has not been blacklisted for its scans yet"


def test_a_limit_that_is_set_later_holds_from_the_next_scan(scans: Scans, code: Code) -> None:
    services.set_limit(code.company, None)
    scans.note(code, 50)
    scans.store()
    services.set_limit(code.company, 10)
    scans.store()
    assert state(code) == (ACTIVE, 0)
    scans.note(code)
    scans.store()
    assert state(code) == (BLACKLISTED, EXCEEDED)


def test_only_the_codes_of_the_company_that_has_a_limit(scans: Scans, demo: Demo, code: Code) -> None:
    other = some_codes(demo.other_staff, "abc00001", activation_status=ACTIVE).codes.get()
    few = some_codes(demo.staff, "abc00002", activation_status=ACTIVE).codes.get()
    for each, times in ((code, 3), (other, 3), (few, 2)):
        scans.note(each, times)
    scans.store()
    assert [state(each)[0] for each in (code, other, few)] == [BLACKLISTED, ACTIVE, ACTIVE]


def test_many_codes_are_one_change(scans: Scans, demo: Demo, code: Code) -> None:
    identifiers = [f"abd{number:05}" for number in range(200)]
    workorder = some_codes(demo.staff, *identifiers, activation_status=ACTIVE)
    for each in workorder.codes.all():
        scans.note(each, 3)
    scans.store()
    assert workorder.codes.filter(activation_status=BLACKLISTED, blacklist_reason=EXCEEDED).count() == 200
    assert [change.codes for change in Change.objects.all()] == [200]
    assert CodeScans.objects.filter(reached_limit=True).count() == 200


def test_setting_a_limit_stands_in_the_security_log(demo: Demo, code: Code) -> None:
    event = Event.objects.get(what="company_changed")
    assert (event.subject_id, event.detail["scan_limit"]) == (demo.company.pk, 3)


@pytest.mark.django_db(transaction=True)
def test_a_code_that_is_changed_at_the_same_time_keeps_what_that_change_says(
    committed_demo: Demo, scans: Scans
) -> None:
    services.set_limit(committed_demo.company, 1)
    code = some_codes(committed_demo.staff, "abc00001", activation_status=ACTIVE).codes.get()
    scans.note(code)
    scans.counter.hand_on()

    def flush() -> None:
        services.flush()
        connection.close()

    with transaction.atomic():
        Code.objects.update(activation_status=BLACKLISTED, blacklist_reason=BlacklistReason.STOLEN)
        flushing = Thread(target=flush)
        flushing.start()
        wait_for(waiting_for_locks, "the flush waits for the code")
    flushing.join()
    assert state(code) == (BLACKLISTED, BlacklistReason.STOLEN)
    assert not Change.objects.exists()
    assert stored(code.company) == {"abc00001": 1}


@pytest.mark.django_db(transaction=True)
def test_a_company_whose_codes_are_being_changed_waits_alone(committed_demo: Demo, scans: Scans) -> None:
    demo = committed_demo
    codes = []
    for user, company in ((demo.staff, demo.company), (demo.other_staff, demo.other)):
        services.set_limit(company, 1)
        codes.append(some_codes(user, "abc00001", activation_status=ACTIVE).codes.get())
        scans.note(codes[-1])
    with psycopg.connect(**connection.get_connection_params()) as held:
        held.execute("SELECT pg_advisory_xact_lock(%s, %s)", [locks.CHANGES, demo.company.pk])
        scans.store()
        assert [stored(demo.company), stored(demo.other)] == [{"abc00001": 1}] * 2
        assert [state(code) for code in codes] == [(ACTIVE, 0), (BLACKLISTED, EXCEEDED)]
    scans.store()
    assert [state(code) for code in codes] == [(BLACKLISTED, EXCEEDED)] * 2, "without another scan"
    assert [change.company for change in Change.objects.order_by("pk")] == [demo.other, demo.company]


@pytest.mark.django_db(transaction=True)
def test_a_code_that_is_held_too_long_is_left_to_the_next_flush(
    committed_demo: Demo, scans: Scans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workorders.scans.limit.PATIENCE", 1)
    services.set_limit(committed_demo.company, 1)
    code = some_codes(committed_demo.staff, "abc00001", activation_status=ACTIVE).codes.get()
    scans.note(code)
    with psycopg.connect(**connection.get_connection_params()) as held:
        held.execute("SELECT FROM workorders_code FOR UPDATE")
        scans.store()
        assert (stored(code.company), state(code)) == ({"abc00001": 1}, (ACTIVE, 0))
    scans.store()
    assert (stored(code.company), state(code)) == ({"abc00001": 1}, (BLACKLISTED, EXCEEDED))


@pytest.mark.parametrize("ending", ["blacklisted", "made inactive", "without a limit", "deleted"])
def test_codes_wait_to_be_blacklisted_no_longer_than_that_is_to_be_done(
    scans: Scans, code: Code, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    scans.note(code, 3)
    with monkeypatch.context() as patch:
        patch.setattr("workorders.scans.services.blacklist_over_limit", lambda: None)
        scans.store()
    assert list(ScanLimitReached.objects.values_list("company", "identifier")) == [(code.company_id, "abc00001")]
    if ending == "made inactive":
        Code.objects.update(activation_status=ActivationStatus.INACTIVE)
    elif ending == "without a limit":
        services.set_limit(code.company, None)
    elif ending == "deleted":
        Code.objects.all().delete()
    scans.store()
    assert not ScanLimitReached.objects.exists()
    assert Change.objects.count() == (ending == "blacklisted")
