"""The API of minting, and the rules for an order, which the page keeps too."""

from __future__ import annotations

from rest_framework import serializers

from portal.models import User
from portal.values.whole_numbers import WholeNumberField
from workorders.codes.url_prefixes import check_url_prefix
from workorders.identifiers.compact12 import LENGTH, MOST
from workorders.models import Workorder
from workorders.orders.serializers import CreateWorkorder, OrderForm
from workorders.orders.services import Order, place
from workorders.visibility import longest_id, usable_products


class OrderSerializer(OrderForm):
    """An order of codes with ids of the portal's own."""

    quantity = WholeNumberField(min_value=1, max_value=MOST)
    product = serializers.CharField(max_length=100, required=False, allow_blank=True, allow_null=True, default="")
    url_prefix = serializers.CharField(max_length=200, required=False, allow_blank=True, allow_null=True, default="")
    activate_on_complete = serializers.BooleanField(default=False)
    avoid_lookalikes = serializers.BooleanField(default=False)
    use_serial_number = serializers.BooleanField(default=False)

    def validate_product(self, value: str | None) -> int | None:
        """The id of the product, which is the company's and not archived."""
        if not value:
            return None
        product = usable_products(self.company.pk).get(value)
        if product is None:
            raise serializers.ValidationError("No product of the company has this SKU, or it is archived.")
        return product

    def validate_url_prefix(self, value: str | None) -> str:
        prefix = value or self.company.url_prefix
        if longest_id(prefix) < LENGTH:
            raise serializers.ValidationError(
                f"It has {len(prefix)} characters; with an id of {LENGTH} behind it the QR code has no room for it."
            )
        if value:
            check_url_prefix(self.company, value)
        return prefix

    def place(self, user: User) -> Workorder:
        return place(Order(**self.validated_data), self.company, user)


class CreateSid(CreateWorkorder):
    """Order codes whose ids the portal makes."""

    takes = OrderSerializer
