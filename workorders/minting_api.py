"""The API of minting, and the rules for an order, which the page keeps too."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as InvalidPrefix
from django.core.validators import RegexValidator
from django.db import transaction
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import person
from portal.idempotency import idempotent
from portal.models import Company, User
from workorders.api import WorkorderProgressSerializer
from workorders.compact import LENGTH, MOST
from workorders.models import Workorder
from workorders.orders import Order, ReferenceTaken, place
from workorders.services import claim_url_prefix, longest_id, usable_products

TAKEN = "The company has a workorder of this reference already; choose another."
MOST_REMARKS = 2000  # characters


class ReferenceSerializer(serializers.Serializer[Any]):
    """What every order has, checked for the company in the context."""

    reference = serializers.CharField(
        max_length=100, validators=[RegexValidator(r"^[^\x00-\x1f\x7f]+\Z", "No control characters.")]
    )
    remarks = serializers.CharField(max_length=MOST_REMARKS, required=False, allow_blank=True, default="")

    @property
    def company(self) -> Company:
        company: Company = self.context["company"]
        return company

    def validate_reference(self, value: str) -> str:
        if Workorder.objects.filter(company=self.company, reference=value).exists():
            raise serializers.ValidationError(TAKEN)
        return value


class OrderSerializer(ReferenceSerializer):
    """An order of codes with ids of the portal's own."""

    quantity = serializers.IntegerField(min_value=1, max_value=MOST)
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
            try:
                claim_url_prefix(self.company, value)
            except InvalidPrefix as error:
                raise serializers.ValidationError(error.messages) from None
        return prefix


def order_codes(data: Any, company: Company, user: User) -> Workorder:
    """A new workorder as `data` says, whose codes will be minted; ValidationError with all that is wrong by field."""
    with transaction.atomic():  # a refused order claims no prefix
        form = OrderSerializer(data=data, context={"company": company})
        form.is_valid(raise_exception=True)
        try:
            return place(Order(**form.validated_data), company, user)
        except ReferenceTaken:
            raise serializers.ValidationError({"reference": [TAKEN]}) from None


class CreateSid(APIView):
    permission = "workorder_create"

    @idempotent
    def post(self, request: Request) -> Response:
        """Order codes whose ids the portal makes; the answer's `progress` moves at the workorder's own address."""
        company = person(request).brand
        if company is None:
            raise PermissionDenied("Only people of a brand owner create codes.")
        workorder = order_codes(request.data, company, person(request))
        return Response(WorkorderProgressSerializer(workorder).data, status.HTTP_201_CREATED)
