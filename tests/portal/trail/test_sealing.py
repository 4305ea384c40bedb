"""The chain of seals: what it covers, what the database refuses, what may go and what is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django import Settings

from ingestion.forgetting import forget_person
from portal.models import Event, EventSeal
from portal.timeline import events_of, note
from portal.trail import sealing
from portal.trail.checking import Check
from portal.trail.hashes import GONE
from portal.trail.sealing import remove_old, seal_events
from tests.support.demo import Demo
from tests.support.tables import rewriting

AT = timezone.now() - timedelta(days=400)


@pytest.fixture(autouse=True)
def _own_events(demo: Demo) -> None:
    """Begin with an empty trail, whatever making the cast wrote."""
    with rewriting():
        Event.objects.all().delete()


def line(subject: str, number: int = 1, *, days: int = 0, **more: Any) -> Event:
    return Event.objects.create(
        subject=subject, subject_id=number, what="any", at=timezone.now() - timedelta(days), **more
    )


def problems() -> list[str]:
    return [*Check().problems()]


def refuses(change: Any) -> str:
    with pytest.raises(ProgrammingError) as refused, transaction.atomic():
        change()
    return str(refused.value).splitlines()[0]


def test_events_are_sealed_once_in_two_chains(demo: Demo) -> None:
    lines = [line(subject) for subject in ("user", "workorder", "company", "job", "userauthorizationtoken")]
    assert (seal_events(), seal_events()) == (5, 0)
    first, second = EventSeal.objects.all()
    assert (first.chain, first.number, first.newest_at) == ("security", 3, lines[4].at)
    assert (second.chain, second.number, second.newest_at) == ("timelines", 2, lines[3].at)
    assert [*Event.objects.order_by("pk").values_list("seal", flat=True)] == [1, 2, 1, 2, 1]
    assert len({*Event.objects.values_list("salt", flat=True)} - {None}) == 5
    line("workorder")
    assert seal_events() == 1
    assert [*EventSeal.objects.values_list("pk", "chain", "number")] == [
        (1, "security", 3),
        (2, "timelines", 2),
        (4, "timelines", 1),
    ]
    check = Check()
    assert [*check.problems()] == []
    assert (check.events, check.seals) == (6, 3)
    assert {chain: seal.pk for chain, seal in check.last.items()} == {"security": 1, "timelines": 4}


def test_a_long_backlog_goes_in_steps(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an upgrade, when all that there is waits."""
    monkeypatch.setattr(sealing, "SEAL", sealing.SEAL.replace("LIMIT 1000", "LIMIT 2"))
    monkeypatch.setattr(sealing, "AT_ONCE", 2)
    monkeypatch.setattr(sealing, "MOST", 4)
    for number in range(7):
        line("workorder", number)
    assert [seal_events() for _ in range(3)] == [4, 3, 0]
    assert [*EventSeal.objects.values_list("number", flat=True)] == [2, 2, 2, 1]
    assert problems() == []


@pytest.mark.parametrize("is_sealed", [False, True])
@pytest.mark.parametrize(
    "values",
    [
        {"what": "other"},
        {"by": None},
        {"at": AT},
        {"company": None},
        {"subject_id": 2},
        {"detail": {"role": "admin"}},
        {"detail": {"more": 1}},
        {"address": "192.0.2.1"},
        {"address": None},
        {"detail": {}},
        {"address": None, "salt": None, "erased": b"made up"},
        {"seal": 1},
        {"seal": None},
    ],
)
def test_a_line_is_not_changed(demo: Demo, values: dict[str, Any], is_sealed: bool) -> None:
    event = line("user", by=demo.staff, company=demo.company, address="192.0.2.7", detail={"role": "staff"})
    if is_sealed:
        seal_events()
    forgetting = not is_sealed and values in ({"address": None}, {"detail": {}})
    is_same = not is_sealed and values == {"seal": None}
    before = Event.objects.filter(pk=event.pk).values().get()
    if forgetting or is_same:  # nothing was promised yet
        Event.objects.filter(pk=event.pk).update(**values)
        return
    assert refuses(lambda: Event.objects.filter(pk=event.pk).update(**values)) == (
        "Lines of the audit trail stay as they are: UPDATE refused."
    )
    assert Event.objects.filter(pk=event.pk).values().get() == before


@pytest.mark.parametrize("is_sealed", [False, True])
def test_a_line_is_not_deleted(demo: Demo, is_sealed: bool) -> None:
    line("user")
    if is_sealed:
        seal_events()
    _run("SET CONSTRAINTS ALL IMMEDIATE")
    assert refuses(Event.objects.all().delete) == "Lines of the audit trail stay as they are: DELETE refused."
    assert refuses(lambda: _run("TRUNCATE portal_event")) == (
        "Lines of the audit trail stay as they are: TRUNCATE refused."
    )
    assert Event.objects.count() == 1


def test_a_seal_is_not_changed(demo: Demo) -> None:
    line("user", days=400)
    line("workorder", days=400)
    seal_events()
    said = "Seals of the audit trail stay as they are: {} refused."
    for values in ({"hash": b""}, {"number": 2}, {"newest_at": AT, "removed_at": timezone.now()}):
        assert refuses(lambda values=values: EventSeal.objects.filter(pk=1).update(**values)) == said.format("UPDATE")
    assert refuses(lambda: EventSeal.objects.filter(pk=2).update(removed_at=AT)) == said.format("UPDATE")
    assert refuses(EventSeal.objects.all().delete) == said.format("DELETE")
    assert refuses(lambda: _run("TRUNCATE portal_eventseal")) == said.format("TRUNCATE")


def test_what_is_young_is_not_removed_whatever_is_asked(demo: Demo) -> None:
    line("user")
    seal_events()
    assert refuses(lambda: EventSeal.objects.update(removed_at=timezone.now())) == (
        "Seals of the audit trail stay as they are: UPDATE refused."
    )


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_was_rewritten_is_found(demo: Demo) -> None:
    lines = [line("user", number, by=demo.staff, detail={"n": number}) for number in range(4)]
    seal_events()
    at = EventSeal.objects.get().at
    said = f"Seal 1 of security ({at:%Y-%m-%d %H:%M:%S}): of its 4 lines, {lines[0].pk} to {lines[3].pk}, "
    changed = [f"{said}one or more are not as they were sealed."]
    with rewriting():
        for values in ({"by": demo.admin}, {"detail": {"n": 9}}, {"address": "192.0.2.1"}, {"at": AT}, {"what": "b"}):
            with transaction.atomic():
                Event.objects.filter(pk=lines[1].pk).update(**values)
                assert problems() == changed
                transaction.set_rollback(True)
        with transaction.atomic():
            Event.objects.filter(pk=lines[1].pk).delete()
            assert problems() == [f"{said}3 are there."]
            transaction.set_rollback(True)
        with transaction.atomic():  # a swapped pair
            for event, other in (lines[1:3], lines[2:0:-1]):
                Event.objects.filter(pk=event.pk).update(subject_id=other.subject_id, detail=other.detail)
            assert problems() == changed
            transaction.set_rollback(True)
        with transaction.atomic():
            more = line("user", seal=1)
            assert problems() == [f"{said.replace(f' to {lines[3].pk}', f' to {more.pk}')}5 are there."]
            transaction.set_rollback(True)
        with transaction.atomic():
            more = line("user", seal=99)
            assert problems() == [f"Line {more.pk} names seal 99, which is not there."]
            transaction.set_rollback(True)
    assert problems() == []


def test_a_seal_that_was_rewritten_is_found(demo: Demo) -> None:
    for number in range(3):
        line("user", number)
        seal_events()
    times = [f"{seal.at:%Y-%m-%d %H:%M:%S}" for seal in EventSeal.objects.all()]
    with rewriting():
        with transaction.atomic():
            Event.objects.filter(seal=2).delete()
            EventSeal.objects.filter(pk=2).delete()
            assert problems() == [
                f"Seal 3 of security ({times[2]}) does not follow the seal before, 1: one is changed or missing."
            ]
            transaction.set_rollback(True)
        with transaction.atomic():
            EventSeal.objects.filter(pk=2).update(newest_at=AT)
            assert problems() == [
                f"Seal 2 of security ({times[1]}) does not follow the seal before, 1: one is changed or missing."
            ]
            transaction.set_rollback(True)
        with transaction.atomic():
            Event.objects.filter(seal=1).delete()
            assert problems() == [f"Seal 1 of security ({times[0]}): of its 1 lines, 0 are there."]
            transaction.set_rollback(True)


def test_a_guard_that_is_missing_is_found(demo: Demo) -> None:
    _run("SET CONSTRAINTS ALL IMMEDIATE")
    _run("ALTER TABLE portal_event DISABLE TRIGGER audit_trail_rows")
    _run("DROP TRIGGER audit_trail_table ON portal_eventseal")
    assert problems() == [
        "The trigger audit_trail_rows of portal_event is missing or disabled.",
        "The trigger audit_trail_table of portal_eventseal is missing or disabled.",
    ]


def test_old_lines_of_the_security_log_go_and_timelines_stay(demo: Demo, settings: Settings) -> None:
    settings.SECURITY_LOG_DAYS = 365
    for days in (400, 390, 366, 364):
        for subject in ("user", "workorder"):
            line(subject, days=days)
        seal_events()
    assert [remove_old(), remove_old()] == [3, 0]
    assert [*Event.objects.order_by("subject").values_list("subject", flat=True)] == ["user"] + ["workorder"] * 4
    left = EventSeal.objects.filter(chain="security")
    assert [(seal.pk, seal.removed_at is None) for seal in left] == [(5, False), (7, True)]
    check = Check()
    assert [*check.problems()] == []
    assert check.anchor == EventSeal.objects.get(pk=5)
    assert (check.events, check.seals) == (5, 6)
    settings.SECURITY_LOG_DAYS = 0
    assert remove_old() == 0


def test_a_seal_with_one_young_line_stays(demo: Demo, settings: Settings) -> None:
    settings.SECURITY_LOG_DAYS = 365
    line("user", days=400)
    line("user", days=1)
    seal_events()
    assert remove_old() == 0


@pytest.mark.parametrize("is_sealed", [False, True])
def test_a_person_is_forgotten_and_the_chain_holds(demo: Demo, is_sealed: bool) -> None:
    name = f"a former person ({demo.staff.pk})"
    detail = {"email": demo.staff.email, "role": "staff", "before": {"upload_mail": [demo.staff.email.upper()]}}
    other = {"email": f"x{demo.staff.email}"}
    note(demo.company, "invited", demo.staff, address="192.0.2.7", **detail)
    note(demo.company, "invited", demo.admin, address="192.0.2.8", **other)
    if is_sealed:
        assert seal_events() == 2
    forget_person(demo.staff)
    first, second = events_of(demo.company)
    assert (first.by, first.address, first.detail) == (
        demo.staff,
        None,
        {"email": name, "role": "staff", "before": name},
    )
    assert (first.salt, first.erased is not None) == (None, is_sealed)
    assert (second.address, second.detail, second.erased) == ("192.0.2.8", other, None)
    assert problems() == []
    seal_events()
    assert problems() == []
    with rewriting():
        Event.objects.filter(pk=first.pk).update(by=demo.admin)
    assert len(problems()) == 1


def test_forgetting_twice_keeps_the_first_hash(demo: Demo) -> None:
    line("user", address="192.0.2.7", detail={"a": "b"})
    seal_events()

    def events() -> QuerySet[Event]:
        return Event.objects.filter(subject="user")

    events().update(address=None, **GONE)
    hashed = bytes(events().get().erased or b"")
    events().update(detail={}, **GONE)
    assert (len(hashed), bytes(events().get().erased or b"")) == (32, hashed)
    assert problems() == []
    assert refuses(lambda: events().update(detail={"a": "b"})).endswith("UPDATE refused.")
