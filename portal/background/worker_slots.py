"""Worker slots: one process of every worker stays free for short work, and companies share the others.

A worker of N processes has N - 1 slots for long work, and one if it is a single process. Long work that finds no free
slot stays queued. It is sent again when long work ends in any worker, and by the sweep, in case another worker has one.
Slots are locks of the kernel on bytes of a file without a name: a process that is killed gives its own back.

A message says that there is work, not which. The oldest work of the company that has the least running is begun.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO, Any

from celery.signals import celeryd_after_setup
from django.db.models import BooleanField, Case, Count, ExpressionWrapper, F, IntegerField, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from portal.background.broker import wake
from portal.background.leases import AGAIN, Leased
from portal.background.progress import Status

_file: IO[bytes] | None = None  # None outside of a worker, where nothing waits behind anything
_slots = 0
_held: int | None = None  # the slot of the work that this process does
_behind: list[Leased] | None = None  # what it does right behind that; None while it is at no work


@celeryd_after_setup.connect
def make_slots(instance: Any, **_: Any) -> None:
    """Make the slots of a worker, before its processes are forked from it."""
    global _file, _slots  # a process is one worker, or none
    _file, _slots = TemporaryFile(), max(1, instance.concurrency - 1)  # noqa: SIM115  # as long as the worker


@contextmanager
def next_work(kind: type[Leased], pk: int) -> Iterator[int | None]:
    """Give the work to begin now that a message came for `pk`: that, or what comes before it; None for nothing.

    The block does the work, and what `take_behind` gives. Afterwards the long work of every kind that has waited
    longest is woken.
    """
    global _behind
    if _file is None:
        yield pk
        return
    chosen = _choose(kind)
    if chosen != pk:
        kind.ready().filter(pk=pk).update(lease_until=Now() + AGAIN)
    _behind = []
    try:
        yield chosen
    finally:
        _behind = None
        was_long = _held is not None
        _give_back()
        if was_long:
            _wake_next()
    if chosen not in (pk, None) and kind.ready().filter(pk=pk).exists():
        wake(kind.TASK, pk)  # the message was used for other work


def may_follow() -> bool:
    """Say whether this process can do short work right behind the work that it is at."""
    return _behind is not None


def goes_on() -> bool:
    """Say whether there is work for this process right behind the work that it is at."""
    return bool(_behind)


def follow(work: Leased) -> None:
    """Have this process do the work, which it created as claimed, right behind the work that it is at."""
    if _behind is not None:
        _behind.append(work)


def take_behind() -> list[Leased]:
    """Give the work that is to be done right behind, once."""
    global _behind
    taken, _behind = _behind or [], None
    return taken


def _choose(kind: type[Leased]) -> int | None:
    """Choose the work to begin, and take a slot if it is long; None when nothing waits that may begin."""
    is_long = False
    try:
        chosen, is_long = _choose_fairest(kind, may_be_long=take_slot())
    finally:
        if not is_long:
            _give_back()
    return chosen


def take_slot() -> bool:
    """Take a slot for the work of this process, if it has none, and say whether the work may be long."""
    global _held
    if _file is not None and _held is None:
        _held = next((slot for slot in range(_slots) if _locks(_file, slot)), None)
    return _file is None or _held is not None


def _give_back() -> None:
    global _held
    if _file is not None and _held is not None:
        fcntl.lockf(_file, fcntl.LOCK_UN, 1, _held)
    _held = None


def _choose_fairest(kind: type[Leased], *, may_be_long: bool) -> tuple[int | None, bool]:
    """Choose the oldest work of the company with the least running, of several the one served longest ago.

    Return it with whether it is long; None and False where nothing waits.
    """
    running = kind._default_manager.filter(status=Status.PROCESSING).values_list(kind.COMPANY)
    shares = [When(**{kind.COMPANY: company}, then=number) for company, number in running.annotate(number=Count("pk"))]
    order: list[str | Combinable] = [F(f"{kind.COMPANY}__served_at").asc(nulls_first=True), "status_updated_at", "pk"]
    if shares:
        order = [Case(*shares, default=0, output_field=IntegerField()), *order]
    waiting = kind.ready() if may_be_long else kind.ready().exclude(kind.LONG)
    is_long = ExpressionWrapper(kind.LONG, output_field=BooleanField())
    first = waiting.order_by(*order).values_list("pk", kind.COMPANY, is_long).first()
    if first is None:
        return None, False
    return int(first[0]), bool(first[2])


def _locks(file: IO[bytes], slot: int) -> bool:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
    except OSError:  # another process has it
        return False
    return True


def _wake_next() -> None:
    """Wake the long work that has waited longest. What is woken twice is done once."""
    for kind in Leased.__subclasses__():
        waiting = kind.ready().filter(kind.LONG).order_by("status_updated_at", "pk")
        for pk in waiting.values_list("pk", flat=True)[:1]:
            wake(kind.TASK, pk)
