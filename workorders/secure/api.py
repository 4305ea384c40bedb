"""The API of workorders of secure codes, and the rules for an order, which the page keeps too."""

from __future__ import annotations

from workorders.orders.api import CreateWorkorder
from workorders.secure.serializers import SecureOrderSerializer


class CreateSsc(CreateWorkorder):
    """Order secure codes, whose ids are uploaded into the new workorder."""

    takes = SecureOrderSerializer
