"""Drawing the codes of a workorder: batch by batch, in as many processes as pay.

Needs neither database nor settings, so that it can be done in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from signal import SIGKILL
from typing import Literal

from portal.supervisor import die_with_parent
from workorders.drawing import pngs, svgs
from workorders.symbols import Level, Symbols, encode

Kind = Literal["svg", "png", "pdf"]
KINDS: tuple[Kind, ...] = ("svg", "png", "pdf")
BATCH = 2000  # codes drawn at a time
ALONE = 50_000  # codes that are drawn before other processes would have started
MOST_PROCESSES = 4


@dataclass(frozen=True)
class Style:
    """How symbols look: error correction level, version, quiet zone in modules, module of a PNG in pixels."""

    kind: Kind
    level: Level
    version: int
    quiet_zone: int
    module: int


@dataclass(frozen=True)
class Drawn:
    """A batch of codes: their image files with the SHA-256 of each; for a PDF the bare symbols instead."""

    identifiers: list[str]
    images: list[bytes]
    digests: list[str]
    symbols: Symbols | None = None


def draw(identifiers: Iterable[str], count: int, prefix: str, style: Style) -> Iterator[Drawn]:
    """What is drawn of `count` identifiers, whose URLs begin with `prefix`, in batches and in order."""
    remaining = iter(identifiers)
    batches = iter(lambda: list(islice(remaining, BATCH)), [])
    work = partial(_draw, prefix, style)
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    if count <= ALONE or processes == 1:
        yield from map(work, batches)
        return
    pool = ProcessPoolExecutor(
        processes,
        mp_context=multiprocessing.get_context("spawn"),  # a fork would copy threads and connections in any state
        initializer=die_with_parent,
        initargs=(SIGKILL, os.getpid()),
    )
    try:
        waiting: deque[Future[Drawn]] = deque()
        for batch in batches:
            waiting.append(pool.submit(work, batch))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _draw(prefix: str, style: Style, identifiers: list[str]) -> Drawn:
    symbols = encode([prefix + identifier for identifier in identifiers], style.version, style.level)
    if style.kind == "pdf":
        return Drawn(identifiers, [], [], symbols)
    images = svgs(symbols, style.quiet_zone) if style.kind == "svg" else pngs(symbols, style.module, style.quiet_zone)
    return Drawn(identifiers, images, [sha256(image).hexdigest() for image in images])
