"""Changing one code at once: a change without an ingestion record."""

from __future__ import annotations

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from psycopg.errors import LockNotAvailable

from portal.models import User
from portal.values.words import format_lazy, gettext_lazy, number_lazy
from workorders.changes import locks
from workorders.changes.apply import apply_selected, begin_change
from workorders.changes.selection import count_selection
from workorders.changes.values import NewValues
from workorders.codes.fields import MOST_SCM_FIELDS
from workorders.models import Change, Code

PATIENCE = 5  # seconds that somebody waits for another change of the code
BUSY = gettext_lazy("Another change of the same codes is under way; nothing was changed. Try again in a few seconds.")
SAME = gettext_lazy("The code has these values already.")
FINAL = gettext_lazy("The code belongs to a cancelled workorder, which blacklisted it, so it stays as it is.")
CONTRADICTION = gettext_lazy("A blacklist reason goes with activation status 2 (blacklisted) alone: give that too.")
TOO_FULL = format_lazy(
    gettext_lazy("The code would have more than {most} SCM fields, the most that a code has."),
    most=number_lazy(MOST_SCM_FIELDS),
)


class Unchanged(Exception):  # noqa: N818  # an event, not a fault
    """The code has the values already; the message says so."""


class Unchangeable(Exception):  # noqa: N818  # says what the code is
    """The code must not get the values; the message says why, and `field` is that of the values which it is about."""

    def __init__(self, message: str, field: str = "activation_status") -> None:
        super().__init__(message)
        self.field = field


class Busy(Exception):  # noqa: N818  # an event, not a fault
    """Another change of the code takes longer than somebody waits; the message says so."""


def change_code(code: Code, values: NewValues, origin: str, by: User) -> Change:
    """Give the code the values and return the change, which is in its history.

    Raises Unchanged, Unchangeable, or Busy.
    """
    try:
        with transaction.atomic():
            locks.give_up_after(PATIENCE)
            change = begin_change(code.company, origin, by)
            if apply_selected(change, _only(code), values, single=True):
                return change
            transaction.set_rollback(True)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy(BUSY) from error
        raise
    raise _reason(code, values)


def _reason(code: Code, values: NewValues) -> Exception:
    found = count_selection(code.company, _only(code), values)
    if found.contradicting:
        return Unchangeable(CONTRADICTION, "blacklist_reason")
    if found.full:
        return Unchangeable(TOO_FULL, "scm_data")
    return Unchangeable(FINAL) if found.final else Unchanged(SAME)


def _only(code: Code) -> QuerySet[Code]:
    return Code.objects.filter(company_id=code.company_id, identifier=code.identifier)
