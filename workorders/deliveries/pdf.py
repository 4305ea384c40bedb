"""Pages of a PDF of secure codes, and their read-back check."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings

from portal.background.pulse import Pulse
from portal.background.spool import draft_file
from portal.database.postgres_copy import file_blocks
from workorders.archives.zip_archive import Archive
from workorders.codes.stream import check_claim, pick_samples
from workorders.deliveries.graphic import make_reader
from workorders.deliveries.image_files import draw_secure_codes
from workorders.rendering import readback
from workorders.rendering.pdf_writer import PageKind, PdfFile, points
from workorders.rendering.secure_graphic import Graphic
from workorders.rendering.secure_images import draw_bare

PDF: Final = "codes.pdf"
TRACE: Final = 0.00005  # millimetres; a dot of 2400 an inch has two hundred times as much


def add_pdf(archive: Archive, graphic: Graphic, pulse: Pulse) -> None:
    """`codes.pdf`, a page a code. What is read back: its first page, and copies of others, which a reader reaches."""
    workorder, done, kind = archive.workorder, 0, page_kind(graphic)
    samples: dict[str, bytes] = {}
    with draft_file(f"{archive.draft.name}.pdf") as draft:
        with (
            draft.open("wb") as out,
            PdfFile(out, workorder.codes_count, kind, settings.SPOOL_DIR) as pdf,
            draw_secure_codes(workorder, partial(draw_bare, workorder.url_prefix, graphic)) as batches,
        ):
            for identifiers, images in batches:
                pdf.add_pages(images)
                samples |= {identifiers[at]: images[at] for at in pick_samples(workorder, done, len(images))}
                done += len(images)
                pulse.tick(done)
        _check_pages(draft, workorder.url_prefix, samples, graphic)
        archive.add_stream(PDF, check_claim(file_blocks(draft), pulse))


def _check_pages(draft: Path, prefix: str, samples: dict[str, bytes], graphic: Graphic) -> None:
    urls = [prefix + identifier for identifier in samples]
    pages = io.BytesIO()
    with PdfFile(pages, len(samples), page_kind(graphic)) as pdf:
        pdf.add_pages(list(samples.values()))
    read, scale = make_reader(graphic), native_scale(graphic.dpi)
    readback.check_pages(draft, {0: urls[0]}, read, scale)
    readback.check_pages(pages.getvalue(), dict(enumerate(urls)), read, scale)


def native_scale(dpi: int) -> float:
    """Pixels a point at which PDFium draws a pixel a dot: a trace less than exact, because it rounds pages up."""
    return dpi / 72 * (1 - 1e-5)


def page_kind(graphic: Graphic) -> PageKind:
    """Pages that are as large as the picture of a code, of which each dot is a dot of the printer.

    A page is a little smaller than its dots, since renderers round up what is larger, and the picture keeps a little
    away from all its edges: a renderer that takes it to touch one row or column more stretches it over that.
    """
    height, width = graphic.size
    sides = graphic.layout.millimetres(graphic.dpi)[::-1]
    size = tuple(points(side - TRACE) for side in sides)
    picture = tuple(points(side - 3 * TRACE) for side in sides)
    paint = b"q %b 0 0 %b %b %b cm /I Do Q" % (*picture, points(TRACE), points(TRACE))
    return PageKind(
        common=b"/MediaBox[0 0 %b %b]" % size,
        shared=b"<</Length %d>>\nstream\n%b\nendstream" % (len(paint), paint),
        page=b"/Contents 2 0 R/Resources<</XObject<</I %d 0 R>>>>",
        stream=b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1/ColorSpace/DeviceGray"
        b"/Filter/FlateDecode" % (width, height),
    )
