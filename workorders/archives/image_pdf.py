"""Draw the codes of a workorder into a PDF of its archive of images, one label a code."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from django.conf import settings

from portal.background.pulse import Pulse
from portal.background.spool import draft_file
from portal.database.postgres_copy import file_blocks
from workorders.archives.image_files import draw_batches
from workorders.archives.look import ImageLook, make_label
from workorders.archives.zip_archive import Archive
from workorders.codes.stream import check_claim, pick_samples
from workorders.rendering.label_pdf import PdfWriter
from workorders.rendering.label_sheet import Label, one_a_page
from workorders.rendering.readback import check_pages

PDF = "codes.pdf"


def add_pdf(archive: Archive, look: ImageLook, pulse: Pulse) -> None:
    workorder = archive.workorder
    label = make_label(workorder, look)
    samples = _Samples(label, look.with_id)
    with draft_file(f"{archive.draft.name}.pdf") as draft:
        with (
            draft.open("wb") as out,
            PdfWriter(out, label, workorder.quantity, settings.SPOOL_DIR) as pdf,
            draw_batches(workorder, look.style) as batches,
        ):
            for done, drawn in batches:
                assert drawn.symbols is not None  # noqa: S101  # of a PDF
                pdf.add(drawn.symbols, drawn.identifiers if look.with_id else ())
                for at in pick_samples(workorder, done, len(drawn.identifiers)):
                    samples.add(drawn.symbols[at], drawn.identifiers[at])
                pulse.tick(done + len(drawn.identifiers))
        samples.check(draft, workorder.url_prefix)
        archive.add_stream(PDF, check_claim(file_blocks(draft), pulse))


class _Samples:
    """Labels of a PDF that are read back before it is published.

    Of the file itself that is its first page. To reach one in the middle a reader takes all those before into memory,
    so the others are drawn once more, on a page each.
    """

    def __init__(self, label: Label, with_id: bool) -> None:
        self.label, self.with_id = label, with_id
        self.symbols: list[npt.NDArray[np.uint64]] = []
        self.identifiers: list[str] = []

    def add(self, symbol: npt.NDArray[np.uint64], identifier: str) -> None:
        self.symbols.append(symbol)
        self.identifiers.append(identifier)

    def check(self, draft: Path, prefix: str) -> None:
        """Raise Misread when a label does not say its URL."""
        urls = [prefix + identifier for identifier in self.identifiers]
        check_pages(draft, {0: urls[0]})
        sheet = one_a_page(self.label.sheet.label_width, self.label.sheet.label_height)
        pages = io.BytesIO()
        with PdfWriter(pages, replace(self.label, sheet=sheet), len(urls)) as pdf:
            pdf.add(np.array(self.symbols), self.identifiers if self.with_id else ())
        check_pages(pages.getvalue(), dict(enumerate(urls)))
