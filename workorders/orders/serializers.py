"""What the doors of every order share: a reference of its own, remarks, and how an order becomes a workorder."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError as PrefixTaken
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import not_a_brands, person
from portal.api.calls import Call
from portal.api.idempotency import idempotent
from portal.models import Company, User
from portal.values.texts import Visible
from workorders.api import WorkorderProgressSerializer
from workorders.models import Workorder
from workorders.orders.services import ReferenceTaken

TAKEN = "The company has a workorder of this reference already; choose another."
MOST_REMARKS = 2000  # characters


class OrderForm(serializers.Serializer[Any]):
    """The rules of one kind of order, checked for the company in the context; pages and the API keep them."""

    reference = serializers.CharField(max_length=100, validators=[Visible()])
    remarks = serializers.CharField(
        max_length=MOST_REMARKS, required=False, allow_blank=True, default="", validators=[Visible(lines=True)]
    )

    @property
    def company(self) -> Company:
        company: Company = self.context["company"]
        return company

    def validate_reference(self, value: str) -> str:
        if Workorder.objects.filter(company=self.company, reference=value).exists():
            raise serializers.ValidationError(TAKEN)
        return value

    def place(self, user: User) -> Workorder:
        """The workorder of an order that was checked.

        ReferenceTaken or Django's ValidationError when another got its reference or its URL prefix meanwhile.
        """
        raise NotImplementedError

    @classmethod
    def order(cls, data: Any, company: Company, user: User) -> Workorder:
        """A new workorder of `company` as `data` says; ValidationError with all that is wrong by field."""
        form = cls(data=data, context={"company": company})
        form.is_valid(raise_exception=True)
        try:
            return form.place(user)
        except ReferenceTaken:
            raise serializers.ValidationError({"reference": [TAKEN]}) from None
        except PrefixTaken as taken:
            raise serializers.ValidationError({"url_prefix": taken.messages}) from None


class CreateWorkorder(Call):
    """Order codes by `takes`; the answer's `progress` moves at the workorder's own address."""

    permission = "workorder_create"
    takes: ClassVar[type[OrderForm]]

    @idempotent
    def post(self, request: Request) -> Response:
        user = person(request)
        if user.brand is None:
            raise not_a_brands(request, "order codes")
        workorder = self.takes.order(request.data, user.brand, user)
        return Response(WorkorderProgressSerializer(workorder).data, status.HTTP_201_CREATED)
