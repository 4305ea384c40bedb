"""Long work takes turns, so that one process of every worker is always at hand for short work, and companies share.

A worker of N processes has N - 1 places for long work, and one if it is a single process. Long work that finds none
stays queued. It is sent again when long work ends in any worker, and by the sweep, should another worker have a place.
Places are locks of the kernel on bytes of a file without a name: a process that is killed gives its own back.

A message says that there is work, not which: what is begun is the oldest of the company that has the least running.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any

from celery.signals import celeryd_after_setup
from django.db.models import Case, Count, F, IntegerField, QuerySet, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from portal.background.broker import wake
from portal.background.leases import AGAIN, Leased, Status
from portal.models import Company

_file: IO[bytes] | None = None  # None outside of a worker, where nothing waits behind anything
_places = 0
_held: int | None = None  # the place of the work that this process is at


@celeryd_after_setup.connect
def make_places(instance: Any, **_: Any) -> None:
    """Make the places of a worker, before its processes are forked from it."""
    global _file, _places  # a process is one worker, or none
    _file, _places = TemporaryFile(), max(1, instance.concurrency - 1)  # noqa: SIM115  # as long as the worker


@contextmanager
def turn(kind: type[Leased], pk: int) -> Iterator[int | None]:
    """What may begin now that a message came for `pk`: it, or what has waited for its turn before it; None for nothing.

    The block does the work. Its process then wakes the long work of every kind that has waited longest.
    """
    if _file is None:
        yield pk
        return
    chosen = _choose(kind)
    if chosen != pk:
        _rows(kind).filter(pk=pk).update(lease_until=Now() + AGAIN)
    try:
        yield chosen
    finally:
        was_long = _held is not None
        _give_back()
        if was_long:
            _wake_next()
    if chosen not in (pk, None) and _rows(kind).filter(pk=pk).exists():
        wake(kind.TASK, pk)  # the message was used for other work


def _choose(kind: type[Leased]) -> int | None:
    """The work to begin, with a place if it is long; None when nothing waits that may begin."""
    chosen, is_long = None, False
    try:
        chosen = _fairest(kind, may_be_long=take_place())
        is_long = chosen is not None and _rows(kind).filter(kind.LONG, pk=chosen).exists()
    finally:
        if not is_long:
            _give_back()
    return chosen


def take_place() -> bool:
    """Whether the work that this process is at may be long: it has a place from now on, or needs none."""
    global _held
    if _file is not None and _held is None:
        _held = next((place for place in range(_places) if _took(_file, place)), None)
    return _file is None or _held is not None


def _give_back() -> None:
    global _held
    if _file is not None and _held is not None:
        fcntl.lockf(_file, fcntl.LOCK_UN, 1, _held)
    _held = None


def _rows(kind: type[Leased]) -> QuerySet[Leased]:
    """What waits to be begun, and may be now."""
    return kind.ready()


def _fairest(kind: type[Leased], *, may_be_long: bool) -> int | None:
    """The oldest work of the company with the least running, and of such ones that which was not served for longest."""
    running = kind._default_manager.filter(status=Status.PROCESSING).values_list(kind.COMPANY)
    shares = [When(**{kind.COMPANY: company}, then=number) for company, number in running.annotate(number=Count("pk"))]
    order: list[str | Combinable] = [F(f"{kind.COMPANY}__served_at").asc(nulls_first=True), "status_updated_at", "pk"]
    if shares:
        order = [Case(*shares, default=0, output_field=IntegerField()), *order]
    waiting = _rows(kind) if may_be_long else _rows(kind).exclude(kind.LONG)
    first = waiting.order_by(*order).values_list("pk", kind.COMPANY).first()
    if first is None:
        return None
    Company.objects.filter(pk=first[1]).update(served_at=Now())
    return int(first[0])


def _took(file: IO[bytes], place: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    except OSError:  # another process has it
        return False
    return True


def _wake_next() -> None:
    """Only reminders: what is sent twice is done once."""
    for kind in Leased.__subclasses__():
        waiting = kind.ready().filter(kind.LONG).order_by("status_updated_at", "pk")
        for pk in waiting.values_list("pk", flat=True)[:1]:
            wake(kind.TASK, pk)
