"""The archive that a printing partner prints from: every image read back, prepared for one person, never half."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import zipfile
from fractions import Fraction
from functools import partial
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2
import pytest
from django.conf import settings

from portal.background.leases import ClaimLost
from portal.background.pulse import Pulse
from portal.storage.base import storage
from portal.timeline import events_of
from tests.support.demo import Demo
from tests.support.images import names_of
from tests.support.printing import ADDRESS, prepared, ready
from tests.support.secure import a_secure_order, brought_to
from tests.support.uploads import ingested
from workorders import job_runner as work
from workorders.deliveries import image_files, pdf
from workorders.deliveries import services as deliveries
from workorders.deliveries.delivery import DELIVERY_FORMATS, DeliveryFormat, delivery_name
from workorders.deliveries.graphic import load_graphic, make_reader
from workorders.deliveries.pdf import native_scale, page_kind
from workorders.models import Job
from workorders.rendering import process_pool
from workorders.rendering.pdf_writer import PdfFile
from workorders.rendering.readback import PIXELS, page_pixels, read_symbols
from workorders.rendering.secure_graphic import DPIS, LAYOUTS, Graphic, dots_of_module, make_graphic, make_secret
from workorders.rendering.secure_images import draw_bare, draw_packed
from workorders.rendering.secure_verifier import verify

Pixels = npt.NDArray[np.uint8]


def opened(job: Job) -> zipfile.ZipFile:
    """What the job published."""
    assert job.status == "completed", (job.status, job.detail)
    with storage().open(delivery_name(job)) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def pictures(archive: zipfile.ZipFile, kind: str, dpi: int) -> list[tuple[str, Pixels]]:
    """The URL that `codes.csv` has of each code, and its picture, a pixel a dot."""
    rows = list(csv.DictReader(io.TextIOWrapper(archive.open("codes.csv"), newline="")))
    if kind == "pdf":
        pages = pypdfium2.PdfDocument(archive.read("codes.pdf"))
        assert len(pages) == len(rows)
        return [(row["url"], page_pixels(page, native_scale(dpi))) for row, page in zip(rows, pages, strict=True)]
    assert len([name for name in archive.namelist() if name.startswith("images/")]) == len(rows)
    images = (archive.read(f"images/{row['extended_id']}.{kind}") for row in rows)
    return [(row["url"], PIXELS[kind](image)) for row, image in zip(rows, images, strict=True)]


@pytest.mark.parametrize("layout", ["inside", "outside", "inside_hybrid", "outside_hybrid"])
@pytest.mark.parametrize("kind", DELIVERY_FORMATS)
def test_every_image_reads_back_and_is_the_workorders_original(
    committed_demo: Demo, kind: DeliveryFormat, layout: str
) -> None:
    workorder = ready(committed_demo, layout=layout)
    found = pictures(opened(prepared(committed_demo, workorder, kind)), kind, 600)
    graphic = load_graphic(workorder)
    assert [url for url, _ in found] == [f"https://demo.test/b-{number:08d}" for number in range(5)]
    for url, pixels in found:
        assert pixels.shape == graphic.size
        assert make_reader(graphic)(pixels) == [url]
        verdict = verify(pixels.repeat(2, axis=0).repeat(2, axis=1), graphic)
        assert (verdict.url, verdict.is_original) == (url, True)
        assert verdict.fine > 0.999


@pytest.mark.parametrize("dpi", [600, 1200, 2400])
def test_a_pdf_page_has_the_codes_size_to_the_dot(committed_demo: Demo, dpi: int) -> None:
    workorder = ready(committed_demo, 2, dpi)
    archive = opened(prepared(committed_demo, workorder, "pdf"))
    height, width = load_graphic(workorder).size
    pages = pypdfium2.PdfDocument(archive.read("codes.pdf"))
    assert pages.get_page_size(1) == pytest.approx((width / dpi * 72, height / dpi * 72), abs=1e-3)
    for url, pixels in pictures(archive, "pdf", dpi):
        assert np.isin(pixels, (0, 255)).all(), "no dot is blurred"
        assert make_reader(load_graphic(workorder))(pixels) == [url]


def test_images_carry_the_machines_resolution(committed_demo: Demo) -> None:
    workorder = ready(committed_demo, 2, 1200)
    tiff = opened(prepared(committed_demo, workorder)).read("images/b-00000000.tiff")
    assert tiff[:4] == b"II*\0"
    assert (1200).to_bytes(4, "little") + (1).to_bytes(4, "little") in tiff[:200]
    png = opened(prepared(committed_demo, workorder, "png")).read("images/b-00000000.png")
    metre = round(1200 / 0.0254).to_bytes(4)
    assert b"pHYs" + metre + metre + b"\1" in png


def test_the_manifest_says_what_it_is_and_whom_it_was_prepared_for(committed_demo: Demo) -> None:
    workorder = ready(committed_demo, use_serial_number=True)
    job = prepared(committed_demo, workorder)
    archive = opened(job)
    manifest = json.loads(archive.read("manifest.json"))
    digests = {member["name"]: member["sha256"] for member in manifest.pop("members")}
    assert digests == {
        name: sha256(archive.read(name)).hexdigest() for name in archive.namelist() if name != "manifest.json"
    }
    assert archive.namelist()[:2] == ["codes.csv", "README.txt"]
    assert archive.testzip() is None
    assert manifest == {
        "type": "SSC",
        "reference": "Secure",
        "quantity": 5,
        "url_prefix": "https://demo.test/",
        "use_serial_number": True,
        "ordered_quantity": 5,
        "layout": "inside",
        "qr_version": 4,
        "qr_level": "Q",
        "images": {"format": "tiff", "dpi": 600, "dots": {"height": 492, "width": 492}},
        "printed_with": {"equipment": "Press 7", "substrate": "Coated 90 g"},
        "prepared_for": {
            "person": "printer@printco.example",
            "company": "printco",
            "at": job.created_at.isoformat(),
            "address": ADDRESS,
            "delivery": job.pk,
        },
    }
    readme = archive.read("README.txt").decode()
    assert "prepared for printer@printco.example alone" in readme
    assert "600 dots an inch, so 20.83 by 20.83 mm" in readme
    event = events_of(workorder).get(what="generated")
    assert (event.by, event.address, event.detail) == (committed_demo.printer, ADDRESS, {"format": "tiff"})


@pytest.mark.parametrize("kind", DELIVERY_FORMATS)
def test_the_same_job_makes_the_same_bytes(committed_demo: Demo, kind: DeliveryFormat) -> None:
    workorder = ready(committed_demo)
    job = prepared(committed_demo, workorder, kind)
    first = opened(job).fp
    assert first is not None
    storage().delete(delivery_name(job))
    again = prepared(committed_demo, workorder, kind)
    assert again.pk == job.pk
    second = opened(again).fp
    assert second is not None
    first.seek(0), second.seek(0)
    assert first.read() == second.read()


def test_codes_that_come_later_are_in_the_next_archive(committed_demo: Demo) -> None:
    workorder = a_secure_order(committed_demo, quantity=4)
    ingested(committed_demo.staff, "id\nb-00000001\nb-00000002\n", workorder=workorder.pk)
    brought_to(workorder, "ready_to_print", committed_demo)
    job = deliveries.prepare_delivery(workorder, "png", committed_demo.printer, ADDRESS)
    ingested(committed_demo.staff, "id\nb-00000003\n", workorder=workorder.pk)
    work.run(job.pk)
    job.refresh_from_db()
    assert [name for name in opened(job).namelist() if "images" in name] == [
        "images/b-00000001.png",
        "images/b-00000002.png",
    ]
    workorder.refresh_from_db()
    assert len(opened(prepared(committed_demo, workorder, "png")).namelist()) == 3 + 3


def test_another_person_gets_an_archive_of_their_own(committed_demo: Demo) -> None:
    workorder = ready(committed_demo)
    first = prepared(committed_demo, workorder)
    assert deliveries.prepare_delivery(workorder, "tiff", committed_demo.printer, "198.51.100.1").pk == first.pk
    second = deliveries.prepare_delivery(workorder, "tiff", committed_demo.admin, ADDRESS)
    assert second.pk != first.pk
    work.run(second.pk)
    second.refresh_from_db()
    assert json.loads(opened(second).read("manifest.json"))["prepared_for"]["person"] == "admin@demo.example"


@pytest.mark.parametrize("kind", DELIVERY_FORMATS)
def test_many_codes_are_drawn_in_several_processes_and_stay_in_order(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch, kind: DeliveryFormat
) -> None:
    monkeypatch.setattr(image_files, "ALONE", 10)
    monkeypatch.setattr(image_files, "BATCH", 7)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    workorder = ready(committed_demo, 40)
    for url, pixels in pictures(opened(prepared(committed_demo, workorder, kind)), kind, 600):
        assert read_symbols(pixels) == [url]


@pytest.mark.parametrize("kind", DELIVERY_FORMATS)
@pytest.mark.parametrize("wrong", ["url", "graphic"])
def test_what_reads_wrong_is_never_published(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch, kind: DeliveryFormat, wrong: str
) -> None:
    workorder = ready(committed_demo)
    other = make_graphic(workorder.layout, make_secret(), workorder.pk, 600)

    def spoiled(do: Any) -> Any:
        def worse(prefix: str, graphic: Graphic, *rest: Any) -> Any:
            return do(prefix + "X" * (wrong == "url"), other if wrong == "graphic" else graphic, *rest)

        return worse

    for module, name in ((image_files, "draw_packed"), (pdf, "draw_bare")):
        monkeypatch.setattr(module, name, spoiled(getattr(module, name)))
    job = prepared(committed_demo, workorder, kind)
    assert job.status == "processing"  # to be tried again when its lease runs out
    assert not [name for name in names_of(workorder) if "secure" in name]
    assert not events_of(workorder).filter(what="generated").exists()


@pytest.mark.parametrize("kind", DELIVERY_FORMATS)
def test_what_is_cancelled_ends_at_once_and_leaves_nothing(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch, kind: DeliveryFormat
) -> None:
    monkeypatch.setattr(image_files, "ALONE", 1)
    workorder = ready(committed_demo)

    def tick(pulse: Pulse, rows: int) -> None:
        raise ClaimLost

    monkeypatch.setattr(Pulse, "tick", tick)
    job = prepared(committed_demo, workorder, kind)
    assert job.status == "processing"
    assert list(settings.SPOOL_DIR.glob("job-*")) == []
    assert not [name for name in names_of(workorder) if "secure" in name]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_picture_touches_no_dot_but_its_own_in_any_resolution(layout: str) -> None:
    """Poppler takes a picture that ends where a row of dots does for one that touches the next, and stretches it."""
    for dpi in DPIS:
        module = dots_of_module(dpi)
        graphic = Graphic(LAYOUTS[layout], dpi, module, np.zeros((0, 0), np.uint8))
        kind = page_kind(graphic)
        page = kind.common.removeprefix(b"/MediaBox[0 0 ").removesuffix(b"]").split()
        wide, _, _, high, left, bottom, *_ = kind.shared.partition(b"\nq ")[2].split()
        for of_page, of_picture, begin, dots in zip(
            page, (wide, high), (left, bottom), graphic.size[::-1], strict=True
        ):
            dot = Fraction(72, dpi)
            end = Fraction(begin.decode()) + Fraction(of_picture.decode())
            assert 0 < Fraction(begin.decode()) < dot / 50
            assert dot * dots - dot / 50 < end < Fraction(of_page.decode()) < dot * dots


def test_memory_does_not_grow_with_the_codes(tmp_path: Any) -> None:
    graphic = make_graphic("inside", make_secret(), 1, 600)
    peaks = []
    for count in (1000, 4000):
        ids = (f"b-{number:08d}" for number in range(count))
        tracemalloc.start()
        with (tmp_path / "codes.pdf").open("wb") as out, PdfFile(out, count, page_kind(graphic)) as pdf:
            work = partial(draw_bare, "https://demo.test/", graphic)
            for _ids, images in process_pool.map_batches(work, ids, image_files.BATCH, alone=True):
                pdf.add_pages(images)
                draw_packed("https://demo.test/", graphic, "tiff", _ids[:10])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000
    assert max(peaks) < 40_000_000
