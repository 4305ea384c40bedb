"""Jobs on workorders: asked for once, cut off, cancelled, given up. Minting is the work that they do here."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from portal.background.pulse import MOST_ATTEMPTS
from portal.models import User
from tests.support.demo import Demo
from tests.support.running import DEADLINE, in_thread, kill, wait_for, worker
from workorders import job_runner, jobs, tasks
from workorders.models import Code, Job, Workorder
from workorders.orders import minting
from workorders.orders.services import Order, order_codes

LONG_AGO = "2020-01-01T00:00Z"


def minting_job(user: User, quantity: int, reference: str = "Bottles") -> Job:
    """A queued job of the user's company."""
    assert user.company is not None
    workorder = order_codes(Order(reference, quantity, user.company.url_prefix), user.company, user)
    return workorder.jobs.get()


def status_of(job: Job) -> str:
    job.refresh_from_db()
    return job.status


def test_a_job_asked_for_twice_is_one_job(demo: Demo) -> None:
    workorder = minting_job(demo.staff, 5).workorder

    def asked(parameters: dict[str, Any], user: User = demo.staff) -> Job:
        return jobs.start(workorder, Job.What.IMAGES, parameters, user)

    first = asked({"format": "svg", "level": "M"})
    assert (first.status, first.rows_done, first.attempts) == ("queued", 0, 0)
    assert asked({"level": "M", "format": "svg"}, demo.admin) == first
    assert asked({"format": "png", "level": "M"}) != first
    Job.objects.filter(pk=first.pk).update(status="completed")
    assert asked({"format": "svg", "level": "M"}) == first
    for ended in ("cancelled", "error"):
        Job.objects.filter(pk=first.pk).update(status=ended)
        again = asked({"format": "svg", "level": "M"})
        assert (again.status, again != first) == ("queued", True)
        first = again


def test_a_job_asked_for_by_many_at_once_is_one_job(committed_demo: Demo) -> None:
    workorder = minting_job(committed_demo.staff, 5).workorder
    given: list[Job] = []

    def ask(_pk: int) -> None:
        given.append(jobs.start(workorder, Job.What.IMAGES, {"format": "svg"}, committed_demo.staff))

    threads = [Thread(target=in_thread, args=(ask, number)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert len(given) == 8
    assert len(set(given)) == Job.objects.filter(what="images").count() == 1


def test_a_job_cut_off_by_kill_9_completes_once_after_the_next_start(committed_demo: Demo) -> None:
    job = minting_job(committed_demo.staff, 300_000)
    with worker() as first:
        wait_for(lambda: status_of(job) == "processing" and job.rows_done > 0, "codes are being created")
        kill(first)
    assert status_of(job) == "processing"
    assert Code.objects.count() == 0
    with worker():
        wait_for(lambda: status_of(job) == "completed", "the job completes")
        wait_for(lambda: Workorder.objects.get().state == "completed", "the archive is published")
    assert (job.attempts, job.rows_done, job.rows_total) == (2, 300_000, 300_000)
    assert Code.objects.count() == 300_000


def test_a_message_that_was_lost_is_only_a_delay(committed_demo: Demo) -> None:
    job = minting_job(committed_demo.staff, 10)
    tasks.run_job.app.control.purge()
    Job.objects.update(lease_until=LONG_AGO)
    with worker():
        wait_for(lambda: status_of(job) == "completed", "the sweep finds the job")
        wait_for(lambda: Workorder.objects.get().state == "completed", "the archive is published")


def test_a_message_that_comes_twice_does_the_job_once(committed_demo: Demo) -> None:
    job = minting_job(committed_demo.staff, 10)
    job_runner.run(job.pk)
    job_runner.run(job.pk)
    assert (status_of(job), job.attempts, Code.objects.count()) == ("completed", 1, 10)


def test_a_cancelled_job_stops_and_leaves_nothing(committed_demo: Demo) -> None:
    job = minting_job(committed_demo.staff, 1_000_000)
    running = Thread(target=in_thread, args=(job_runner.run, job.pk))
    running.start()
    wait_for(lambda: status_of(job) == "processing" and job.rows_done > 0, "codes are being created")
    assert jobs.cancel(job, committed_demo.admin)
    running.join(DEADLINE)
    assert not running.is_alive()
    assert (status_of(job), job.phase, job.lease_until) == ("cancelled", "ended", None)
    assert Workorder.objects.get().state == "cancelled"
    assert Code.objects.count() == 0
    assert not jobs.cancel(job, committed_demo.admin)


def test_a_worker_taken_for_dead_cannot_end_the_job(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lease runs out just before the commit and another worker takes the job over."""
    job = minting_job(committed_demo.staff, 10)
    end = Job.end

    def late(mine: Job, **fields: Any) -> None:
        monkeypatch.setattr(Job, "end", end)
        Job.objects.filter(pk=job.pk).update(attempts=mine.attempts + 1)
        end(mine, **fields)

    monkeypatch.setattr(Job, "end", late)
    job_runner.run(job.pk)
    assert status_of(job) == "processing"
    assert Code.objects.count() == 0


def test_a_job_that_keeps_failing_is_given_up_and_says_why(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = minting_job(committed_demo.staff, 10)

    def broken(*_: object) -> None:
        raise OSError("The disk is gone")

    monkeypatch.setattr(minting, "shuffled", broken)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        job_runner.run(job.pk)
        ended = attempt == MOST_ATTEMPTS
        assert (status_of(job), job.attempts) == ("error" if ended else "processing", attempt)
        Job.objects.filter(status="processing").update(lease_until=LONG_AGO)
        Job.requeue_stale()
    assert job.detail == "OSError: The disk is gone"
    assert Workorder.objects.get().state == "cancelled"


def test_a_job_that_kills_its_workers_is_given_up(committed_demo: Demo) -> None:
    job = minting_job(committed_demo.staff, 10)
    Job.objects.update(attempts=MOST_ATTEMPTS)
    job_runner.run(job.pk)
    assert (status_of(job), job.detail) == ("error", "The worker ended in every attempt.")
    assert not Code.objects.exists()
