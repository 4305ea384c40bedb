"""Long work takes turns, so that one process of every worker is always at hand for short work.

A worker of N processes has N - 1 places for long work, and one if it is a single process. Long work that finds none
stays queued. It is sent again when long work ends in any worker, and by the sweep, should another worker have a place.
Places are locks of the kernel on bytes of a file without a name: a process that is killed gives its own back.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO, Any

from celery import current_app
from celery.signals import celeryd_after_setup
from django.db.models.functions import Now

from portal.broker import wake
from portal.leases import Leased, Status

AGAIN = timedelta(seconds=5)  # after which the sweep sends again what found no place

_file: IO[bytes] | None = None  # None outside of a worker, where nothing waits behind anything
_places = 0


@celeryd_after_setup.connect
def make_places(instance: Any, **_: Any) -> None:
    """Make the places of a worker, before its processes are forked from it."""
    global _file, _places  # a process is one worker, or none
    _file, _places = TemporaryFile(), max(1, instance.concurrency - 1)  # noqa: SIM115  # as long as the worker


@contextmanager
def turn(kind: type[Leased], pk: int) -> Iterator[bool]:
    """Whether the work may begin now; what may not is sent again later. Short work may always.

    The block does the work. Its process then wakes the long work of every kind that has waited longest.
    """
    queued = kind._default_manager.filter(pk=pk, status=Status.QUEUED)
    if _file is None or not queued.filter(kind.LONG).exists():
        yield True
        return
    with _place(_file) as found:
        if not found:
            queued.update(lease_until=Now() + AGAIN)
        yield found
    if found:
        _wake_next()


@contextmanager
def _place(file: IO[bytes]) -> Iterator[bool]:
    """Whether a place was free; it is taken for the block."""
    place = next((place for place in range(_places) if _took(file, place)), None)
    try:
        yield place is not None
    finally:
        if place is not None:
            fcntl.lockf(file, fcntl.LOCK_UN, 1, place)


def _took(file: IO[bytes], place: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    except OSError:  # another process has it
        return False
    return True


def _wake_next() -> None:
    """Only reminders: what is sent twice is done once."""
    for kind in Leased.__subclasses__():
        waiting = kind._default_manager.filter(kind.LONG, status=Status.QUEUED).order_by("status_updated_at", "pk")
        for pk in waiting.values_list("pk", flat=True)[:1]:
            wake(current_app.tasks[kind.TASK], pk)
