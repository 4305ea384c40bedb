"""When secure codes can be prepared and downloaded, and when not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from portal.storage.base import storage
from portal.timeline import events_of, note
from tests.support.demo import Demo
from tests.support.printing import ADDRESS, of_company
from tests.support.secure import a_secure_order, brought_to
from workorders.archives.images import JustFailed
from workorders.deliveries.delivery import Delivery, delete_deliveries, delivery_name, is_stored
from workorders.deliveries.services import (
    NotNow,
    allow_download,
    deliveries_for,
    delivery_refusal,
    download_refusal,
    first_download,
    prepare_delivery,
)
from workorders.models import Job, Workorder


def ready(demo: Demo, **order: object) -> Workorder:
    """A workorder that is ready to print, and counts three codes."""
    workorder = brought_to(a_secure_order(demo, **order), "ready_to_print", demo)  # type: ignore[arg-type]  # fields of an order
    Workorder.objects.filter(pk=workorder.pk).update(uploaded_quantity=3)
    workorder.refresh_from_db()
    return workorder


def downloaded(workorder: Workorder, demo: Demo) -> None:
    note(workorder, "downloaded", demo.printer, address=ADDRESS, delivery=1, format="tiff", until=10, resumed=False)


def completed(job: Job, *, stored: bool) -> Job:
    """The job, done, with its archive in the storage or without."""
    Job.objects.filter(pk=job.pk).update(status="completed")
    if stored:
        storage().save(delivery_name(job), ContentFile(b"zip"))
    job.refresh_from_db()
    return job


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("new", "Confirm equipment and substrate first: secure codes are drawn for the resolution of the equipment."),
        ("ready_to_print", "This workorder has no codes yet. They can be generated once the brand owner has uploaded"),
        ("printed", "This workorder is printed; secure codes are handed out while it is ready to print."),
        ("completed", "This workorder is completed; secure codes are handed out while it is ready to print."),
        ("cancelled", "This workorder is cancelled; secure codes are handed out while it is ready to print."),
    ],
)
def test_nothing_is_prepared_before_or_after_its_time(demo: Demo, state: str, reason: str) -> None:
    workorder = brought_to(a_secure_order(demo), state, demo)
    assert delivery_refusal(workorder).startswith(reason)
    with pytest.raises(NotNow, match=reason):
        prepare_delivery(workorder, "tiff", demo.printer, ADDRESS)
    assert not workorder.jobs.filter(what="secure").exists()


def test_a_delivery_is_of_the_codes_there_are_now_for_one_person(demo: Demo) -> None:
    workorder = ready(demo)
    assert delivery_refusal(workorder) == ""
    job = prepare_delivery(workorder, "tiff", demo.printer, None)
    assert (job.status, job.created_by) == ("queued", demo.printer)
    assert Delivery.of(job) == Delivery("tiff", 3, demo.printer.pk, "")
    assert prepare_delivery(workorder, "tiff", demo.printer, ADDRESS) == job
    assert prepare_delivery(workorder, "png", demo.printer, ADDRESS) != job
    colleague = of_company(demo, "printco", "printer")
    assert prepare_delivery(workorder, "tiff", colleague, ADDRESS) != job
    Workorder.objects.filter(pk=workorder.pk).update(uploaded_quantity=4)
    assert prepare_delivery(workorder, "tiff", demo.printer, ADDRESS) != job
    assert len(deliveries_for(workorder, demo.printer)) == 3
    assert len(deliveries_for(workorder, colleague)) == 1


def test_what_is_stored_is_given_again_and_what_is_gone_is_made_again(demo: Demo) -> None:
    workorder = ready(demo)
    job = completed(prepare_delivery(workorder, "tiff", demo.printer, ADDRESS), stored=True)
    assert is_stored(job)
    again = prepare_delivery(workorder, "tiff", demo.printer, ADDRESS)
    assert (again, again.status) == (job, "completed")
    delete_deliveries(workorder.pk)
    assert not is_stored(job)
    again = prepare_delivery(workorder, "tiff", demo.printer, ADDRESS)
    assert (again, again.status) == (job, "queued")


def test_deliveries_of_others_stay_when_some_are_deleted(demo: Demo) -> None:
    first, second = ready(demo, reference="First"), ready(demo, reference="Second")
    kept = completed(prepare_delivery(second, "tiff", demo.printer, ADDRESS), stored=True)
    completed(prepare_delivery(first, "tiff", demo.printer, ADDRESS), stored=True)
    delete_deliveries(first.pk)
    assert is_stored(kept)
    delete_deliveries(second.pk)


def test_what_failed_a_moment_ago_is_not_begun_again(demo: Demo) -> None:
    workorder = ready(demo)
    job = prepare_delivery(workorder, "tiff", demo.printer, ADDRESS)
    now = timezone.now()
    Job.objects.filter(pk=job.pk).update(status="error", status_updated_at=now - timedelta(seconds=50))
    with pytest.raises(JustFailed, match="Codeport could not make these secure codes"):
        prepare_delivery(workorder, "tiff", demo.printer, ADDRESS)
    assert prepare_delivery(workorder, "png", demo.printer, ADDRESS).status == "queued"
    Job.objects.filter(pk=job.pk).update(status_updated_at=now - timedelta(seconds=70))
    again = prepare_delivery(workorder, "tiff", demo.printer, ADDRESS)
    assert (again.status, again != job) == ("queued", True)


def test_a_single_download_is_spent_by_the_first(demo: Demo) -> None:
    workorder = ready(demo, download_once=True)
    assert (download_refusal(workorder), first_download(workorder)) == ("", None)
    downloaded(workorder, demo)
    first = first_download(workorder)
    assert first is not None
    assert download_refusal(workorder) == (
        "The secure codes of this workorder can be downloaded once, and printer@printco.example did at"
        f" {first.at:%Y-%m-%d %H:%M} UTC. If that download broke off, Demo Brands can allow one more."
    )
    with pytest.raises(NotNow, match="can be downloaded once"):
        prepare_delivery(workorder, "tiff", demo.printer, ADDRESS)


def test_downloads_are_counted_only_where_one_is_allowed(demo: Demo) -> None:
    workorder = ready(demo)
    downloaded(workorder, demo)
    assert download_refusal(workorder) == ""
    assert allow_download(workorder, demo.staff) is False


def test_one_more_is_allowed_once_for_each_that_was_spent(demo: Demo) -> None:
    workorder = ready(demo, download_once=True)
    assert allow_download(workorder, demo.staff) is False
    downloaded(workorder, demo)
    assert allow_download(workorder, demo.staff) is True
    assert download_refusal(workorder) == ""
    assert allow_download(workorder, demo.staff) is False
    downloaded(workorder, demo)
    assert download_refusal(workorder) != ""
    assert allow_download(workorder, demo.staff) is True
    assert events_of(workorder).filter(what="download_allowed").count() == 2


def test_downloads_of_the_plain_archive_do_not_count(demo: Demo) -> None:
    workorder = ready(demo, download_once=True)
    note(workorder, "downloaded", demo.staff, address=ADDRESS, archive="archive", resumed=False)
    assert (download_refusal(workorder), first_download(workorder)) == ("", None)
