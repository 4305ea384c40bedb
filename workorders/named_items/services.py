"""Storing what a company keeps under names of its own: equipment, substrates, templates of orders."""

from __future__ import annotations

from collections.abc import Collection

from portal.database.constraints import Violation, savepoint
from portal.values.words import gettext_lazy
from workorders.models import Equipment, Substrate, WorkorderTemplate

TAKEN = gettext_lazy("Your company has one of this name already, in use or hidden; choose another.")

Named = Equipment | Substrate | WorkorderTemplate


class NameTaken(Exception):  # noqa: N818  # an event, not a fault
    """The company has one of this name."""


def store(row: Named, fields: Collection[str] | None = None) -> None:
    """Save the row, or those of its fields; NameTaken when its company has another of its name."""
    try:
        with savepoint(*(constraint.name for constraint in row._meta.constraints)):
            row.save(update_fields=fields)
    except Violation:
        raise NameTaken from None
