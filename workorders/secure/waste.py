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
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL
from psycopg.errors import LockNotAvailable, QueryCanceled

from portal.models import Event, User
from portal.timeline import events_of
from portal.values.words import gettext_lazy
from workorders.changes import locks
from workorders.changes.activation import without_reason
from workorders.changes.apply import apply_selected, begin_change
from workorders.changes.undo import HistoryGone, undo
from workorders.changes.values import NewValues
from workorders.models import ActivationStatus, BlacklistReason, Change, Code, Workorder

PATIENCE: Final = 10  # seconds for other changes of the brand owner's codes; somebody waits for the answer
STATEMENT_SECONDS: Final = 20  # that one statement may take meanwhile
MISPRINT = NewValues(ActivationStatus.BLACKLISTED, BlacklistReason.MISPRINT)
AMONG: Final = '"workorders_code".sequence = ANY(%s::integer[])'  # looked up in a hash table, once for each code
BUSY = gettext_lazy(
    "Other codes of the brand owner are being changed just now. Nothing was stored; send it again in a minute."
)

TOO_LONG = gettext_lazy("Changing these codes took too long. Nothing was stored; send it again when less is going on.")


class Busy(Exception):  # noqa: N818  # an event, not a fault
    """Changing codes, or waiting for other changes of them, takes too long. The message says so."""


@dataclass(frozen=True)
class Waste:
    """Wasted codes of one workorder: the first and last sequence of each range, in order, of which no two meet.

    There are so few that each can be named alone.
    """

    ranges: Sequence[tuple[int, int]] = ()

    @property
    def count(self) -> int:
        """The number of codes."""
        return sum(last - first + 1 for first, last in self.ranges)

    def codes(self, workorder: Workorder) -> QuerySet[Code]:
        """Return those codes of the workorder that no reason of their own has blacklisted."""
        sequences = [sequence for first, last in self.ranges for sequence in range(first, last + 1)]
        return without_reason(workorder).filter(RawSQL(AMONG, [sequences], BooleanField()))  # noqa: S611  # ours alone


NO_WASTE: Final = Waste()


def blacklist_waste(workorder: Workorder, waste: Waste, by: User) -> dict[str, Any]:
    """Blacklist the codes in the caller's transaction, and return what the timeline keeps of it. Raise Busy."""
    if not waste.count:
        return {}
    change = begin_change(workorder.company, Change.Origin.WORKORDER, by)
    try:
        _limit_waiting()
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
        _limit_waiting()
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


def _limit_waiting() -> None:
    locks.give_up_after(PATIENCE)
    locks.run_no_longer_than(STATEMENT_SECONDS)


def _as_busy(error: OperationalError) -> Exception:
    if isinstance(error.__cause__, LockNotAvailable):
        return Busy(BUSY)
    return Busy(TOO_LONG) if isinstance(error.__cause__, QueryCanceled) else error
