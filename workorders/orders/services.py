"""Ordering codes whose ids the portal makes itself, and what every order has: a reference of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from portal.database.constraints import Violation, savepoint
from portal.models import Company, User
from workorders import jobs
from workorders.codes.url_prefixes import claim_url_prefix
from workorders.identifiers.compact12 import LENGTH
from workorders.models import Job, Workorder


class ReferenceTaken(Exception):  # noqa: N818  # an event, not a fault
    """The company has a workorder of that reference."""


@dataclass(frozen=True)
class Order:
    """An order of codes to be minted. `product` is an id of the company, `url_prefix` may stand before its ids."""

    reference: str
    quantity: int
    url_prefix: str
    product: int | None = None
    activate_on_complete: bool = False
    avoid_lookalikes: bool = False
    use_serial_number: bool = False
    remarks: str = ""


def order_codes(order: Order, company: Company, user: User) -> Workorder:
    """Create a workorder and queue the job that mints its codes; raise as `create_workorder`."""
    with transaction.atomic():
        workorder = create_workorder(
            company,
            user,
            reference=order.reference,
            quantity=order.quantity,
            url_prefix=order.url_prefix,
            longest_id=LENGTH,
            use_serial_number=order.use_serial_number,
            activate_on_complete=order.activate_on_complete,
            remarks=order.remarks,
        )
        names = ("product", "activate_on_complete", "avoid_lookalikes")
        jobs.start(workorder, Job.What.MINT, {name: getattr(order, name) for name in names}, user)
    return workorder


def create_workorder(company: Company, user: User, **fields: Any) -> Workorder:
    """Create a workorder with these fields and claim its URL prefix, in the caller's transaction.

    ReferenceTaken when the company has one of that reference, ValidationError when the prefix was taken meanwhile.
    """
    try:
        with savepoint("workorder_reference_of_company"):
            workorder = Workorder.objects.create(company=company, created_by=user, **fields)
    except Violation:
        raise ReferenceTaken from None
    claim_url_prefix(company, workorder.url_prefix)
    return workorder
