"""Changing one code at once: a change without an ingestion record."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from portal.models import User
from workorders.changes.apply import apply_selected, begin_change
from workorders.changes.preview import count_selected
from workorders.changes.values import NewValues
from workorders.models import Change, Code

SAME = "The code has these values already."
FINAL = "The code belongs to a cancelled workorder, which blacklisted it, so it stays as it is."
CONTRADICTION = "A blacklist reason goes with activation status 2 (blacklisted) alone."


class Unchanged(Exception):  # noqa: N818  # an event, not a fault
    """The code has the values already; the message says so."""


class Unchangeable(Exception):  # noqa: N818  # says what the code is
    """The code must not get the values; the message says why."""


def change_code(code: Code, values: NewValues, origin: str, by: User) -> Change:
    """Give the code the values and return the change, which is in its history. Raises Unchanged or Unchangeable."""
    with transaction.atomic():
        change = begin_change(code.company, origin, by)
        if apply_selected(change, _only(code), values, single=True):
            return change
        transaction.set_rollback(True)
    raise _reason(code, values)


def _reason(code: Code, values: NewValues) -> Exception:
    found = count_selected(code.company, _only(code), values)
    if found is None or not found.refused:
        return Unchanged(SAME)
    return Unchangeable(CONTRADICTION if values.reason and values.status is None else FINAL)


def _only(code: Code) -> QuerySet[Code]:
    return Code.objects.filter(company_id=code.company_id, identifier=code.identifier)
