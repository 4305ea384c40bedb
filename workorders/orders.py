"""Ordering codes whose ids the portal makes itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from portal.models import Company, User
from workorders import jobs
from workorders.models import Job, Workorder


class ReferenceTaken(Exception):  # noqa: N818  # an event, not a fault
    """The company has a workorder of that reference."""


@dataclass(frozen=True)
class Order:
    """What is to be minted. `product` is an id of the company's, `url_prefix` one that it has claimed or its own."""

    reference: str
    quantity: int
    url_prefix: str
    product: int | None = None
    activate_on_complete: bool = False
    avoid_lookalikes: bool = False
    use_serial_number: bool = False
    remarks: str = ""


def place(order: Order, company: Company, user: User) -> Workorder:
    """A new workorder of `company` and the queued job that mints its codes; ReferenceTaken when there is one."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                workorder = Workorder.objects.create(
                    company=company,
                    reference=order.reference,
                    quantity=order.quantity,
                    url_prefix=order.url_prefix,
                    use_serial_number=order.use_serial_number,
                    remarks=order.remarks,
                    created_by=user,
                )
        except IntegrityError:
            raise ReferenceTaken from None
        names = ("product", "activate_on_complete", "avoid_lookalikes")
        jobs.start(workorder, Job.What.MINT, {name: getattr(order, name) for name in names}, user)
    return workorder
