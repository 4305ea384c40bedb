"""Draw the codes of a workorder into a PDF of its archive of images, one label a code."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Generator
from contextlib import closing
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
from workorders.codes.stream import check_claim, pick_samples, stream_identifiers
from workorders.codes.texts import stream_texts
from workorders.models import Workorder
from workorders.rendering.label_pdf import PdfWriter
from workorders.rendering.label_sheet import Label, one_a_page
from workorders.rendering.label_text import LabelTexts
from workorders.rendering.readback import check_pages

PDF = "codes.pdf"


def add_pdf(archive: Archive, look: ImageLook, pulse: Pulse) -> LabelTexts:
    """Add the PDF, and return what became of the texts of its labels."""
    workorder = archive.workorder
    label = make_label(workorder, look)
    samples = _Samples(label, look.with_id)
    texts: deque[str] = deque()  # of codes that are being drawn
    with draft_file(f"{archive.draft.name}.pdf") as draft:
        with (
            draft.open("wb") as out,
            PdfWriter(out, label, workorder.quantity, settings.SPOOL_DIR) as pdf,
            draw_batches(workorder, _stream(workorder, look.text, texts), look.style) as batches,
        ):
            for done, drawn in batches:
                assert drawn.symbols is not None  # noqa: S101  # of a PDF
                lines = [texts.popleft() for _identifier in drawn.identifiers] if look.text else []
                pdf.add(drawn.symbols, drawn.identifiers if look.with_id else (), lines)
                for at in pick_samples(workorder, done, len(drawn.identifiers)):
                    samples.add(drawn.symbols[at], drawn.identifiers[at], lines[at] if lines else "")
                pulse.tick(done + len(drawn.identifiers))
        samples.check(draft, workorder.url_prefix)
        archive.add_stream(PDF, check_claim(file_blocks(draft), pulse))
    return pdf.lines


def _stream(workorder: Workorder, text: str, texts: deque[str]) -> Generator[str]:
    """Read the identifiers of the codes, and put the text of each into `texts` where labels have one."""
    if not text:
        yield from stream_identifiers(workorder)
        return
    with closing(stream_texts(workorder, text)) as rows:
        for identifier, value in rows:
            texts.append(value)
            yield identifier


class _Samples:
    """Labels of a PDF that are read back before it is published.

    Of the file itself that is its first page. To reach one in the middle a reader takes all those before into memory,
    so the others are drawn once more, on a page each.
    """

    def __init__(self, label: Label, with_id: bool) -> None:
        self.label, self.with_id = label, with_id
        self.symbols: list[npt.NDArray[np.uint64]] = []
        self.identifiers: list[str] = []
        self.lines: list[str] = []

    def add(self, symbol: npt.NDArray[np.uint64], identifier: str, line: str) -> None:
        self.symbols.append(symbol)
        self.identifiers.append(identifier)
        self.lines.append(line)

    def check(self, draft: Path, prefix: str) -> None:
        """Raise Misread when a label does not say its URL."""
        urls = [prefix + identifier for identifier in self.identifiers]
        check_pages(draft, {0: urls[0]})
        sheet = one_a_page(self.label.sheet.label_width, self.label.sheet.label_height)
        pages = io.BytesIO()
        with PdfWriter(pages, replace(self.label, sheet=sheet), len(urls)) as pdf:
            pdf.add(np.array(self.symbols), self.identifiers if self.with_id else (), self.lines)
        check_pages(pages.getvalue(), dict(enumerate(urls)))
