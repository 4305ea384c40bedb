"""Seconds and memory of one run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from resource import RUSAGE_SELF, getrusage

from django.db import connections

Measured = tuple[float, float]  # seconds, peak memory in MB


def apart(work: Callable[[], object]) -> Measured:
    """Seconds and peak memory of `work`, done in a process of its own as a worker's child does it."""
    return at_once(work, 1)


def at_once(work: Callable[[], object], processes: int) -> Measured:
    """Do `work` in that many processes at once: the seconds and the peak memory of the one that has the most."""
    connections.close_all()
    readers = [_begun(work) for _ in range(processes)]
    measured = []
    for child, reader in readers:
        with os.fdopen(reader) as pipe:
            answer = pipe.read().split()
        os.waitpid(child, 0)
        if not answer:
            raise SystemExit("A measured run failed; what it said stands above.")
        measured.append((float(answer[0]), float(answer[1])))
    return max(seconds for seconds, _peak in measured), max(peak for _seconds, peak in measured)


def _begun(work: Callable[[], object]) -> tuple[int, int]:
    """A process that does `work`, and where it says what that took."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        begun = time.perf_counter()
        work()
        result = f"{time.perf_counter() - begun} {getrusage(RUSAGE_SELF).ru_maxrss / 1024}"
        os.write(writer, result.encode())
        os._exit(0)
    os.close(writer)
    return child, reader
