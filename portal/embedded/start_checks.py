"""Checks before a portal starts: it is the only one of its folder, and its port is free."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from portal.embedded.supervisor import ServiceError

HOST = "127.0.0.1"
CRASH_SECONDS = 5.0  # the time in which all that a killed `up` has started is gone, its port too


@contextmanager
def alone(home: Path) -> Iterator[bool]:
    """Hold `home` against a second `up`; gives whether the one before was killed."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "up.lock").open("a+") as lock:
        lock.seek(0)
        other = lock.read()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ServiceError(
                f"Codeport already runs on {home} ({other}); stop it first, or give this one its own CODEPORT_HOME."
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, port {settings.PORT}")
        lock.flush()
        try:
            yield bool(other)
        finally:
            lock.truncate(0)


def check_port(port: int, patience: float) -> None:
    """Raise when something else listens on `port` and still does so after `patience` seconds."""
    deadline = time.monotonic() + patience
    while not is_free(port):
        if time.monotonic() > deadline:
            others = range(port + 1, min(port + 100, 2**16))
            other = next((candidate for candidate in others if is_free(candidate)), 8000)
            raise ServiceError(f"Port {port} is taken; choose another with PORT={other}.")
        time.sleep(0.05)


def is_free(port: int) -> bool:
    """Say whether a server may listen on `port` of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise ServiceError(f"Port {port} needs root; choose another with PORT=8000.") from None
        except OSError:
            return False
    return True
