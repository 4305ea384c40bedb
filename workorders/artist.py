"""Drawing the codes of a workorder: batch by batch, in as many processes as pay.

`serve` is what such a process does: it reads what to draw from its standard input and writes what it drew to its
standard output, until the input ends, as it does when the parent dies. The standard library's pools cannot be had in a
worker, whose own processes may have no children of that kind.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Literal, Self

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


def draw(identifiers: Iterable[str], count: int, prefix: str, style: Style) -> Generator[Drawn]:
    """What is drawn of `count` identifiers, whose URLs begin with `prefix`, in batches and in order."""
    remaining = iter(identifiers)
    batches = iter(lambda: list(islice(remaining, BATCH)), [])
    work = partial(_draw, prefix, style)
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    if count <= ALONE or processes == 1:
        yield from map(work, batches)
        return
    with ExitStack() as ends:
        idle = deque(ends.enter_context(_Process()) for _process in range(processes))
        busy: deque[_Process] = deque()
        for batch in batches:
            process = idle.popleft() if idle else busy.popleft()
            drawn = process.drawn() if process.is_busy else None
            process.begin(prefix, style, batch)
            busy.append(process)
            if drawn:
                yield drawn
        while busy:
            yield busy.popleft().drawn()


class _Process:
    """A process that draws one batch at a time."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", f"from {__name__} import serve; serve()"]
        folder = Path(__file__).parent.parent
        self._child = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.is_busy = False

    def begin(self, prefix: str, style: Style, batch: list[str]) -> None:
        """Have these identifiers drawn."""
        assert self._child.stdin  # noqa: S101  # is a pipe
        pickle.dump((prefix, style, batch), self._child.stdin)
        self._child.stdin.flush()
        self.is_busy = True

    def drawn(self) -> Drawn:
        """What was drawn, once it is ready. RuntimeError when the process has ended instead."""
        assert self._child.stdout  # noqa: S101  # is a pipe
        try:
            drawn: Drawn = pickle.load(self._child.stdout)  # noqa: S301  # written by our own child
        except EOFError:
            raise RuntimeError(f"A drawing process ended with {self._child.wait()}") from None
        self.is_busy = False
        return drawn

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._child.kill()
        self._child.communicate()


def serve() -> None:
    """Draw what the standard input says."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    with suppress(EOFError, BrokenPipeError):
        while True:
            asked = pickle.load(source)  # noqa: S301  # written by our own parent
            pickle.dump(_draw(*asked), sink, pickle.HIGHEST_PROTOCOL)
            sink.flush()


def _draw(prefix: str, style: Style, identifiers: list[str]) -> Drawn:
    symbols = encode([prefix + identifier for identifier in identifiers], style.version, style.level)
    if style.kind == "pdf":
        return Drawn(identifiers, [], [], symbols)
    images = svgs(symbols, style.quiet_zone) if style.kind == "svg" else pngs(symbols, style.module, style.quiet_zone)
    return Drawn(identifiers, images, [sha256(image).hexdigest() for image in images])
