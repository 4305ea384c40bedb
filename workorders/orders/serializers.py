"""The rules that pages and calls of every order share, and how an order becomes a workorder."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as PrefixTaken
from django.utils.translation import gettext
from rest_framework import serializers

from portal.models import Company, User
from portal.values.texts import Visible
from portal.values.whole_numbers import WholeNumberField
from portal.values.words import gettext_lazy
from workorders.codes.url_prefixes import check_url_prefix, longest_id
from workorders.identifiers.compact12 import LENGTH, MOST
from workorders.models import LONGEST_REFERENCE, Workorder
from workorders.orders.services import Order, ReferenceTaken, order_codes
from workorders.products.services import usable_products

REFERENCE_TAKEN = gettext_lazy("The company has a workorder of this reference already; choose another.")
MOST_REMARKS = 2000  # characters


class OrderForm(serializers.Serializer[Any]):
    """The rules of one kind of order, checked for the company in the context; pages and the API keep them."""

    reference = serializers.CharField(max_length=LONGEST_REFERENCE, validators=[Visible()])
    remarks = serializers.CharField(
        max_length=MOST_REMARKS, required=False, allow_blank=True, default="", validators=[Visible(lines=True)]
    )

    @property
    def company(self) -> Company:
        company: Company = self.context["company"]
        return company

    def validate_reference(self, value: str) -> str:
        if Workorder.objects.filter(company=self.company, reference=value).exists():
            raise serializers.ValidationError(REFERENCE_TAKEN)
        return value

    def place(self, user: User) -> Workorder:
        """The workorder of an order that was checked.

        ReferenceTaken or Django's ValidationError when another got its reference or its URL prefix meanwhile.
        """
        raise NotImplementedError

    @classmethod
    def order(cls, data: Any, company: Company, user: User, typed: bool = False) -> Workorder:
        """Order a workorder of `company` and return it. Raise ValidationError with all that is wrong, by field.

        `typed` says that a person typed the data on a page.
        """
        form = cls(data=data, context={"company": company, "typed": typed})
        form.is_valid(raise_exception=True)
        try:
            return form.place(user)
        except ReferenceTaken:
            raise serializers.ValidationError({"reference": [REFERENCE_TAKEN]}) from None
        except PrefixTaken as taken:
            raise serializers.ValidationError({"url_prefix": taken.messages}) from None


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
            raise serializers.ValidationError(gettext("No product of the company has this SKU, or it is hidden."))
        return product

    def validate_url_prefix(self, value: str | None) -> str:
        prefix = value or self.company.default_url_prefix
        if longest_id(prefix) < LENGTH:
            raise serializers.ValidationError(
                gettext(
                    "It has {prefix} characters; with an id of {length} behind it the QR code has no room for it."
                ).format(prefix=len(prefix), length=LENGTH)
            )
        if value:
            check_url_prefix(self.company, value)
        return prefix

    def place(self, user: User) -> Workorder:
        return order_codes(Order(**self.validated_data), self.company, user)
