"""The API of orders."""

from __future__ import annotations

from typing import ClassVar

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import not_a_brands, person
from portal.api.calls import Call
from portal.api.idempotency import idempotent
from workorders.orders.serializers import OrderForm, OrderSerializer
from workorders.serializers import WorkorderProgressSerializer


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


class CreateSid(CreateWorkorder):
    """Order codes whose ids the portal makes."""

    takes = OrderSerializer
