"""Archives go when they have been kept for ARCHIVE_DAYS, and are made again for whoever asks for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from django.db import connection
from django.utils import timezone

from portal import timeline
from portal.storage.base import storage
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.outages import make_stuck
from tests.support.pages import as_, seen
from tests.support.tables import rewriting
from workorders import job_runner, jobs, tasks
from workorders.archives import kept
from workorders.archives.builder import build_archive
from workorders.archives.images import request_images
from workorders.archives.names import archive_name, folder_of
from workorders.archives.serializers import parse_look
from workorders.models import Job, Workorder


@pytest.fixture(autouse=True)
def thirty_days(settings: Any) -> None:
    settings.ARCHIVE_DAYS = 30


def of_age(demo: Demo, days: int, first: str = "aaa00001") -> Workorder:
    """A completed workorder whose archive was stored so many days ago."""
    workorder = some_codes(demo.staff, first)
    build_archive(workorder, "archive")
    return aged(workorder, days)


def aged(workorder: Workorder, days: int) -> Workorder:
    Workorder.objects.filter(pk=workorder.pk).update(files_at=timezone.now() - timedelta(days))
    workorder.refresh_from_db()
    return workorder


def files(workorder: Workorder) -> list[str]:
    return [name for name, _written in storage().listed(folder_of(workorder))]


def test_what_is_older_goes_and_the_rest_stays(committed_demo: Demo) -> None:
    old, young = of_age(committed_demo, 31), of_age(committed_demo, 29, "bbb00001")
    tasks.archives_again()
    assert (files(old), files(young)) == ([], [archive_name(young, "archive")])
    old.refresh_from_db()
    assert old.files_at is None
    assert kept.delete_old_archives() == 0


def test_an_archive_that_cannot_be_deleted_keeps_no_other(committed_demo: Demo) -> None:
    stuck, after = of_age(committed_demo, 32), of_age(committed_demo, 31, "bbb00001")
    make_stuck(archive_name(stuck, "archive"))
    tasks.archives_again()
    stuck.refresh_from_db()
    assert (stuck.files_at is None, files(after)) == (False, [])


def test_an_archive_that_is_gone_is_made_again_alike_and_kept_as_long(committed_demo: Demo) -> None:
    workorder = of_age(committed_demo, 31)
    with storage().open(archive_name(workorder, "archive")) as file:
        before = file.read()
    assert kept.delete_old_archives() == 1
    answer = as_(committed_demo.staff).get(f"/workorders/{workorder.pk}/download/")
    assert (answer.status_code, b"".join(cast(Any, answer).streaming_content)) == (200, before)
    workorder.refresh_from_db()
    assert workorder.files_at is not None
    assert timezone.now() - workorder.files_at < timedelta(minutes=1)
    assert kept.delete_old_archives() == 0


def test_nothing_goes_with_0_days(committed_demo: Demo, settings: Any) -> None:
    settings.ARCHIVE_DAYS = 0
    workorder = of_age(committed_demo, 30_000)
    assert kept.delete_old_archives() == 0
    assert (len(files(workorder)), kept.files_kept_until(workorder)) == (1, None)


def test_files_that_work_under_way_may_need_stay(committed_demo: Demo) -> None:
    workorder = of_age(committed_demo, 31)
    job = jobs.start(workorder, Job.What.IMAGES, {"any": 1}, committed_demo.staff)
    assert kept.delete_old_archives() == 0
    jobs.cancel(job, committed_demo.staff)
    assert kept.delete_old_archives() == 1


def test_secure_codes_whose_download_may_be_resumed_stay(committed_demo: Demo) -> None:
    workorder = of_age(committed_demo, 31)
    line = timeline.note(workorder, "downloaded", committed_demo.printer, delivery=1)
    assert kept.delete_old_archives() == 0
    with rewriting():
        type(line).objects.filter(pk=line.pk).update(at=timezone.now() - timedelta(days=1, minutes=1))
    assert kept.delete_old_archives() == 1


def test_a_sweep_ends_and_the_next_goes_on_with_what_is_older_first(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_WORKORDERS", 1)
    younger, older = of_age(committed_demo, 40), of_age(committed_demo, 50, "bbb00001")
    assert kept.delete_old_archives() == 1
    assert (len(files(younger)), files(older)) == (1, [])
    assert kept.delete_old_archives() == 1


def test_images_that_are_gone_are_made_again(committed_demo: Demo) -> None:
    workorder, staff = some_codes(committed_demo.staff, "aaa00001"), committed_demo.staff
    look = parse_look({"images": "svg"}, workorder)
    name, job = request_images(workorder, look, staff)
    assert job is not None
    job_runner.run(job.pk)
    Workorder.objects.filter(pk=workorder.pk).update(files_at=datetime(2027, 2, 1, 12, tzinfo=UTC))
    said = "Kept until 3 March 2027; whoever downloads them later has them made again."
    pages = (f"/workorders/{workorder.pk}/images/", f"/workorders/{workorder.pk}/")
    assert [said in seen(staff, page) for page in pages] == [True, True]
    aged(workorder, 31)
    assert kept.delete_old_archives() == 1
    assert ["Kept until" in seen(staff, page) for page in pages] == [False, False]
    answer = as_(staff).get(f"/workorders/{workorder.pk}/images/{job.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/workorders/{workorder.pk}/images/")
    job_runner.run(job.pk)
    assert storage().exists(name)


def test_what_is_old_is_found_by_an_index(demo: Demo) -> None:
    old = Workorder.objects.filter(files_at__lt=timezone.now()).order_by("files_at")[:500]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "workorder_kept" in old.explain()
