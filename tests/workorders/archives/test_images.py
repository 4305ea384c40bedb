"""An archive with an image of every code: ordered, drawn in the background, read back, and downloaded."""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
from datetime import timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import pypdfium2
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from portal.background.leases import ClaimLost
from portal.background.pulse import Pulse
from portal.storage.base import storage
from portal.storage.disk import EmbeddedStorage
from tests.support.demo import Demo
from tests.support.images import drawn, names_of, url_of
from tests.support.tokens import client_of
from tests.support.uploads import ingested
from workorders import job_runner
from workorders.models import Job, Workorder
from workorders.rendering import batch
from workorders.rendering.qr_encoder import encode
from workorders.rendering.readback import page_pixels, png_pixels, read_symbols, svg_pixels

PREFIX = "http://127.0.0.1:8000/c/demo/"


def workorder_of(demo: Demo, count: int = 25, **parameters: Any) -> Workorder:
    """A workorder with so many codes."""
    rows = "".join(f"bottle-{number:06d}\n" for number in range(count))
    workorder = ingested(demo.staff, f"id\n{rows}", **parameters).workorder
    assert workorder is not None
    return workorder


def urls(archive: zipfile.ZipFile) -> dict[str, str]:
    """Each id and its URL, in the order of `codes.csv`."""
    rows = csv.DictReader(io.TextIOWrapper(archive.open("codes.csv"), newline=""))
    return {row["extended_id"]: row["url"] for row in rows}


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_every_image_reads_back_as_the_url_of_its_code(committed_demo: Demo, kind: str) -> None:
    archive = drawn(committed_demo, workorder_of(committed_demo), images=kind)
    codes = urls(archive)
    assert len(codes) == 25
    pixels = svg_pixels if kind == "svg" else png_pixels
    found = {
        name: read_symbols(pixels(archive.read(name))) for name in archive.namelist() if name.startswith("images/")
    }
    assert found == {f"images/{identifier}.{kind}": [url] for identifier, url in codes.items()}


def test_a_pdf_has_a_page_for_each_code_in_order(committed_demo: Demo) -> None:
    archive = drawn(
        committed_demo, workorder_of(committed_demo), images="pdf", label_width=40, label_height=50, with_id=1
    )
    document = pypdfium2.PdfDocument(archive.read("codes.pdf"))
    assert [read_symbols(page_pixels(page)) for page in document] == [[url] for url in urls(archive).values()]
    assert document.get_page_size(0) == pytest.approx((40 / 25.4 * 72, 50 / 25.4 * 72))
    assert document[3].get_textpage().get_text_bounded().strip() == "bottle-000003"


def test_sheets_of_labels_hold_the_codes_row_by_row(committed_demo: Demo) -> None:
    archive = drawn(committed_demo, workorder_of(committed_demo), images="pdf", columns=3, rows=4)
    document = pypdfium2.PdfDocument(archive.read("codes.pdf"))
    found = [sorted(read_symbols(page_pixels(page))) for page in document]
    wanted = list(urls(archive).values())
    assert found == [wanted[0:12], wanted[12:24], wanted[24:]]


def test_the_look_is_the_one_asked_for(committed_demo: Demo) -> None:
    workorder = workorder_of(committed_demo, 2)
    archive = drawn(committed_demo, workorder, images="png", level="H", version=9, quiet_zone=6, module=3)
    image = png_pixels(archive.read("images/bottle-000000.png"))
    assert image.shape == ((53 + 12) * 3, (53 + 12) * 3)
    assert (image[: 6 * 3] == 255).all()
    assert not image[6 * 3, 6 * 3 : (6 + 7) * 3].any()
    style = {"kind": "png", "level": "H", "version": 9, "quiet_zone": 6, "module": 3}
    assert json.loads(archive.read("manifest.json"))["images"] == {"style": style, "sheet": None, "with_id": False}


def test_the_smallest_version_that_fits_every_code_is_taken(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, f"id\nabc12345\n{'x' * 60}\n")
    assert record.workorder is not None
    archive = drawn(committed_demo, record.workorder, images="svg")  # 89 characters: version 6, level M takes 106
    assert json.loads(archive.read("manifest.json"))["images"]["style"]["version"] == 6
    assert b'viewBox="0 0 49 49"' in archive.read("images/abc12345.svg")


def test_the_manifest_has_the_digest_of_every_member(committed_demo: Demo) -> None:
    archive = drawn(committed_demo, workorder_of(committed_demo), images="svg")
    manifest = json.loads(archive.read("manifest.json"))
    digests = {member["name"]: member["sha256"] for member in manifest["members"]}
    assert digests == {
        name: sha256(archive.read(name)).hexdigest() for name in archive.namelist() if name != "manifest.json"
    }
    assert archive.namelist()[:4] == ["codes.csv", "sample_qr.png", "sample_qr.svg", "README.txt"]
    assert archive.namelist()[-1] == "manifest.json"
    assert "images/        the QR code of every code as SVG" in archive.read("README.txt").decode()
    assert archive.testzip() is None


def test_the_same_bytes_come_of_it_twice(committed_demo: Demo) -> None:
    workorder = workorder_of(committed_demo)
    first = drawn(committed_demo, workorder, images="pdf", columns=2, rows=2).fp
    assert first is not None
    storage().delete(next(name for name in names_of(workorder) if "images-pdf" in name))
    client = client_of(committed_demo.staff)
    assert client.get(url_of(workorder, images="pdf", columns=2, rows=2)).status_code == 202  # rebuilt on demand
    job_runner.run(workorder.jobs.get(what="images").pk)
    again = client.get(url_of(workorder, images="pdf", columns=2, rows=2)).getvalue()
    first.seek(0)
    assert first.read() == again


def test_many_codes_are_drawn_in_several_processes_and_stay_in_order(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "ALONE", 100)
    monkeypatch.setattr(batch, "BATCH", 70)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    archive = drawn(committed_demo, workorder_of(committed_demo, 1000), images="png", module=1)
    names = [name for name in archive.namelist() if name.startswith("images/")]
    assert names == [f"images/{identifier}.png" for identifier in urls(archive)]
    for name in names[::97]:
        image = png_pixels(archive.read(name)).repeat(4, axis=0).repeat(4, axis=1)
        assert read_symbols(np.ascontiguousarray(image)) == [PREFIX + name.removeprefix("images/").removesuffix(".png")]


def test_images_that_say_something_else_are_never_published(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "encode", lambda urls, *look: encode([url[:-1] + "X" for url in urls], *look))
    workorder = workorder_of(committed_demo, 3)
    client = client_of(committed_demo.staff)
    for kind in ("svg", "png", "pdf"):
        assert client.get(url_of(workorder, images=kind)).status_code == 202
        job = workorder.jobs.get(parameters__style__kind=kind)
        job_runner.run(job.pk)
        job.refresh_from_db()
        assert job.status == "processing"  # to be tried again when its lease runs out
    assert not [name for name in names_of(workorder) if "images" in name]


def test_a_cancelled_making_ends_at_once_and_leaves_nothing(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "ALONE", 1)
    workorder = workorder_of(committed_demo, 3)
    client = client_of(committed_demo.staff)
    for look in ({"images": "svg"}, {"images": "pdf"}):
        client.get(url_of(workorder, **look))
        job = workorder.jobs.get(what="images", status="queued")

        def tick(pulse: Pulse, rows: int) -> None:
            raise ClaimLost

        monkeypatch.setattr(Pulse, "tick", tick)
        job_runner.run(job.pk)  # comes back, though a COPY and other processes were under way
        job.refresh_from_db()
        assert job.status == "processing"
    assert [path.name for path in settings.SPOOL_DIR.glob("job-*")] == []


def test_an_archive_that_is_cancelled_comes_back_too(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    workorder = workorder_of(committed_demo, 3)

    def tick(pulse: Pulse, rows: int) -> None:
        raise ClaimLost

    monkeypatch.setattr(Pulse, "tick", tick)
    job = workorder.jobs.get(what="archive")
    job_runner.run(job.pk)
    job.refresh_from_db()
    assert (job.status, names_of(workorder)) == ("processing", [])


def test_a_drawing_process_that_ends_is_no_success(committed_demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "ALONE", 1)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    workorder = workorder_of(committed_demo, 3)
    client_of(committed_demo.staff).get(url_of(workorder, images="svg"))
    job_runner.run(workorder.jobs.get(what="images").pk)
    assert not [name for name in names_of(workorder) if "images" in name]


def test_progress_is_answered_until_the_images_are_there(committed_demo: Demo) -> None:
    workorder = workorder_of(committed_demo, 3)
    client = client_of(committed_demo.staff, "workorder_view", "workorder_download")
    answers = [client.get(url_of(workorder, images="svg")) for _ in range(3)]
    assert [(answer.status_code, answer["Retry-After"]) for answer in answers] == [(202, "1")] * 3
    assert answers[0].json() == {"progress": {"phase": "waiting", "rows_done": 0, "rows_total": None}}
    assert workorder.jobs.filter(what="images").count() == 1
    client.get(url_of(workorder, images="svg", level="Q"))
    assert workorder.jobs.filter(what="images").count() == 2


def test_images_that_were_made_while_somebody_asked_for_them_are_not_made_again(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the database stands still between the look into the storage and that at the jobs."""
    workorder = workorder_of(committed_demo, 3)
    client = client_of(committed_demo.staff)
    client.get(url_of(workorder, images="svg"))
    job = workorder.jobs.get(what="images")
    exists = EmbeddedStorage.exists

    def just_before(found: EmbeddedStorage, name: str) -> bool:
        monkeypatch.setattr(EmbeddedStorage, "exists", exists)
        is_there = found.exists(name)
        job_runner.run(job.pk)
        return is_there

    monkeypatch.setattr(EmbeddedStorage, "exists", just_before)
    answer = client.get(url_of(workorder, images="svg"))
    answer.close()
    assert answer.status_code == 200
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("completed", 1)


def test_the_making_can_be_cancelled_and_ordered_again(committed_demo: Demo) -> None:
    workorder = workorder_of(committed_demo, 3)
    client = client_of(committed_demo.staff)
    assert client.delete(url_of(workorder, images="svg")).status_code == 404
    client.get(url_of(workorder, images="svg"))
    assert client.delete(url_of(workorder, images="svg")).status_code == 204
    assert workorder.jobs.get(what="images").status == "cancelled"
    assert client.delete(url_of(workorder, images="svg")).status_code == 404
    job_runner.run(workorder.jobs.get(what="images").pk)
    assert client.get(url_of(workorder, images="svg")).status_code == 202


def test_a_job_that_failed_is_not_begun_again_by_every_question(committed_demo: Demo) -> None:
    workorder = workorder_of(committed_demo, 3)
    client = client_of(committed_demo.staff)
    client.get(url_of(workorder, images="svg"))
    Job.objects.filter(what="images").update(status="error", status_updated_at=timezone.now())
    answer = client.get(url_of(workorder, images="svg"))
    assert (answer.status_code, answer["Retry-After"]) == (409, "60")
    assert answer.json()["detail"].startswith("Codeport could not make these images.")
    Job.objects.filter(what="images").update(status_updated_at=timezone.now() - timedelta(minutes=2))
    assert client.get(url_of(workorder, images="svg")).status_code == 202


@pytest.mark.parametrize(
    ("look", "field", "says"),
    [
        ({"images": ""}, "images", "This field is required."),
        ({"images": "gif"}, "images", '"gif" is not a valid choice. It must be one of `svg`, `png` and `pdf`.'),
        (
            {"images": "SVG"},
            "images",
            '"SVG" is not a valid choice. It must be one of `svg`, `png` and `pdf`. The nearest is `svg`.',
        ),
        (
            {"images": "svg", "level": "X"},
            "level",
            '"X" is not a valid choice. It must be one of `L`, `M`, `Q` and `H`.',
        ),
        ({"images": "svg", "version": 11}, "version", "Ensure this value is less than or equal to 10."),
        (
            {"images": "svg", "version": 2},
            "version",
            "Version 2 at level M takes URLs of up to 26 characters; the longest of this workorder has 42.",
        ),
        ({"images": "svg", "quiet_zone": 3}, "quiet_zone", "Ensure this value is greater than or equal to 4."),
        ({"images": "png", "module": 0}, "module", "Ensure this value is greater than or equal to 1."),
        ({"images": "pdf", "columns": 3}, "rows", "A sheet has both: say how many rows too."),
        ({"images": "svg", "module": 4}, "module", "It says nothing of SVG; leave it out."),
        ({"images": "png", "columns": 4, "rows": 1}, "columns", "It says nothing of PNG; leave it out."),
        ({"images": "svg", "quietzone": 10}, "quietzone", "There is no such parameter; the nearest is `quiet_zone`."),
        ({"level": "Q"}, "images", "This field is required."),
        ({"images": "pdf", "columns": 0, "rows": 1}, "columns", "Ensure this value is greater than or equal to 1."),
        ({"images": "pdf", "label_width": "nan"}, "label_width", "A valid number is required."),
        ({"images": "pdf", "label_width": -1}, "label_width", "A page of -1 mm is not offered: choose 1 to 5080 mm."),
        ({"images": "pdf", "label_width": 5}, "label_width", "A label of 5 by 30 mm leaves"),
        (
            {"images": "pdf", "columns": 3, "rows": 3, "label_width": 90},
            "label_width",
            "The columns of labels need 270 mm, and the page has 210 mm.",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_reason(
    committed_demo: Demo, look: dict[str, Any], field: str, says: str
) -> None:
    workorder = workorder_of(committed_demo, 3)
    answer = client_of(committed_demo.staff).get(url_of(workorder, **look))
    assert answer.status_code == 400
    assert field in answer.json()
    assert says in answer.json()[field][0]
    assert not workorder.jobs.filter(what="images").exists()


def test_a_level_that_no_version_fits_is_refused(committed_demo: Demo) -> None:
    record = ingested(committed_demo.staff, f"id\n{'x' * 100}\n")
    assert record.workorder is not None
    answer = client_of(committed_demo.staff).get(url_of(record.workorder, images="svg", level="H"))
    assert answer.json() == {
        "level": ["129 characters do not fit a QR symbol of level H, which takes at most 119."],
    }


def test_only_those_who_may_download_get_images(committed_demo: Demo) -> None:
    workorder = workorder_of(committed_demo, 3)
    url = url_of(workorder, images="svg")
    assert client_of(committed_demo.staff, "workorder_view").get(url).status_code == 403
    assert client_of(committed_demo.other_staff).get(url).status_code == 404
    page = Client()
    page.force_login(committed_demo.other_staff)
    assert page.get(f"/workorders/{workorder.pk}/images/").status_code == 404
    page.force_login(committed_demo.support)
    assert page.get(f"/workorders/{workorder.pk}/images/").status_code == 403
    assert not workorder.jobs.filter(what="images").exists()


def test_images_are_ordered_and_fetched_on_their_page(committed_demo: Demo) -> None:
    workorder = workorder_of(committed_demo, 3)
    page = Client()
    page.force_login(committed_demo.staff)
    url = f"/workorders/{workorder.pk}/images/"
    refused = page.post(url, {"images": "pdf", "level": "M", "sheet": "65", "version": "10", "quiet_zone": "20"})
    assert "A label of 38.1 by 21.2 mm leaves" in refused.content.decode()
    assert '<option value="65" selected>' in refused.content.decode()
    ordered = page.post(url, {"images": "pdf", "level": "Q", "sheet": "21", "version": "", "with_id": "on"})
    assert (ordered.status_code, ordered["Location"]) == (302, url)
    job = workorder.jobs.get(what="images")
    assert job.parameters["sheet"]["columns"] == 3
    polled = page.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "Waiting for a worker" in polled
    assert "<form id=" not in polled
    job_runner.run(job.pk)
    assert "hx-trigger" not in page.get(url, headers={"HX-Request": "true"}).content.decode()
    answer = page.get(f"{url}{job.pk}/")
    assert answer["Content-Disposition"].endswith('-pdf.zip"')
    assert "codes.pdf" in zipfile.ZipFile(io.BytesIO(answer.getvalue())).namelist()


def test_the_page_cancels_what_is_being_made(committed_demo: Demo) -> None:
    workorder = workorder_of(committed_demo, 3)
    page = Client()
    page.force_login(committed_demo.staff)
    url = f"/workorders/{workorder.pk}/images/"
    page.post(url, {"images": "svg", "level": "M"})
    job = workorder.jobs.get(what="images")
    assert page.get(f"{url}{job.pk}/cancel/").status_code == 405
    answer = page.post(f"{url}{job.pk}/cancel/", follow=True)
    assert "Cancelled. The images can be ordered again at any time." in answer.content.decode()
    job.refresh_from_db()
    assert job.status == "cancelled"
