"""Codes of which the printing partner has spoiled every print, and which are blacklisted when it reports that.

A rejection makes the report void and has every code printed again, so it takes this back from codes that nothing has
changed since, as far as the history still tells them. Completion activates inactive codes alone, and so none of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from django.db import OperationalError
from django.db.models import Q, QuerySet
from psycopg.errors import LockNotAvailable

from portal.models import Event, User
from portal.timeline import events_of
from workorders.changes import locks
from workorders.changes.activation import without_reason
from workorders.changes.apply import apply_selected, begin_change
from workorders.changes.undo import HistoryGone, undo
from workorders.changes.values import NewValues
from workorders.models import ActivationStatus, BlacklistReason, Change, Code, Workorder

PATIENCE: Final = 10  # seconds for other changes of the brand owner's codes; somebody waits for the answer
MISPRINT = NewValues(ActivationStatus.BLACKLISTED, BlacklistReason.MISPRINT)
BUSY = "Other codes of the brand owner are being changed just now. Nothing was stored; send it again in a minute."


class Busy(Exception):  # noqa: N818  # an event, not a fault
    """Other changes of codes take too long to wait for. The message says so."""


@dataclass(frozen=True)
class Waste:
    """Wasted codes of one workorder: the first and last sequence of each range, in order, of which no two meet."""

    ranges: Sequence[tuple[int, int]] = ()

    @property
    def count(self) -> int:
        """The number of codes."""
        return sum(last - first + 1 for first, last in self.ranges)

    def codes(self, workorder: Workorder) -> QuerySet[Code]:
        """Return those codes of the workorder that no reason of their own has blacklisted."""
        single = [first for first, last in self.ranges if first == last]
        wanted = Q(sequence__in=single)
        for first, last in self.ranges:
            if first != last:
                wanted |= Q(sequence__range=(first, last))
        return without_reason(workorder).filter(wanted)


NO_WASTE: Final = Waste()


def blacklist_waste(workorder: Workorder, waste: Waste, by: User) -> dict[str, Any]:
    """Blacklist the codes in the caller's transaction, and return what the timeline keeps of it. Raise Busy."""
    if not waste.count:
        return {}
    change = begin_change(workorder.company, Change.Origin.WORKORDER, by)
    try:
        locks.give_up_after(PATIENCE)
        apply_selected(change, waste.codes(workorder), MISPRINT)
    except OperationalError as error:
        raise _as_busy(error) from error
    return {"wasted_codes": waste.count, "change": change.pk}


def restore_waste(workorder: Workorder, by: User) -> None:
    """Take back, in the caller's transaction, what the last report of a print has blacklisted. Raise Busy."""
    change = Change.objects.filter(pk=_reported(workorder).get("change", 0), company=workorder.company_id).first()
    if change is None:
        return
    try:
        locks.give_up_after(PATIENCE)
        with suppress(HistoryGone):
            undo(change, Change.Origin.WORKORDER, by)
    except OperationalError as error:
        raise _as_busy(error) from error


def count_waste(workorder: Workorder) -> int:
    """Return how many codes the last report of a print has named as wasted."""
    return int(_reported(workorder).get("wasted_codes", 0))


def _reported(workorder: Workorder) -> dict[str, Any]:
    last: Event | None = events_of(workorder).filter(what="printed").last()
    return last.detail if last else {}


def _as_busy(error: OperationalError) -> Exception:
    return Busy(BUSY) if isinstance(error.__cause__, LockNotAvailable) else error
