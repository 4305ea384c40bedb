"""Draw the secure codes of a workorder into its archive, one image file a code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Final, TypeVar

from portal.background.pulse import Pulse
from workorders.archives.zip_archive import Archive
from workorders.codes.stream import pick_samples, stream_identifiers
from workorders.deliveries.delivery import DeliveryFormat
from workorders.identifiers import gs1
from workorders.models import Workorder
from workorders.rendering import process_pool
from workorders.rendering.secure_graphic import Graphic
from workorders.rendering.secure_images import draw_packed

BATCH: Final = 256  # codes drawn at a time: 20 MB where images are largest
ALONE: Final = 1000  # codes that are drawn before other processes would have started

Images = TypeVar("Images")


def add_images(archive: Archive, graphic: Graphic, ending: DeliveryFormat, pulse: Pulse) -> None:
    workorder, done = archive.workorder, 0
    with draw_secure_codes(workorder, partial(draw_packed, workorder.url_prefix, graphic, ending)) as batches:
        for identifiers, images in batches:
            names = [f"images/{gs1.file_name(identifier)}.{ending}" for identifier in identifiers]
            sampled = pick_samples(workorder, done, len(names))
            archive.add_packed(names, images, {at: workorder.url_prefix + identifiers[at] for at in sampled})
            done += len(names)
            pulse.tick(done)


@contextmanager
def draw_secure_codes(
    workorder: Workorder, work: Callable[[list[str]], tuple[list[str], Images]]
) -> Iterator[Iterator[tuple[list[str], Images]]]:
    """Draw all codes in order with `work`. Whatever happens, no process runs on and no COPY stays open."""
    with (
        closing(stream_identifiers(workorder)) as identifiers,
        closing(process_pool.map_batches(work, identifiers, BATCH, alone=workorder.codes_count <= ALONE)) as batches,
    ):
        yield batches
