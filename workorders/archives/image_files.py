"""Draw the codes of a workorder into its archive of images, one image file a code."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager

from portal.background.pulse import Pulse
from workorders.archives.look import ImageLook
from workorders.archives.zip_archive import Archive
from workorders.codes.stream import pick_samples, stream_identifiers
from workorders.identifiers import gs1
from workorders.models import Workorder
from workorders.rendering.batch import DrawnBatch, Style, draw_codes


def add_images(archive: Archive, look: ImageLook, pulse: Pulse) -> None:
    workorder, ending = archive.workorder, look.style.kind
    with draw_batches(workorder, stream_identifiers(workorder), look.style) as batches:
        for done, drawn in batches:
            names = [f"images/{gs1.file_name(identifier)}.{ending}" for identifier in drawn.identifiers]
            sampled = pick_samples(workorder, done, len(names))
            samples = {at: workorder.url_prefix + drawn.identifiers[at] for at in sampled}
            archive.add(names, drawn.images, digests=drawn.digests, samples=samples)
            pulse.tick(done + len(names))


@contextmanager
def draw_batches(
    workorder: Workorder, stream: Generator[str], style: Style
) -> Iterator[Iterator[tuple[int, DrawnBatch]]]:
    """Batches of drawn codes, whose ids `stream` reads, each with how many came before it.

    Whatever happens, no process runs on, and no COPY stays open, which would hold up the rollback for ever.
    """
    with (
        closing(stream) as identifiers,
        closing(draw_codes(identifiers, workorder.quantity, workorder.url_prefix, style)) as batches,
    ):
        yield _numbered(batches)


def _numbered(batches: Iterable[DrawnBatch]) -> Iterator[tuple[int, DrawnBatch]]:
    done = 0
    for drawn in batches:
        yield done, drawn
        done += len(drawn.identifiers)
