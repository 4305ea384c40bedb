"""Jobs are queued once, requeued when what they made is gone, and cancelled with what depends on them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.timeline import events_of
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.secure import a_secure_order
from workorders import job_runner, jobs
from workorders.models import Job, UrlPrefix, Workorder
from workorders.orders.services import Order, order_codes

PREFIX = "https://codes.example/"


def minting(demo: Demo, prefix: str = "") -> Job:
    order = Order("Minted", 5, prefix or demo.company.url_prefix)
    return order_codes(order, demo.company, demo.staff).jobs.get()


def an_archive_job(workorder: Workorder, status: str, **fields: object) -> Job:
    return workorder.jobs.create(what="archive", status=status, created_by=workorder.created_by, **fields)


def status_of(job: Job) -> str:
    job.refresh_from_db()
    return str(job.status)


def test_every_kind_of_job_has_a_function() -> None:
    assert set(job_runner.HANDLERS) == set(Job.What.values)
    assert len(set(job_runner.HANDLERS.values())) == len(Job.What.values)


def test_a_job_that_is_not_queued_is_not_run(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    job = minting(demo)
    monkeypatch.setitem(job_runner.HANDLERS, Job.What.MINT, lambda *_: pytest.fail("It ran"))
    for status in ("completed", "cancelled", "error", "processing"):
        Job.objects.filter(pk=job.pk).update(status=status)
        job_runner.run(job.pk)
        assert status_of(job) == status
    job_runner.run(job.pk + 1000)


@pytest.mark.parametrize("status", ["completed", "error", "cancelled", "processing", "queued"])
def test_only_a_job_that_ended_so_is_requeued(demo: Demo, status: str) -> None:
    job = an_archive_job(some_codes(demo.staff, "abc00001"), status, attempts=3, detail="Why")
    jobs.requeue(job)
    again = status == "completed"
    assert (status_of(job), job.attempts) == (("queued", 0) if again else (status, 3))
    assert [event.what for event in events_of(job)] == ["asked_again"] * again


@pytest.mark.parametrize(
    ("statuses", "after"),
    [
        (["error"], ["queued"]),
        (["error", "error"], ["error", "queued"]),
        (["error", "queued"], ["error", "queued"]),
        (["error", "processing"], ["error", "processing"]),
        (["completed"], ["completed"]),
        (["cancelled"], ["cancelled"]),
        ([], []),
    ],
)
def test_a_failed_archive_is_requeued_unless_another_is_made(demo: Demo, statuses: list[str], after: list[str]) -> None:
    workorder = some_codes(demo.staff, "abc00001")
    for number, status in enumerate(statuses):
        an_archive_job(workorder, status, parameters={"number": number})
    jobs.requeue_archive(workorder)
    assert [job.status for job in workorder.jobs.order_by("pk")] == after


def test_archives_that_an_outage_ended_are_requeued_after_a_rest(demo: Demo) -> None:
    now = timezone.now()

    def failed(reference: str, state: str, ended: timedelta, *, outage: bool) -> Job:
        workorder = some_codes(demo.staff, f"{reference}-0001")
        Workorder.objects.filter(pk=workorder.pk).update(state=state)
        since = now - ended - timedelta(days=1) if outage else None
        job = an_archive_job(workorder, "error", outage_since=since)
        Job.objects.filter(pk=job.pk).update(status_updated_at=now - ended)
        return job

    rested = failed("rested", "new", jobs.REST + timedelta(minutes=1), outage=True)
    recent = failed("recent", "new", jobs.REST - timedelta(minutes=1), outage=True)
    broken = failed("broken", "new", timedelta(days=2), outage=False)
    whole = failed("whole", "completed", timedelta(days=2), outage=True)
    jobs.requeue_failed_archives()
    assert [status_of(job) for job in (rested, recent, broken, whole)] == ["queued", "error", "error", "error"]


def test_a_cancelled_minting_cancels_its_workorder_and_frees_the_prefix(demo: Demo) -> None:
    job = minting(demo, PREFIX)
    assert UrlPrefix.objects.filter(prefix="codes.example/").exists()
    assert jobs.cancel(job, demo.admin) is True
    job.workorder.refresh_from_db()
    assert (status_of(job), job.workorder.state) == ("cancelled", "cancelled")
    assert not UrlPrefix.objects.filter(prefix="codes.example/").exists()
    assert jobs.cancel(job, demo.admin) is False


def test_a_prefix_that_another_workorder_needs_stays(demo: Demo) -> None:
    job = minting(demo, PREFIX)
    a_secure_order(demo, url_prefix=PREFIX)
    jobs.cancel(job, demo.admin)
    assert UrlPrefix.objects.filter(prefix="codes.example/").exists()


def test_other_jobs_leave_their_workorder_as_it_is(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "abc00001")
    job = an_archive_job(workorder, "queued")
    assert jobs.cancel(job, demo.admin) is True
    workorder.refresh_from_db()
    assert workorder.state == "completed"


def test_a_minting_is_cancelled_by_its_workorder(demo: Demo) -> None:
    workorder = minting(demo).workorder
    assert jobs.cancel_minting(workorder, demo.admin) is True
    assert workorder.state == "cancelled"
    assert jobs.cancel_minting(workorder, demo.admin) is False
    assert jobs.cancel_minting(some_codes(demo.staff, "abc00001"), demo.admin) is False


@pytest.mark.parametrize("status", ["queued", "processing", "completed"])
def test_a_job_that_lasts_is_not_begun_twice(demo: Demo, status: str) -> None:
    workorder = some_codes(demo.staff, "abc00001")
    first = jobs.start(workorder, Job.What.IMAGES, {"a": 1}, demo.staff)
    Job.objects.filter(pk=first.pk).update(status=status)
    assert jobs.start(workorder, Job.What.IMAGES, {"a": 1}, demo.admin) == first
    assert jobs.start(workorder, Job.What.IMAGES, {"a": 2}, demo.staff) != first
    assert jobs.start(workorder, Job.What.ARCHIVE, {"a": 1}, demo.staff) != first
