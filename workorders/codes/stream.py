"""The codes of a workorder on their way into an archive of images."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

from django.db import connection

from portal.background.pulse import Pulse
from workorders.models import Workorder

SAMPLES = 10  # images of an archive that are read back before it is published


def stream_identifiers(workorder: Workorder) -> Generator[str]:
    """Read the identifiers of the workorder's codes in their order, without those that came after it was loaded."""
    query = """
        COPY (
            SELECT identifier FROM workorders_code
            WHERE workorder_id = %s AND sequence <= %s ORDER BY sequence
        ) TO STDOUT"""
    values = [workorder.pk, workorder.codes_count]
    with connection.cursor() as cursor, cursor.cursor.copy(query, values) as copy:
        for line in copy:
            yield bytes(line)[:-1].decode()


def pick_samples(workorder: Workorder, done: int, count: int) -> Iterator[int]:
    """Pick the codes to read back among the `count` after the first `done`: the first, and some evenly spread ones."""
    step = max(1, workorder.codes_count // SAMPLES)
    return iter(range(-done % step, count, step))


def check_claim(blocks: Iterable[bytes], pulse: Pulse) -> Iterator[bytes]:
    """Pass the blocks on; raise ClaimLost when the job was cancelled or taken over."""
    for block in blocks:
        pulse.check()
        yield block
