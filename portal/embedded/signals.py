"""The signals that end `make run`."""

from __future__ import annotations

import os
import signal
from pathlib import Path


class Stop(BaseException):
    """SIGINT or SIGTERM has come."""


class Signaled:
    """Raises Stop at the first SIGINT or SIGTERM; later ones change nothing."""

    def __init__(self) -> None:
        self.stopping = False
        self.parent = os.getppid()
        self.make_at_start = self._make()
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, self._receive)

    def check(self) -> None:
        """Raise Stop if a signal got lost in code that swallows exceptions, or if it has hit `make run` alone.

        On SIGINT make neither ends nor tells us; it only ceases to catch the signal while it waits for our end.
        """
        if self.stopping or self._make() != self.make_at_start:
            raise Stop

    def ignore(self) -> None:
        """Let no more signals in, up to the very end of the interpreter."""
        self.stopping = True
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, signal.SIG_IGN)

    def _receive(self, *_: object) -> None:
        if not self.stopping:
            self.stopping = True
            raise Stop

    def _make(self) -> bool | None:
        """Say whether the make that started us catches SIGINT. Return None when there is none, and without /proc."""
        try:
            lines = Path(f"/proc/{self.parent}/status").read_text().splitlines()
        except OSError:
            return None
        status = dict(line.split(":", 1) for line in lines)
        if status["Name"].strip() != "make" or os.getppid() != self.parent:
            return None
        return bool(int(status["SigCgt"], 16) >> (signal.SIGINT - 1) & 1)
