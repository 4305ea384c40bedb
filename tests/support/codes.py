"""Codes, and where they are found."""

from __future__ import annotations

from portal.models import User
from tests.support.pages import a_workorder
from workorders.models import Code, Workorder


def some_codes(user: User, *identifiers: str, **fields: object) -> Workorder:
    """A workorder of the user's company with codes of these ids."""
    workorder = a_workorder(user, quantity=len(identifiers))
    Code.objects.filter(workorder=workorder).delete()
    Code.objects.bulk_create(
        Code(identifier=each, company=workorder.company, workorder=workorder, sequence=number, **fields)
        for number, each in enumerate(identifiers, 1)
    )
    return workorder


def path_of(code: Code, part: str = "") -> str:
    return f"/workorders/{code.workorder_id}/codes/{code.identifier}/{part}"
