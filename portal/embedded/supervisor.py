"""Child processes that do not outlive us: each in a session of its own, ended in order, started again when it dies."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import Signals
from typing import Any, Protocol, TextIO

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds before a dead service is started again
STEADY = 60.0  # a service that ran so many seconds starts with the first pause again

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


class ServiceError(Exception):
    """Why something cannot run, as one plain sentence for the person who started it."""


def say(text: str, stream: TextIO | None = None) -> None:
    """Write `text` for the person at the terminal, on standard error by default, if the terminal is still there."""
    stream = stream or sys.stderr
    with suppress(OSError):
        stream.write(f"{text}\n")
        stream.flush()


def die_with_parent(signum: Signals, parent: int) -> None:
    """Have the kernel send us `signum` when our parent dies, even by kill -9; on Linux only, elsewhere nothing.

    A change of user or group undoes it, so it comes after those. `parent` is the process id we expect: one that died
    before we asked is noticed by it. What counts as parent is the *thread* that started us, so start from the main one.
    """
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, int(signum))
        if os.getppid() != parent:
            os.kill(os.getpid(), signum)


@dataclass(eq=False)
class Process:
    """A command that runs as our child, out of reach of the terminal's Ctrl-C, and ends when we do."""

    name: str
    command: Sequence[str | Path]
    stops: Sequence[tuple[float, Signals]]  # seconds after the wish to end it, and what to send; KILL is for its group
    orphan_signal: Signals  # what the kernel sends it when we die
    become: Callable[[], None] | None = None  # runs in the child before the command
    options: dict[str, Any] = field(default_factory=dict)  # Popen's own
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the command. SIGINT and SIGTERM wait until the child is on record, so that it cannot be forgotten."""
        us = os.getpid()

        def prepare() -> None:
            if self.become:
                self.become()
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            die_with_parent(self.orphan_signal, us)

        options = {"stdin": subprocess.DEVNULL, **self.options}
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        try:
            self.child = subprocess.Popen(self.command, start_new_session=True, preexec_fn=prepare, **options)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    @property
    def running(self) -> bool:
        """Say whether the child lives."""
        return self.child is not None and self.child.poll() is None

    def send(self, signum: Signals) -> None:
        """Send `signum` to the child, and SIGKILL to all of its process group."""
        if self.child and self.running:
            (os.killpg if signum is Signals.SIGKILL else os.kill)(self.child.pid, signum)


def end(*processes: Process) -> None:
    """End `processes` side by side, each by its own `stops`; returns when none is left."""
    began = time.monotonic()
    due = [(moment, signum, process) for process in processes for moment, signum in process.stops]
    due.sort(key=lambda step: step[0])
    while any(process.running for process in processes):
        while due and due[0][0] <= time.monotonic() - began:
            _, signum, process = due.pop(0)
            process.send(signum)
        time.sleep(0.02)


class Service(Protocol):
    """A program or server that the supervisor keeps running."""

    @property
    def name(self) -> str: ...

    @property
    def running(self) -> bool: ...

    def start(self) -> None: ...


@dataclass
class Watch:
    """An eye on one service, with the history that decides when it is started again."""

    service: Service
    pause: float = FIRST_PAUSE
    since: float = field(default_factory=time.monotonic)
    restart_at: float | None = None

    def look(self) -> None:
        """Look once: announce a death, and start the service again when its pause is over."""
        now = time.monotonic()
        if self.service.running:
            if now - self.since > STEADY:
                self.pause = FIRST_PAUSE
        elif self.restart_at is None:
            say(f"{self.service.name} has ended and is started again in {self.pause:g} s.")
            self.restart_at = now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)
        elif now >= self.restart_at:
            self.restart_at = None
            self.since = now
            try:
                self.service.start()
            except ServiceError as error:
                say(str(error))
