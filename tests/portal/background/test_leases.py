"""Work under a lease: who holds it, how it is put off, given up and taken over, and how far it says it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from ingestion.models import IngestionRecord
from portal import timeline
from portal.background import leases, pulse
from portal.background.leases import AGAIN, FIRST_PAUSE, LEASE, LONGEST_PAUSE, PATIENCE, REMINDER, ClaimLost
from portal.background.progress import FIRST_GUESS, LONG_QUEUE, QUIET_WORKER, Status, roughly
from portal.background.pulse import MOST_ATTEMPTS, Pulse, perform
from tests.support.demo import Demo
from tests.support.outages import again
from tests.support.running import DEADLINE, database_url, wait_for
from tests.support.uploads import queued

Phase = IngestionRecord.Phase


@pytest.fixture
def record(committed_demo: Demo) -> IngestionRecord:
    """A queued upload of three rows."""
    return queued(committed_demo.staff, "id\nfirst-0001\nfirst-0002\nfirst-0003\n")


def claimed(record: IngestionRecord) -> IngestionRecord:
    """The upload, as the worker has it that claims it now."""
    found = IngestionRecord.claim(record.pk, Phase.CHECKING)
    assert found is not None
    return found


def seconds_left(record: IngestionRecord) -> float:
    """How long its lease lasts."""
    left: timedelta = IngestionRecord.objects.filter(pk=record.pk).values_list(F("lease_until") - Now()).get()[0]
    return left.total_seconds()


def lines(record: IngestionRecord) -> list[str]:
    """Its timeline since it was queued."""
    return [event.what for event in timeline.events_of(record)][2:]


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What the sweep sends."""
    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(leases, "wake", lambda name, pk: sent.append((name, pk)))
    return sent


def test_one_worker_claims_what_is_queued(record: IngestionRecord) -> None:
    work = claimed(record)
    assert (work.status, work.phase, work.attempts, work.rows_done) == ("processing", "checking", 1, 0)
    assert seconds_left(record) == pytest.approx(LEASE.total_seconds(), abs=2)
    assert IngestionRecord.claim(record.pk, Phase.CHECKING) is None
    assert lines(record) == ["begun"]


def test_only_the_attempt_that_holds_it_ends_it(record: IngestionRecord) -> None:
    lost = claimed(record)
    IngestionRecord.objects.update(status=Status.QUEUED)
    work = claimed(record)
    assert work.attempts == 2
    with pytest.raises(ClaimLost):
        lost.end(status=Status.ERROR)
    work.end(status=Status.COMPLETED, what="done", is_long=True)
    record.refresh_from_db()
    assert (record.status, record.phase, record.lease_until, record.has_ended) == ("completed", "ended", None, True)
    assert record.is_long
    assert lines(record) == ["begun", "begun", "done"]
    with pytest.raises(ClaimLost):
        work.end(status=Status.ERROR)


def test_what_is_put_off_is_claimed_by_nobody_until_its_time(record: IngestionRecord) -> None:
    work = claimed(record)
    IngestionRecord.objects.update(rows_done=2, rows_total=3)
    assert work.put_off("storage")
    record.refresh_from_db()
    assert (record.rows_done, record.rows_total) == (0, None)
    assert (record.status, record.phase, record.waits_for, record.outages) == ("queued", "waiting", "storage", 1)
    assert record.waits_because == "The storage does not answer."
    assert (record.faults, record.is_quiet) == (0, False)
    assert seconds_left(record) == pytest.approx(FIRST_PAUSE.total_seconds(), abs=2)
    assert IngestionRecord.claim(record.pk, Phase.CHECKING) is None
    again(record)
    assert claimed(record).waits_for == ""
    assert lines(record) == ["begun", "put_off", "begun"]


@pytest.mark.parametrize(("outages", "pause"), [(0, 10), (1, 20), (2, 40), (3, 60), (10, 60), (30_000, 60)])
def test_each_pause_is_longer_up_to_a_minute(record: IngestionRecord, outages: int, pause: int) -> None:
    """So that work is taken up within two minutes of an outage's end, however long that was."""
    IngestionRecord.objects.update(outages=outages)
    assert claimed(record).put_off("disk")
    assert seconds_left(record) == pytest.approx(pause, abs=2)
    assert timedelta(seconds=60) == LONGEST_PAUSE


def test_an_outage_is_given_up_after_its_time(record: IngestionRecord) -> None:
    work = claimed(record)
    IngestionRecord.objects.update(outage_since=Now() - PATIENCE)
    assert not work.put_off("disk")
    assert lines(record) == ["begun"]
    IngestionRecord.objects.update(status=Status.CANCELLED)
    with pytest.raises(ClaimLost):
        work.put_off("disk")


def test_what_is_put_back_waits_a_moment_and_keeps_what_was_learned(record: IngestionRecord) -> None:
    work = claimed(record)
    IngestionRecord.objects.update(rows_done=2, rows_total=3)
    with pytest.raises(ClaimLost):
        work.put_back(is_long=True)
    record.refresh_from_db()
    assert (record.phase, record.rows_done, record.rows_total) == ("waiting", 0, None)
    assert (record.status, record.is_long, record.waits_for) == ("queued", True, "")
    assert seconds_left(record) == pytest.approx(AGAIN.total_seconds(), abs=2)
    with pytest.raises(ClaimLost):
        work.put_back(is_long=False)
    assert lines(record) == ["begun", "put_back"]
    assert IngestionRecord.objects.get().is_long


def test_what_has_ended_cannot_be_cancelled(record: IngestionRecord, committed_demo: Demo) -> None:
    assert record.cancel(committed_demo.staff)
    assert not record.cancel(committed_demo.admin)
    (event,) = [event for event in timeline.events_of(record) if event.what == "cancelled"]
    assert event.by == committed_demo.staff


def test_the_sweep_takes_work_from_a_silent_worker(record: IngestionRecord, woken: list[tuple[str, int]]) -> None:
    claimed(record)
    IngestionRecord.requeue_stale()
    assert (woken, IngestionRecord.objects.get().status) == ([], "processing")
    IngestionRecord.objects.update(lease_until=Now() - timedelta(seconds=1), rows_done=2, rows_total=3)
    IngestionRecord.requeue_stale()
    record.refresh_from_db()
    assert (record.status, record.attempts, record.rows_done, record.rows_total) == ("queued", 1, 0, None)
    assert woken == [("ingestion.tasks.run", record.pk)]
    assert seconds_left(record) == pytest.approx(REMINDER.total_seconds(), abs=2)
    IngestionRecord.requeue_stale()
    assert len(woken) == 1, "nobody is reminded twice at once"
    assert lines(record) == ["begun", "lost"]


def test_the_sweep_waits_for_no_row_that_somebody_else_holds(
    record: IngestionRecord, woken: list[tuple[str, int]]
) -> None:
    claimed(record)
    IngestionRecord.objects.update(lease_until=Now() - timedelta(seconds=1))
    with connection.get_new_connection(connection.get_connection_params()) as other, transaction.atomic():
        other.execute("SELECT 1 FROM ingestion_ingestionrecord WHERE id = %s FOR UPDATE", [record.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'")
        IngestionRecord.requeue_stale()
        assert (woken, IngestionRecord.objects.get().status) == ([], "processing")
    other.close()
    IngestionRecord.requeue_stale()
    assert (woken, IngestionRecord.objects.get().status) == ([("ingestion.tasks.run", record.pk)], "queued")


def test_the_times_are_those_that_the_documents_tell() -> None:
    times = (LEASE, REMINDER, AGAIN, PATIENCE, FIRST_PAUSE, LONGEST_PAUSE)
    assert [time.total_seconds() for time in times] == [10, 30, 5, 24 * 3600, 10, 60]
    assert (MOST_ATTEMPTS, pulse.BEAT, pulse.PAUSES) == (5, 0.25, (0.5, 1, 2, 4, 8, 15))


def test_a_reminder_says_no_longer_what_is_waited_for(record: IngestionRecord, woken: list[tuple[str, int]]) -> None:
    claimed(record).put_off("broker")
    IngestionRecord.requeue_stale()
    assert woken == []
    IngestionRecord.objects.update(lease_until=Now() - timedelta(seconds=1))
    IngestionRecord.requeue_stale()
    assert (woken, IngestionRecord.objects.get().waits_for) == ([("ingestion.tasks.run", record.pk)], "")


# A pulse


def test_a_pulse_shows_progress_and_renews_the_lease(record: IngestionRecord) -> None:
    work = claimed(record)
    beating = Pulse(work)
    beating.enter(Phase.CREATING, 10)
    beating.tick(4)
    IngestionRecord.objects.update(lease_until=Now())
    beating._beat()
    record.refresh_from_db()
    assert (record.phase, record.rows_done, record.rows_total, record.percent) == ("creating", 4, 10, 40)
    assert seconds_left(record) == pytest.approx(LEASE.total_seconds(), abs=2)
    beating.tick(12)
    beating._beat()
    record.refresh_from_db()
    assert (record.rows_done, record.rows_total, record.percent) == (12, 12, 100)
    beating.enter(Phase.REPORTING, None)
    beating._beat()
    record.refresh_from_db()
    assert (record.phase, record.rows_done, record.rows_total, record.percent) == ("reporting", 0, None, None)


def test_a_pulse_beats_by_itself_until_it_is_stopped(record: IngestionRecord) -> None:
    beating = Pulse(claimed(record))
    IngestionRecord.objects.update(lease_until=Now())
    beating.start()
    try:
        wait_for(lambda: seconds_left(record) > LEASE.total_seconds() / 2, "the lease is renewed")
    finally:
        beating.stop()
    assert not beating.is_alive()


def test_a_pulse_learns_that_the_work_was_cancelled(record: IngestionRecord) -> None:
    beating = Pulse(claimed(record))
    beating._beat()
    beating.check()
    record.cancel()
    beating._beat()
    assert beating.is_lost
    with pytest.raises(ClaimLost):
        beating.tick(1)


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.ERROR])
def test_a_pulse_leaves_alone_what_the_work_does_after_its_end(record: IngestionRecord, status: str) -> None:
    work = claimed(record)
    beating = Pulse(work)
    beating.start()
    work.end(status=status)
    try:
        beating.join(DEADLINE)  # by itself
        assert (beating.is_alive(), beating.is_lost) == (False, False)
        beating.check()
    finally:
        beating.stop()


def test_a_pulse_outlasts_a_failure_of_the_database(
    record: IngestionRecord, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    beating = Pulse(claimed(record))

    class Failing:
        def update(self, **_: object) -> int:
            raise OperationalError("the connection is lost")

    held = beating.held
    monkeypatch.setattr(beating, "held", Failing())
    beating._beat()
    assert not beating.is_lost
    assert "did not reach the database" in caplog.text
    assert "OperationalError: the connection is lost" in caplog.text
    beating.held = held
    beating._beat()
    assert not beating.is_lost


def test_a_beat_does_not_wait_for_the_disk_but_what_follows_does(
    record: IngestionRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    beating = Pulse(claimed(record))
    seen = []

    def waits() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return str(cursor.fetchone()[0])

    class Watching:
        def update(self, **_: object) -> int:
            seen.append(waits())
            return 1

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")  # as on every server but that of the tests
    try:
        monkeypatch.setattr(beating, "held", Watching())
        beating._beat()
        assert [*seen, waits()] == ["off", "on"]
    finally:
        connection.close()


def test_short_work_ends_before_the_first_beat(record: IngestionRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[str] = []
    monkeypatch.setattr(Pulse, "_beat", lambda pulse: beats.append(pulse.name))
    monkeypatch.setattr(pulse, "BEAT", 60)
    perform(claimed(record), lambda beating: beating.stop(), lambda _reason: None)
    assert beats == []


# An attempt


@pytest.fixture
def given_up() -> list[str]:
    """The reasons for which work was given up."""
    return []


def failing(error: Exception) -> Callable[[Pulse], None]:
    """Work that ends so."""

    def fail(_pulse: Pulse) -> None:
        raise error

    return fail


def test_an_attempt_that_fails_is_left_to_its_lease(record: IngestionRecord, given_up: list[str]) -> None:
    perform(claimed(record), failing(ValueError("of the code")), given_up.append)
    assert (given_up, IngestionRecord.objects.get().status) == ([], "processing")


def test_the_last_attempt_that_fails_gives_up_with_its_reason(record: IngestionRecord, given_up: list[str]) -> None:
    IngestionRecord.objects.update(attempts=MOST_ATTEMPTS - 1)
    perform(claimed(record), failing(ValueError("of the code")), given_up.append)
    assert given_up == ["ValueError: of the code"]


def test_work_that_took_its_workers_with_it_is_not_begun_again(record: IngestionRecord, given_up: list[str]) -> None:
    IngestionRecord.objects.update(attempts=MOST_ATTEMPTS)
    begun: list[Pulse] = []
    perform(claimed(record), begun.append, given_up.append)
    assert (begun, given_up) == ([], ["The worker ended in every attempt."])


def test_attempts_that_met_an_outage_do_not_count(record: IngestionRecord, given_up: list[str]) -> None:
    IngestionRecord.objects.update(attempts=MOST_ATTEMPTS + 3, outages=4)
    begun: list[Pulse] = []
    perform(claimed(record), begun.append, given_up.append)
    assert (len(begun), given_up) == (1, [])


def test_work_that_lost_its_claim_ends_quietly(
    record: IngestionRecord, given_up: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    perform(claimed(record), failing(ClaimLost()), given_up.append)
    assert given_up == []
    assert "was cancelled, taken over or put back" in caplog.text


def test_an_outage_that_lasted_too_long_gives_up_with_its_reason(record: IngestionRecord, given_up: list[str]) -> None:
    IngestionRecord.objects.update(outage_since=Now() - PATIENCE)
    perform(claimed(record), failing(OperationalError("no connection")), given_up.append)
    assert given_up == ["OperationalError: no connection"]


def test_a_worker_waits_for_the_database_to_say_that_it_was_away(
    record: IngestionRecord, given_up: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(pulse.time, "sleep", pauses.append)  # type: ignore[attr-defined]  # a module's import
    put_off = IngestionRecord.put_off

    def away_at_first(self: IngestionRecord, part: str) -> bool:
        if len(pauses) < 3:
            raise OperationalError("still no connection")
        return put_off(self, part)

    monkeypatch.setattr(IngestionRecord, "put_off", away_at_first)
    perform(claimed(record), failing(OperationalError("no connection")), given_up.append)
    assert (pauses, given_up) == ([0.5, 1, 2], [])
    assert IngestionRecord.objects.get().waits_for == "database"


def test_a_database_that_stays_away_ends_the_attempt(
    record: IngestionRecord, given_up: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(pulse.time, "sleep", pauses.append)  # type: ignore[attr-defined]  # a module's import
    monkeypatch.setattr(IngestionRecord, "put_off", lambda *_: failing(OperationalError("away"))(None))  # type: ignore[arg-type]  # unused
    with pytest.raises(OperationalError, match="away"):
        perform(claimed(record), failing(OperationalError("no connection")), given_up.append)
    assert (pauses, given_up) == (list(pulse.PAUSES), [])


def test_the_connection_bears_the_name_of_the_attempt_while_it_lasts(record: IngestionRecord) -> None:
    def name() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SHOW application_name")
            return cursor.fetchone()[0]

    names: list[Any] = []
    perform(claimed(record), lambda _: names.append(name()), lambda _: None)
    assert names == [f"codeport ingestionrecord {record.pk} attempt 1"]
    assert name() == "codeport"


# How long it will still take


def at(phase: str, done: int, total: int | None, seconds: float, **changes: Any) -> IngestionRecord:
    """An upload that has been in work for so many seconds, and is so far in a phase."""
    now = timezone.now()
    fields = {"lease_until": now + LEASE, "status": Status.PROCESSING, "attempts": 1} | changes
    began = now - timedelta(seconds=seconds)
    return IngestionRecord(phase=phase, rows_done=done, rows_total=total, status_updated_at=began, **fields)


def test_the_time_left_follows_from_the_share_that_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IngestionRecord, "SHARES", {"creating": (0.5, 0.25)})
    assert at("creating", 0, 100, 59).time_left == "about 60 seconds"
    assert at("creating", 100, 100, 59).time_left == "about 20 seconds"
    assert at("creating", 200, 100, 59).time_left == "about 20 seconds", "more than all is not done"
    assert at("creating", 40, 100, 3590).time_left == "about 40 minutes"


def test_no_time_is_told_where_nobody_knows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IngestionRecord, "SHARES", {"creating": (0.0, 1.0)})
    assert at("creating", 50, 100, 60).time_left != ""
    assert at("creating", 50, None, 60).time_left == ""
    assert at("sorting", 50, 100, 60).time_left == ""
    assert at("creating", 50, 100, FIRST_GUESS - 0.5).time_left == ""
    assert at("creating", 2, 100, 60).time_left == ""
    assert at("creating", 50, 100, 60, status=Status.QUEUED).time_left == ""
    long_ago = timezone.now() - QUIET_WORKER - timedelta(seconds=1)
    assert at("creating", 50, 100, 60, lease_until=long_ago).time_left == ""


def test_work_that_nothing_was_heard_of_is_quiet() -> None:
    waited = LONG_QUEUE.total_seconds()
    assert not at("waiting", 0, None, waited - 5, status=Status.QUEUED).is_quiet
    assert at("waiting", 0, None, waited + 5, status=Status.QUEUED).is_quiet
    assert not at("waiting", 0, None, waited + 5, status=Status.QUEUED, waits_for="disk").is_quiet
    ran_out = timezone.now() - QUIET_WORKER
    assert not at("checking", 0, None, 99, lease_until=ran_out + timedelta(seconds=5)).is_quiet
    assert at("checking", 0, None, 99, lease_until=ran_out - timedelta(seconds=5)).is_quiet
    assert not at("ended", 0, None, 9999, status=Status.COMPLETED, lease_until=None).is_quiet


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "a few seconds"),
        (10, "a few seconds"),
        (10.1, "about 20 seconds"),
        (60, "about 60 seconds"),
        (61, "about 2 minutes"),
        (5400, "about 90 minutes"),
        (5401, "about 2 hours"),
        (36_000, "about 10 hours"),
    ],
)
def test_a_time_is_told_in_wide_steps(seconds: float, said: str) -> None:
    assert roughly(seconds) == said


def test_the_state_changes_with_every_attempt() -> None:
    assert at("checking", 0, None, 1).state == "processing-1"
    assert at("checking", 5, 10, 1, attempts=2).state == "processing-2"
    assert at("checking", 5, 10, 1).progress == {"phase": "checking", "rows_done": 5, "rows_total": 10}


def test_a_claim_notes_the_turn_of_its_company(record: IngestionRecord) -> None:
    claimed(record)
    record.company.refresh_from_db()
    assert record.company.served_at is not None


def test_a_claim_does_not_wait_for_who_holds_the_row_of_the_company(record: IngestionRecord) -> None:
    with psycopg.connect(database_url(connection.settings_dict["NAME"])) as other:
        other.execute("SELECT FROM portal_company WHERE id = %s FOR NO KEY UPDATE", [record.company_id])
        claimed(record)
    record.company.refresh_from_db()
    assert record.company.served_at is None
