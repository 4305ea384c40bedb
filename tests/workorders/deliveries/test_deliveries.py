"""Secure codes are handed out under watch: each download noted, some only once, none to anybody else."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from portal.background.pulse import Pulse
from portal.models import Event, User
from portal.storage.base import storage
from portal.timeline import events_of
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.printing import of_company, prepared, ready
from tests.support.running import DEADLINE, ended, in_thread, wait_for, waiting_for_locks, worker
from tests.support.tables import rewriting
from tests.support.tokens import client_of
from workorders import job_runner
from workorders.deliveries import services as deliveries
from workorders.deliveries.delivery import delivery_name
from workorders.models import Job, Workorder
from workorders.secure import workflow

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ADDRESS = "198.51.100.23"


def fetched(user: User, workorder: Workorder, job: Job, method: str = "post", **headers: str) -> Any:
    """What the page's download answers, read to its end."""
    client = as_(user)
    path = f"/workorders/{workorder.pk}/secure-codes/{job.pk}/"
    answer = getattr(client, method)(path, headers=headers, REMOTE_ADDR=ADDRESS)
    if answer.streaming:
        answer.body = b"".join(answer.streaming_content)
    answer.close()
    return answer


def downloads(workorder: Workorder) -> list[tuple[User | None, str | None, dict[str, Any]]]:
    """Who downloaded what from where, as the timeline has it."""
    noted = events_of(workorder).filter(what="downloaded")
    return [(event.by, event.address, event.detail) for event in noted]


def size_of(job: Job) -> int:
    return storage().size(delivery_name(job))


def test_each_download_is_noted_with_person_time_and_address(committed_demo: Demo) -> None:
    workorder = ready(committed_demo)
    job = prepared(committed_demo, workorder)
    answer = fetched(committed_demo.printer, workorder, job)
    assert (answer.status_code, len(answer.body)) == (200, size_of(job))
    assert answer["Content-Disposition"] == 'attachment; filename="secure-secure-tiff.zip"'
    assert answer["Cache-Control"] == "no-store"
    fetched(committed_demo.printer, workorder, job, range="bytes=100-199")
    detail = {"delivery": job.pk, "format": "tiff"}
    assert downloads(workorder) == [
        (committed_demo.printer, ADDRESS, {**detail, "resumed": False, "until": size_of(job)}),
        (committed_demo.printer, ADDRESS, {**detail, "resumed": True, "until": 200}),
    ]
    assert all(timezone.now() - event.at < timedelta(minutes=1) for event in events_of(workorder))
    page = seen(committed_demo.staff, f"/workorders/{workorder.pk}/")
    assert ADDRESS in page
    assert f"Secure codes as TIFF downloaded</strong> by printer@printco.example from {ADDRESS}" in page
    assert "Secure codes as TIFF downloaded, resumed</strong>" in page


def test_what_brings_nothing_is_not_noted(committed_demo: Demo) -> None:
    workorder = ready(committed_demo)
    job = prepared(committed_demo, workorder)
    assert fetched(committed_demo.printer, workorder, job, "head").status_code == 200
    assert fetched(committed_demo.printer, workorder, job, range=f"bytes={size_of(job)}-").status_code == 416
    assert downloads(workorder) == []


def test_an_address_behind_proxies_is_the_one_they_tell(committed_demo: Demo, settings: Settings) -> None:
    workorder = ready(committed_demo)
    job = prepared(committed_demo, workorder)
    settings.NUM_PROXIES = 1
    for said, expected in (
        ("10.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("nonsense", None),
        ("2001:db8::1", "2001:db8::1"),
    ):
        fetched(committed_demo.printer, workorder, job, **{"x-forwarded-for": said})
        assert downloads(workorder)[-1][1] == expected


@pytest.mark.parametrize("kind", ["download", "serial-numbers"])
def test_plain_archives_of_secure_codes_are_noted_too(committed_demo: Demo, kind: str) -> None:
    workorder = ready(committed_demo)
    for client in (as_(committed_demo.staff), client_of(committed_demo.staff)):
        path = f"/workorders/{workorder.pk}/{kind}/"
        answer = client.get(path if client.cookies else f"/api/v2{path}", REMOTE_ADDR=ADDRESS)
        assert answer.status_code == 200
        b"".join(answer)
    archive = {"download": "archive"}.get(kind, kind)
    assert downloads(workorder) == [(committed_demo.staff, ADDRESS, {"archive": archive, "resumed": False})] * 2
    assert ADDRESS in seen(committed_demo.admin, f"/workorders/{workorder.pk}/")
    assert ADDRESS not in seen(committed_demo.printer, f"/workorders/{workorder.pk}/")


def test_a_delivery_is_for_the_person_it_was_prepared_for(committed_demo: Demo) -> None:
    workorder = ready(committed_demo)
    job = prepared(committed_demo, workorder)
    colleague = of_company(committed_demo, "printco", "printer")
    assert fetched(colleague, workorder, job).status_code == 404
    assert "Download" not in seen(colleague, f"/workorders/{workorder.pk}/secure-codes/")
    assert "Download" in seen(committed_demo.printer, f"/workorders/{workorder.pk}/secure-codes/")
    answer = client_of(colleague).get(f"/api/v2/workorders/{workorder.pk}/secure-codes/?images=tiff")
    assert answer.status_code == 202
    own = workorder.jobs.get(what="secure", created_by=colleague)
    assert own.pk != job.pk
    assert downloads(workorder) == []


def test_secure_codes_are_fetched_by_the_api(committed_demo: Demo) -> None:
    workorder = ready(committed_demo)
    client = client_of(committed_demo.printer, "workorder_print")
    address = f"/api/v2/workorders/{workorder.pk}/secure-codes/"
    assert client.get(address).json() == {"images": ["This field is required."]}
    assert client.get(address, {"images": "tif"}).json() == {
        "images": ['"tif" is not a valid choice. It must be one of `tiff`, `png` and `pdf`. The nearest is `tiff`.']
    }
    waiting = client.get(address, {"images": "png"}, REMOTE_ADDR=ADDRESS)
    assert (waiting.status_code, waiting["Retry-After"]) == (202, "1")
    job = workorder.jobs.get(what="secure")
    assert job.parameters == {"format": "png", "codes": 5, "person": committed_demo.printer.pk, "address": ADDRESS}
    job_runner.run(job.pk)
    answer = client.get(address, {"images": "png"}, REMOTE_ADDR="203.0.113.4")
    assert (answer.status_code, len(answer.getvalue())) == (200, size_of(job))
    assert downloads(workorder)[0][1] == "203.0.113.4"


# Once


def test_a_download_that_is_the_only_one_begins_once_and_can_be_resumed(committed_demo: Demo) -> None:
    workorder = ready(committed_demo, download_once=True)
    job, other = prepared(committed_demo, workorder), prepared(committed_demo, workorder, "png")
    colleague = of_company(committed_demo, "printco", "printer")
    theirs = deliveries.prepare_delivery(workorder, "tiff", colleague, ADDRESS)
    job_runner.run(theirs.pk)
    printer = committed_demo.printer
    assert "can be downloaded <strong>once</strong>" in seen(printer, f"/workorders/{workorder.pk}/secure-codes/")
    first = fetched(printer, workorder, job, range="bytes=0-99")
    assert (first.status_code, len(first.body)) == (206, 100)
    rest = fetched(printer, workorder, job, range="bytes=100-", **{"if-range": first["ETag"]})
    assert (rest.status_code, len(rest.body)) == (206, size_of(job) - 100)
    refused = [
        fetched(printer, workorder, job),
        fetched(printer, workorder, job, range="bytes=0-"),
        fetched(printer, workorder, job, range="bytes=100-", **{"if-range": '"another"'}),
        fetched(printer, workorder, other),
        fetched(printer, workorder, other, range="bytes=100-"),
        fetched(colleague, workorder, theirs),
        fetched(colleague, workorder, theirs, range="bytes=100-"),
    ]
    assert [answer.status_code for answer in refused] == [302] * 7
    assert len(downloads(workorder)) == 2
    page = seen(printer, f"/workorders/{workorder.pk}/secure-codes/")
    assert "can be downloaded once, and printer@printco.example did at" in page
    assert "Download</button>" not in page
    api = client_of(printer).get(f"/api/v2/workorders/{workorder.pk}/secure-codes/?images=tiff")
    assert api.status_code == 400
    assert "Demo Brands can allow one more" in api.json()["detail"]


def test_no_byte_of_the_only_download_is_sent_twice(committed_demo: Demo) -> None:
    workorder = ready(committed_demo, download_once=True)
    job, printer = prepared(committed_demo, workorder), committed_demo.printer
    assert fetched(printer, workorder, job, range="bytes=0-99").status_code == 206
    for again in ("bytes=1-", "bytes=99-", "bytes=1-50"):
        assert fetched(printer, workorder, job, "get", range=again).status_code == 302, again
    assert fetched(printer, workorder, job, "get", range="bytes=100-149").status_code == 206
    assert fetched(printer, workorder, job, "get", range="bytes=100-").status_code == 302
    assert fetched(printer, workorder, job, "get", range="bytes=150-").status_code == 206
    for again in ("bytes=1-", "bytes=150-", "bytes=-1"):
        assert fetched(printer, workorder, job, "get", range=again).status_code == 302, again
    assert [detail["until"] for _by, _address, detail in downloads(workorder)] == [100, 150, size_of(job)]


def test_a_whole_download_leaves_nothing_to_resume(committed_demo: Demo) -> None:
    workorder = ready(committed_demo, download_once=True)
    job = prepared(committed_demo, workorder)
    assert fetched(committed_demo.printer, workorder, job).status_code == 200
    assert fetched(committed_demo.printer, workorder, job, "get", range="bytes=1-").status_code == 302
    api = client_of(committed_demo.printer)
    path = f"/api/v2/workorders/{workorder.pk}/secure-codes/?images=tiff"
    assert api.get(path, headers={"Range": "bytes=1-"}).status_code == 400
    assert len(downloads(workorder)) == 1


def test_the_only_download_of_a_page_begins_with_a_button(committed_demo: Demo) -> None:
    workorder = ready(committed_demo, download_once=True)
    job = prepared(committed_demo, workorder)
    page = seen(committed_demo.printer, f"/workorders/{workorder.pk}/secure-codes/")
    path = f"/workorders/{workorder.pk}/secure-codes/{job.pk}/"
    assert f'<form method="post" action="{path}">' in page
    assert f'href="{path}"' not in page
    assert fetched(committed_demo.printer, workorder, job, "get").status_code == 302
    assert downloads(workorder) == []
    assert fetched(committed_demo.printer, workorder, job).status_code == 200


def test_the_time_to_resume_ends(committed_demo: Demo) -> None:
    workorder = ready(committed_demo, download_once=True)
    job = prepared(committed_demo, workorder)
    fetched(committed_demo.printer, workorder, job, range="bytes=0-9")
    for age, status in ((59, 206), (61, 302)):
        began = timezone.now() - timedelta(minutes=age)
        with rewriting():
            Event.objects.filter(pk=events_of(workorder).filter(what="downloaded")[0].pk).update(at=began)
        assert fetched(committed_demo.printer, workorder, job, range="bytes=10-").status_code == status


def test_the_brand_owner_can_allow_one_more(committed_demo: Demo) -> None:
    workorder = ready(committed_demo, download_once=True)
    job = prepared(committed_demo, workorder)
    address, owner = f"/workorders/{workorder.pk}/", as_(committed_demo.staff)
    assert "Allow one more download" not in seen(committed_demo.staff, address)
    said = owner.post(f"{address}allow-download/", follow=True).content.decode()
    assert "there was nothing to allow" in said
    assert fetched(committed_demo.printer, workorder, job).status_code == 200
    assert fetched(committed_demo.printer, workorder, job).status_code == 302
    assert "Allow one more download" in seen(committed_demo.staff, address)
    owner.post(f"{address}allow-download/")
    assert "Allow one more download" not in seen(committed_demo.staff, address)
    assert fetched(committed_demo.printer, workorder, job).status_code == 200
    assert fetched(committed_demo.printer, workorder, job).status_code == 302
    assert events_of(workorder).filter(what="download_allowed").count() == 1


def test_of_many_who_download_at_once_exactly_one_does(committed_demo: Demo) -> None:
    workorder = ready(committed_demo, download_once=True)
    job = prepared(committed_demo, workorder)
    statuses: list[int] = []

    def fetch(pk: int) -> None:
        statuses.append(fetched(committed_demo.printer, workorder, job).status_code)

    threads = [Thread(target=in_thread, args=(fetch, job.pk)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert sorted(statuses) == [200, 302, 302, 302]
    assert len(downloads(workorder)) == 1


@pytest.mark.parametrize("state", ["printed", "completed", "cancelled"])
def test_nothing_is_handed_out_after_the_printing(committed_demo: Demo, state: str) -> None:
    workorder = ready(committed_demo)
    job = prepared(committed_demo, workorder)
    if state == "cancelled":
        workflow.cancel(workorder, committed_demo.admin)
    else:
        workflow.mark_printed(workorder, committed_demo.printer, 5, 0)
    if state == "completed":
        workflow.complete(workorder, committed_demo.staff)
    assert fetched(committed_demo.printer, workorder, job).status_code == 302
    page = seen(committed_demo.printer, f"/workorders/{workorder.pk}/secure-codes/")
    assert f"This workorder is {state}; secure codes are handed out while it is ready to print." in page
    assert "Generate</button>" not in page
    assert downloads(workorder) == []


def test_an_archive_that_is_gone_is_made_again(committed_demo: Demo) -> None:
    workorder = ready(committed_demo)
    job = prepared(committed_demo, workorder)
    storage().delete(delivery_name(job))
    assert fetched(committed_demo.printer, workorder, job).status_code == 302
    assert downloads(workorder) == []
    as_(committed_demo.printer).post(f"/workorders/{workorder.pk}/secure-codes/", {"images": "tiff"})
    job_runner.run(job.pk)
    assert fetched(committed_demo.printer, workorder, job).status_code == 200


def test_the_page_shows_progress_and_cancels(committed_demo: Demo) -> None:
    workorder = ready(committed_demo)
    address = f"/workorders/{workorder.pk}/secure-codes/"
    client = as_(committed_demo.printer)
    assert "Choose a kind of images." in client.post(address, {"images": "gif"}).content.decode()
    assert client.post(address, {"images": "pdf"})["Location"] == address
    job = workorder.jobs.get(what="secure")
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Waiting for a worker" in part
    assert 'hx-trigger="every 1s"' in part
    assert "<html" not in part
    assert "can be generated again" in client.post(f"{address}{job.pk}/cancel/", follow=True).content.decode()
    assert "nothing to cancel" in client.post(f"{address}{job.pk}/cancel/", follow=True).content.decode()
    assert "hx-trigger" not in client.get(address, headers={"HX-Request": "true"}).content.decode()
    Job.objects.filter(pk=job.pk).update(status="error", status_updated_at=timezone.now())
    assert "Codeport could not make these secure codes" in client.post(address, {"images": "pdf"}).content.decode()


def test_a_cancelled_workorder_is_not_drawn_any_further(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    demo = committed_demo
    workorder, enter = ready(demo), Pulse.enter

    def cancelled_meanwhile(pulse: Pulse, phase: str, total: int | None) -> None:
        enter(pulse, phase, total)
        workflow.cancel(workorder, demo.admin)

    waiting = deliveries.prepare_delivery(workorder, "pdf", of_company(demo, "printco", "printer"), ADDRESS)
    monkeypatch.setattr(Pulse, "enter", cancelled_meanwhile)
    drawn = prepared(demo, workorder)
    waiting.refresh_from_db()
    assert [drawn.status, waiting.status] == ["cancelled", "cancelled"]
    assert not storage().exists(delivery_name(drawn))
    assert not events_of(workorder).filter(what="generated").exists()


@pytest.mark.parametrize("end", ["completed", "cancelled"])
def test_nothing_is_kept_of_secure_codes_that_nobody_can_fetch_any_more(committed_demo: Demo, end: str) -> None:
    demo = committed_demo
    workorder = ready(demo)
    name = delivery_name(prepared(demo, workorder))
    workflow.mark_printed(workorder, demo.printer, 5, 0)
    workflow.reject(workorder, demo.staff, "Smeared.")
    workflow.mark_printed(workorder, demo.printer, 5, 1)
    assert storage().exists(name)
    with worker():
        if end == "completed":
            workflow.complete(workorder, demo.staff)
        else:
            workflow.cancel(workorder, demo.admin)
        wait_for(lambda: not storage().exists(name), "it is discarded")
    assert workorder.jobs.get(what="secure").status == "completed"


def test_who_asks_while_the_workorder_is_cancelled_is_refused(committed_demo: Demo) -> None:
    workorder, said = ready(committed_demo), []

    def ask(pk: int) -> None:
        try:
            deliveries.prepare_delivery(workorder, "tiff", committed_demo.printer, ADDRESS)
        except deliveries.NotNow as reason:
            said.append(str(reason))

    asking = Thread(target=in_thread, args=(ask, workorder.pk))
    with transaction.atomic():
        workflow.cancel(Workorder.objects.get(pk=workorder.pk), committed_demo.admin)
        asking.start()
        wait_for(lambda: waiting_for_locks() == 1, "it waits to hear whether that is committed")
    ended([asking])
    assert said == ["This workorder is cancelled; secure codes are handed out while it is ready to print."]
    assert not workorder.jobs.filter(what="secure").exists()


def test_nothing_can_be_generated_before_there_are_codes(committed_demo: Demo) -> None:
    workorder = ready(committed_demo)
    Workorder.objects.filter(pk=workorder.pk).update(uploaded_quantity=0)
    page = seen(committed_demo.printer, f"/workorders/{workorder.pk}/secure-codes/")
    assert "This workorder has no codes yet." in page


def test_secure_codes_come_through_the_portal_where_files_are_in_a_bucket(
    bucket: S3Client, committed_demo: Demo
) -> None:
    workorder = ready(committed_demo, download_once=True)
    job = prepared(committed_demo, workorder)
    first = fetched(committed_demo.printer, workorder, job, range="bytes=0-99")
    rest = fetched(committed_demo.printer, workorder, job, range="bytes=100-", **{"if-range": first["ETag"]})
    assert (first.status_code, rest.status_code) == (206, 206)
    assert zipfile.ZipFile(io.BytesIO(first.body + rest.body)).testzip() is None
    assert fetched(committed_demo.printer, workorder, job).status_code == 302
    assert [detail["resumed"] for _by, _address, detail in downloads(workorder)] == [False, True]
