"""One function over many items: batch by batch, in as many processes as pay, with the results in order.

`serve` is what such a process does: it reads work and a batch from its standard input and writes the result to its
standard output, until the input ends, as it does when the parent dies. The standard library's pools cannot be had in a
worker, whose own processes may have no children of that kind.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, suppress
from itertools import islice
from pathlib import Path
from typing import Any, Generic, Self, TypeVar

MOST_PROCESSES = 4

Result = TypeVar("Result")


def map_batches(
    work: Callable[[list[str]], Result], items: Iterable[str], batch: int, *, alone: bool
) -> Generator[Result, None, None]:
    """Apply `work` to each `batch` of items. Set `alone` when other processes would not have started in time.

    `work` must be what can be pickled: a function of a module, or a `partial` of one.
    """
    remaining = iter(items)
    batches = iter(lambda: list(islice(remaining, batch)), [])
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    if alone or processes == 1:
        yield from map(work, batches)
        return
    with ExitStack() as ends:
        idle = deque(ends.enter_context(_Process(work)) for _process in range(processes))
        busy: deque[_Process[Result]] = deque()
        for some in batches:
            process = idle.popleft() if idle else busy.popleft()
            done = [process.result()] if process.is_busy else []
            process.begin(some)
            busy.append(process)
            yield from done
        while busy:
            yield busy.popleft().result()


class _Process(Generic[Result]):
    """A process that does one batch at a time."""

    def __init__(self, work: Callable[[list[str]], Result]) -> None:
        command = [sys.executable, "-c", f"from {__name__} import serve; serve()"]
        folder = Path(__file__).parents[2]  # in which Python finds `workorders`
        self._child = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.work = work
        self.is_busy = False

    def begin(self, some: list[str]) -> None:
        """Have these items done."""
        assert self._child.stdin  # noqa: S101  # is a pipe
        pickle.dump((self.work, some), self._child.stdin)
        self._child.stdin.flush()
        self.is_busy = True

    def result(self) -> Result:
        """Wait for the result of the batch. RuntimeError when the process has ended instead."""
        assert self._child.stdout  # noqa: S101  # is a pipe
        try:
            found: Result = pickle.load(self._child.stdout)  # noqa: S301  # written by our own child
        except EOFError:
            raise RuntimeError(f"A drawing process ended with {self._child.wait()}") from None
        self.is_busy = False
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._child.kill()
        self._child.communicate()


def serve() -> None:
    """Do what the standard input says."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    asked: tuple[Callable[[list[str]], Any], list[str]]
    with suppress(EOFError, BrokenPipeError):
        while True:
            asked = pickle.load(source)  # noqa: S301  # written by our own parent
            work, some = asked
            pickle.dump(work(some), sink, pickle.HIGHEST_PROTOCOL)
            sink.flush()
