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
    connections.close_all()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        begun = time.perf_counter()
        work()
        result = f"{time.perf_counter() - begun} {getrusage(RUSAGE_SELF).ru_maxrss / 1024}"
        os.write(writer, result.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        answer = pipe.read().split()
    os.waitpid(child, 0)
    if not answer:
        raise SystemExit("A measured run failed; what it said stands above.")
    return float(answer[0]), float(answer[1])
