"""Ordering SSC workorders: they begin without codes, with a secret of their own."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from portal.models import Company, User
from portal.timeline import note
from workorders.codes.url_prefixes import LONGEST_ID, SHORTEST_ID, check_url_prefix
from workorders.models import Workorder
from workorders.orders.services import create_workorder
from workorders.rendering.secure_graphic import LAYOUTS, make_secret

MOST = 10_000_000  # codes of a workorder
SETTINGS = (
    "layout",
    "printing_partner",
    "url_prefix",
    "use_serial_number",
    "activate_on_complete",
    "download_once",
)
"""The fields of an order that a template sets."""


def explain_long_prefix(prefix: str, layout: str) -> str:
    """Say why no id fits behind `prefix` in the symbols of `layout`; empty when one does."""
    capacity = LAYOUTS[layout].capacity
    if LAYOUTS[layout].longest_id(prefix) >= SHORTEST_ID:
        return ""
    return gettext(
        "The prefix {prefix} has {length} characters, and an id has {shortest} at least; the QR code of this"
        " layout takes {capacity}, so a prefix may have {most}."
    ).format(prefix=prefix, length=len(prefix), shortest=SHORTEST_ID, capacity=capacity, most=capacity - SHORTEST_ID)


def choose_prefix(company: Company, own: str | None, layout: str) -> str:
    """The prefix of an order: its own, or else the company's. ValidationError says why it could not be ordered now.

    Only the order itself claims it.
    """
    prefix = own or company.default_url_prefix
    if reason := explain_long_prefix(prefix, layout):
        raise ValidationError(reason)
    if own:
        check_url_prefix(company, own)
    return prefix


@dataclass(frozen=True)
class SecureOrder:
    """An order of secure codes. `url_prefix` is one that may stand before the company's ids, and fits the layout."""

    reference: str
    quantity: int
    layout: str
    printing_partner: Company
    url_prefix: str
    use_serial_number: bool = False
    activate_on_complete: bool = False
    download_once: bool = False
    remarks: str = ""


def order_secure_codes(order: SecureOrder, company: Company, user: User) -> Workorder:
    """Create an SSC workorder and note the order; raise as `create_workorder`."""
    with transaction.atomic():
        workorder = create_workorder(
            company,
            user,
            type=Workorder.Type.SSC,
            longest_id=min(LONGEST_ID, LAYOUTS[order.layout].longest_id(order.url_prefix)),
            secret=make_secret(),
            **vars(order),
        )
        note(workorder, "ordered", user, quantity=order.quantity)
    return workorder
