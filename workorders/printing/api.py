"""The API of printing, and what each step of it takes; the pages keep the same rules."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import person
from portal.api.calls import Call
from portal.api.idempotency import idempotent
from portal.background.leases import Status
from portal.models import User
from portal.values.addresses import address_of
from workorders import jobs
from workorders.archives.images import NotMade
from workorders.models import Workorder
from workorders.printing import deliveries
from workorders.printing.serializers import (
    STEPS,
    CompleteSerializer,
    ConfirmSerializer,
    PrintedSerializer,
    RejectSerializer,
    SecureCodesSerializer,
)
from workorders.secure import workflow
from workorders.serializers import WorkorderProgressSerializer, being_made
from workorders.visibility import own_workorders, workorders_to_print


class _Step(Call):
    """A step that a POST takes; the answer is the workorder after it."""

    name: ClassVar[str]  # of printing.STEPS

    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Take the step, if it is its turn."""
        return self.step(request, self.workorder(person(request), pk))

    def step(self, request: Request, workorder: Workorder) -> Response:
        """The answer to the step, which is taken if it is its turn."""
        try:
            if not workflow.can_be(workorder, self.name):
                raise workflow.OutOfTurn(workflow.refusal(workorder, self.name))
            STEPS[self.name](workorder, person(request), request.data)
        except workflow.OutOfTurn as reason:
            return Response({"detail": str(reason)}, status.HTTP_400_BAD_REQUEST)
        return Response(WorkorderProgressSerializer(workorder).data)

    def workorder(self, user: User, pk: int) -> Workorder:
        raise NotImplementedError


class _PartnersStep(_Step):
    permission = "workorder_print"

    def workorder(self, user: User, pk: int) -> Workorder:
        return get_object_or_404(workorders_to_print(user), pk=pk)


class _OwnersStep(_Step):
    permission = "workorder_create"

    def workorder(self, user: User, pk: int) -> Workorder:
        return get_object_or_404(own_workorders(user), pk=pk)


class Confirm(_PartnersStep):
    takes = ConfirmSerializer
    name = "confirmed"


class Printed(_PartnersStep):
    takes = PrintedSerializer
    name = "printed"


class Complete(_OwnersStep):
    takes = CompleteSerializer
    name = "completed"


class Reject(_OwnersStep):
    takes = RejectSerializer
    name = "rejected"


class Cancel(_OwnersStep):
    name = "cancelled"
    permission = "workorder_cancel"

    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Call secure codes off, or end the making of plain ones."""
        workorder = self.workorder(person(request), pk)
        if workorder.type == Workorder.Type.SSC:
            return self.step(request, workorder)
        if not jobs.cancel_minting(workorder, person(request)):
            return Response({"detail": jobs.NOT_MINTING}, status.HTTP_400_BAD_REQUEST)
        return Response(WorkorderProgressSerializer(workorder).data)


class AllowDownload(_OwnersStep):
    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Let the secure codes be downloaded one more time."""
        workorder = self.workorder(person(request), pk)
        if not deliveries.allow_again(workorder, person(request)):
            return Response({"detail": deliveries.NOTHING_SPENT}, status.HTTP_400_BAD_REQUEST)
        return Response(WorkorderProgressSerializer(workorder).data)


class SecureCodes(Call):
    """The archive that the caller prints from."""

    permission = "workorder_print"
    asks = SecureCodesSerializer

    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """The zip, prepared for the caller when it is first asked for: 202 with progress until it is there."""
        workorder = get_object_or_404(workorders_to_print(person(request)), pk=pk)
        form = SecureCodesSerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        try:
            job = deliveries.prepare(workorder, form.validated_data["images"], person(request), address_of(request))
            if job.status == Status.COMPLETED:
                return deliveries.hand_out(request, job, person(request), by_get=True)
        except deliveries.NotNow as reason:
            return Response({"detail": str(reason)}, status.HTTP_400_BAD_REQUEST)
        except NotMade as reason:
            return Response({"detail": str(reason)}, status.HTTP_409_CONFLICT, headers={"Retry-After": "60"})
        return being_made(job)
