"""What a printing partner prints from: a zip with the image of every secure code, prepared for the person who asked.

Its manifest says for whom, when and from where. It is published whole, after a sample of it was read back: the URL of
each symbol, and every dot of the secure graphic.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, Self, TypeVar

import numpy as np
from django.conf import settings
from django.db import transaction

from portal.background.leases import Status
from portal.background.pulse import Pulse
from portal.database.postgres_copy import file_blocks
from portal.storage.base import storage
from portal.timeline import note
from workorders.archives.builder import Archive, draft_of, draft_of_job, secure_facts
from workorders.codes.stream import checked, identifiers_of, sampled_of
from workorders.identifiers import gs1
from workorders.models import Code, Job, Workorder
from workorders.rendering import process_pool, readback
from workorders.rendering.pdf_writer import PageKind, PdfFile, points
from workorders.rendering.secure_graphic import Graphic, secure_graphic
from workorders.rendering.secure_images import bare_images, packed_images

Format = Literal["tiff", "png", "pdf"]
FORMATS: Final[tuple[Format, ...]] = ("tiff", "png", "pdf")
BATCH: Final = 256  # codes drawn at a time: 20 MB where images are largest
ALONE: Final = 1000  # codes that are drawn before other processes would have started
PDF: Final = "codes.pdf"
TRACE: Final = 0.0001  # millimetres; a dot of 2400 an inch has a hundred times as much
PDF_IS: Final = "codes.pdf      every code, a page each, in the order of codes.csv."
IMAGES_ARE: Final = """\
images/        every code as {kind}, one bit a dot, named by its id. Ids may differ in capital letters alone: unpack
               them where file names may, too. In a name ~ stands for each slash of the id."""
README: Final = """\
{reference}

{quantity:,} secure codes, prepared for {person} alone.

{images}
codes.csv      every code: its id, serial number where one was ordered, place in the order, batch of at most
               {batch:,} codes, and the URL that its QR code says. UTF-8, fields separated by commas.
manifest.json  what this archive holds, for whom it was prepared, with the SHA-256 of every file.

When you print:
- Print on {equipment}, on {substrate}: they were confirmed for this workorder.
- One dot of a file is one dot of the machine: {dpi:,} dots an inch, so {width:.2f} by {height:.2f} mm. Neither scale
  nor smooth nor screen them: a secure graphic that was resampled cannot be told from a copy.
- Leave the white around each code as it is. Print dark on light.
- Print each code once. Scan samples of every run with an ordinary phone.
- Whoever has these files can print the product's codes: keep them where nobody else reads them, pass them to nobody,
  and delete them when the workorder is completed.
"""

Images = TypeVar("Images")


@dataclass(frozen=True)
class Delivery:
    """What was asked for, as a job keeps it: kind of images, how many codes there were, who asks and from where."""

    format: Format
    codes: int
    person: int
    address: str

    @property
    def parameters(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(**job.parameters)


def delivery_name(job: Job) -> str:
    """Where what the job makes is stored; nobody else's job has the same."""
    return f"workorders/{job.workorder.company_id}/{job.workorder_id}/secure-{job.pk}.zip"


def discard(workorder_id: int) -> None:
    """Take all that was prepared of the workorder's secure codes out of the storage."""
    for job in Job.objects.filter(workorder=workorder_id, what=Job.What.SECURE).select_related("workorder"):
        storage().delete(delivery_name(job))


def graphic_of(workorder: Workorder) -> Graphic:
    """The secure graphic of a workorder whose equipment is confirmed. SecretLost when no key opens its secret."""
    assert workorder.equipment is not None  # noqa: S101  # confirmed
    return secure_graphic(workorder.layout, bytes(workorder.secret), workorder.pk, workorder.equipment.dpi)


def make(job: Job, pulse: Pulse) -> None:
    """Publish what the job was asked for."""
    workorder, delivery = job.workorder, Delivery.of(job)
    workorder.uploaded_quantity = delivery.codes  # more may have come since
    graphic = graphic_of(workorder)
    pulse.enter(Job.Phase.DRAWING, delivery.codes)
    with draft_of_job(job) as draft:
        with Archive(workorder, draft) as archive, transaction.atomic():
            archive.add_codes(lambda done: pulse.check())
            archive.add(["README.txt"], [_readme(job, delivery, graphic)])
            if delivery.format == "pdf":
                _add_pdf(archive, graphic, pulse)
            else:
                _add_images(archive, graphic, delivery.format, pulse)
            archive.add_manifest(_facts(job, delivery, graphic))
        archive.prove(reader_of(graphic))
        with transaction.atomic():
            job.end(status=Status.COMPLETED, rows_done=delivery.codes, rows_total=delivery.codes)
            note(workorder, "generated", job.created_by, address=delivery.address or None, format=delivery.format)
            storage().adopt(draft, delivery_name(job))


def reader_of(graphic: Graphic) -> Callable[[readback.Pixels], list[str]]:
    """Reads the URL of a picture that has a pixel a dot; Misread unless the graphic in it is `graphic`, dot for dot."""
    top, left = (modules * graphic.module for modules in graphic.layout.corner)
    side = len(graphic.dots)

    def read(pixels: readback.Pixels) -> list[str]:
        if not np.array_equal(pixels[top : top + side, left : left + side] < 128, graphic.dots == 1):
            raise readback.Misread("A sample does not carry the workorder's secure graphic.")
        return readback.read(pixels)

    return read


def _facts(job: Job, delivery: Delivery, graphic: Graphic) -> dict[str, object]:
    """What the manifest says of the images, and the watermark: who has them."""
    workorder, company = job.workorder, job.created_by.company
    return {
        **secure_facts(workorder),
        "images": {
            "format": delivery.format,
            "dpi": graphic.dpi,
            "dots": dict(zip(("height", "width"), graphic.size, strict=True)),
        },
        "printed_with": {"equipment": str(workorder.equipment), "substrate": str(workorder.substrate)},
        "prepared_for": {
            "person": job.created_by.email,
            "company": company and company.slug,
            "at": job.created_at.isoformat(),
            "address": delivery.address,
            "delivery": job.pk,
        },
    }


def _readme(job: Job, delivery: Delivery, graphic: Graphic) -> bytes:
    workorder = job.workorder
    height, width = (dots / graphic.dpi * 25.4 for dots in graphic.size)
    return README.format(
        reference=workorder.reference,
        quantity=delivery.codes,
        person=job.created_by.email,
        images=PDF_IS if delivery.format == "pdf" else IMAGES_ARE.format(kind=delivery.format.upper()),
        batch=Code.BATCH,
        equipment=workorder.equipment,
        substrate=workorder.substrate,
        dpi=graphic.dpi,
        width=width,
        height=height,
    ).encode()


def _add_images(archive: Archive, graphic: Graphic, ending: Format, pulse: Pulse) -> None:
    workorder, done = archive.workorder, 0
    with _drawn(workorder, partial(packed_images, workorder.url_prefix, graphic, ending)) as batches:
        for identifiers, images in batches:
            names = [f"images/{gs1.file_name(identifier)}.{ending}" for identifier in identifiers]
            sampled = sampled_of(workorder, done, len(names))
            archive.add_packed(names, images, {at: workorder.url_prefix + identifiers[at] for at in sampled})
            done += len(names)
            pulse.tick(done)


def _add_pdf(archive: Archive, graphic: Graphic, pulse: Pulse) -> None:
    """`codes.pdf`, a page a code. What is read back: its first page, and copies of others, which a reader reaches."""
    workorder, done, kind = archive.workorder, 0, page_kind(graphic)
    samples: dict[str, bytes] = {}
    with draft_of(f"{archive.draft.name}.pdf") as draft:
        with (
            draft.open("wb") as out,
            PdfFile(out, workorder.codes_count, kind, settings.SPOOL_DIR) as pdf,
            _drawn(workorder, partial(bare_images, workorder.url_prefix, graphic)) as batches,
        ):
            for identifiers, images in batches:
                pdf.add_pages(images)
                samples |= {identifiers[at]: images[at] for at in sampled_of(workorder, done, len(images))}
                done += len(images)
                pulse.tick(done)
        _prove_pages(draft, workorder.url_prefix, samples, graphic)
        archive.add_stream(PDF, checked(file_blocks(draft), pulse))


def _prove_pages(draft: Path, prefix: str, samples: dict[str, bytes], graphic: Graphic) -> None:
    urls = [prefix + identifier for identifier in samples]
    pages = io.BytesIO()
    with PdfFile(pages, len(samples), page_kind(graphic)) as pdf:
        pdf.add_pages(list(samples.values()))
    read, scale = reader_of(graphic), native_scale(graphic.dpi)
    readback.prove_pages(draft, {0: urls[0]}, read, scale)
    readback.prove_pages(pages.getvalue(), dict(enumerate(urls)), read, scale)


def native_scale(dpi: int) -> float:
    """Pixels a point at which PDFium draws a pixel a dot: a trace less than exact, because it rounds pages up."""
    return dpi / 72 * (1 - 1e-5)


def page_kind(graphic: Graphic) -> PageKind:
    """Pages that are as large as the picture of a code, of which each dot is a dot of the printer.

    The picture is TRACE smaller than its page, so that no rounding makes it touch one row of dots more, over which
    renderers would stretch it.
    """
    height, width = graphic.size
    sides = [dots / graphic.dpi * 25.4 for dots in (width, height)]
    size = tuple(map(points, sides))
    paint = b"q %b 0 0 %b 0 0 cm /I Do Q" % tuple(points(side - TRACE) for side in sides)
    return PageKind(
        common=b"/MediaBox[0 0 %b %b]" % size,
        shared=b"<</Length %d>>\nstream\n%b\nendstream" % (len(paint), paint),
        page=b"/Contents 2 0 R/Resources<</XObject<</I %d 0 R>>>>",
        stream=b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray"
        b"/Filter/FlateDecode" % (width, height),
    )


@contextmanager
def _drawn(
    workorder: Workorder, work: Callable[[list[str]], tuple[list[str], Images]]
) -> Iterator[Iterator[tuple[list[str], Images]]]:
    """What `work` draws of all codes in order; whatever happens, no process runs on and no COPY stays open."""
    with (
        closing(identifiers_of(workorder)) as identifiers,
        closing(process_pool.results(work, identifiers, BATCH, alone=workorder.codes_count <= ALONE)) as batches,
    ):
        yield batches
