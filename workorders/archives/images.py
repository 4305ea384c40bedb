"""An archive with an image of every code, in the look that was asked for."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from textwrap import wrap

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from portal.background.leases import Status
from portal.background.pulse import Pulse
from portal.database.postgres_copy import file_blocks
from portal.models import User
from portal.storage.base import storage
from workorders import jobs
from workorders.archives.builder import Archive, archive_name, draft_of, draft_of_job
from workorders.archives.look import Look, label_of
from workorders.codes.alike_ids import alike_ids
from workorders.codes.stream import checked, identifiers_of, sampled_of
from workorders.identifiers import gs1
from workorders.models import Job, Workorder
from workorders.rendering.batch import Drawn, Style, draw
from workorders.rendering.label_pdf import PdfWriter
from workorders.rendering.label_sheet import Label, one_a_page
from workorders.rendering.readback import prove_pages

REPOSE = timedelta(minutes=1)  # before a job that failed is begun again for whoever asks
PDF = "codes.pdf"


class NotMade(Exception):  # noqa: N818  # an event, not a fault
    """The images could not be made when they were last asked for, a moment ago; the message says so."""


def asked(workorder: Workorder, look: Look, user: User) -> tuple[str, Job | None]:
    """The storage name of the archive in this look, and the job that is making it, unless it is there.

    NotMade when the job has just failed, so that asking again and again does not begin it again and again.
    """
    name = archive_name(workorder, look.name)
    if storage().exists(name):
        return name, None
    failed = workorder.jobs.filter(what=Job.What.IMAGES, parameters=look.parameters, status=Status.ERROR)
    if failed.filter(status_updated_at__gt=Now() - REPOSE).exists():
        raise NotMade(
            "Codeport could not make these images. Order them again in a minute; if that fails too, tell the"
            " operators of this portal."
        )
    job = jobs.start(workorder, Job.What.IMAGES, look.parameters, user)
    if job.status == Status.COMPLETED:
        jobs.again(job)
        job.refresh_from_db()
    return name, job


def make(job: Job, pulse: Pulse) -> None:
    """Publish the archive of the look that the job keeps."""
    workorder, look = job.workorder, Look.of(job.parameters)
    pulse.enter(Job.Phase.DRAWING, workorder.quantity)
    with draft_of_job(job) as draft:
        with Archive(workorder, draft) as archive, transaction.atomic():
            archive.add_codes(lambda rows: pulse.check())
            archive.add_samples()
            archive.add_readme(_described(look, alike_ids(workorder)))
            if look.sheet:
                _add_pdf(archive, look, pulse)
            else:
                _add_images(archive, look, pulse)
            archive.add_manifest({"images": look.parameters})
        archive.prove()
        with transaction.atomic():
            job.end(status=Status.COMPLETED, rows_done=workorder.quantity, rows_total=workorder.quantity)
            storage().adopt(draft, archive_name(workorder, look.name))


def _described(look: Look, alike: str) -> str:
    """What the printer is told of the images, of which the ids that are `alike` might overwrite each other."""
    style = look.style
    facts = f"version {style.version}, error correction {style.level}, quiet zone of {style.quiet_zone} modules"
    if look.sheet:
        return f"codes.pdf      the QR code of every code, {look.sheet.labels} on a page: {facts}.\n"
    names = wrap(alike, width=105, break_long_words=False, break_on_hyphens=False)
    warned = [f"These differ in small and capital letters alone: {names[0]}", *names[1:]] if names else []
    return (
        f"images/        the QR code of every code as {style.kind.upper()}, named by its id: {facts}.\n"
        "               Ids may differ in capital letters alone: unpack them where file names may, too. In a name ~\n"
        "               stands for each slash of the id.\n" + "".join(f"{' ' * 15}{line}\n" for line in warned)
    )


def _add_images(archive: Archive, look: Look, pulse: Pulse) -> None:
    workorder, ending = archive.workorder, look.style.kind
    with _drawn(workorder, look.style) as batches:
        for done, drawn in batches:
            names = [f"images/{gs1.file_name(identifier)}.{ending}" for identifier in drawn.identifiers]
            sampled = sampled_of(workorder, done, len(names))
            samples = {at: workorder.url_prefix + drawn.identifiers[at] for at in sampled}
            archive.add(names, drawn.images, digests=drawn.digests, samples=samples)
            pulse.tick(done + len(names))


def _add_pdf(archive: Archive, look: Look, pulse: Pulse) -> None:
    workorder = archive.workorder
    label = label_of(workorder, look)
    samples = _Samples(label, look.with_id)
    with draft_of(f"{archive.draft.name}.pdf") as draft:
        with (
            draft.open("wb") as out,
            PdfWriter(out, label, workorder.quantity, settings.SPOOL_DIR) as pdf,
            _drawn(workorder, look.style) as batches,
        ):
            for done, drawn in batches:
                assert drawn.symbols is not None  # noqa: S101  # of a PDF
                pdf.add(drawn.symbols, drawn.identifiers if look.with_id else ())
                for at in sampled_of(workorder, done, len(drawn.identifiers)):
                    samples.add(drawn.symbols[at], drawn.identifiers[at])
                pulse.tick(done + len(drawn.identifiers))
        samples.prove(draft, workorder.url_prefix)
        archive.add_stream(PDF, checked(file_blocks(draft), pulse))


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

    def prove(self, draft: Path, prefix: str) -> None:
        """Raise Misread when a label does not say its URL."""
        urls = [prefix + identifier for identifier in self.identifiers]
        prove_pages(draft, {0: urls[0]})
        sheet = one_a_page(self.label.sheet.label_width, self.label.sheet.label_height)
        pages = io.BytesIO()
        with PdfWriter(pages, replace(self.label, sheet=sheet), len(urls)) as pdf:
            pdf.add(np.array(self.symbols), self.identifiers if self.with_id else ())
        prove_pages(pages.getvalue(), dict(enumerate(urls)))


@contextmanager
def _drawn(workorder: Workorder, style: Style) -> Iterator[Iterator[tuple[int, Drawn]]]:
    """Batches of drawn codes, each with how many came before it.

    Whatever happens, no process runs on, and no COPY stays open, which would hold up the rollback for ever.
    """
    with (
        closing(identifiers_of(workorder)) as identifiers,
        closing(draw(identifiers, workorder.quantity, workorder.url_prefix, style)) as batches,
    ):
        yield _numbered(batches)


def _numbered(batches: Iterable[Drawn]) -> Iterator[tuple[int, Drawn]]:
    done = 0
    for drawn in batches:
        yield done, drawn
        done += len(drawn.identifiers)
