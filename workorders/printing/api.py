"""The API of printing: a POST for each step that people take by hand."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import person
from portal.api.calls import Call
from portal.api.idempotency import idempotent
from workorders import jobs
from workorders.deliveries import services as deliveries
from workorders.models import Workorder
from workorders.printing.steps import STEPS, take_step
from workorders.secure.waste import Busy
from workorders.secure.workflow import WrongState
from workorders.serializers import WorkorderProgressSerializer
from workorders.visibility import own_workorders, workorders_to_print


class _WorkorderCall(Call):
    """A call that changes one workorder of the brand owner; its answer is the workorder afterwards."""

    permission = "workorder_create"

    def workorders(self) -> QuerySet[Workorder]:
        """Return the workorders that the caller may change."""
        return own_workorders(person(self.request))

    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        workorder = get_object_or_404(self.workorders(), pk=pk)
        if reason := self.change(request, workorder):
            return Response({"detail": reason}, status.HTTP_400_BAD_REQUEST)
        return Response(WorkorderProgressSerializer(workorder).data)

    def change(self, request: Request, workorder: Workorder) -> str:
        """Change the workorder. Return why it cannot be done, or an empty text."""
        raise NotImplementedError


class _Step(_WorkorderCall):
    """Take one of STEPS."""

    step: ClassVar[str]

    def change(self, request: Request, workorder: Workorder) -> str:
        try:
            take_step(workorder, self.step, person(request), request.data)
        except (WrongState, Busy) as reason:
            return str(reason)
        return ""


class _PartnerStep(_Step):
    """A step of the printing partner."""

    permission = "workorder_print"

    def workorders(self) -> QuerySet[Workorder]:
        return workorders_to_print(person(self.request))


class Confirm(_PartnerStep):
    step = "confirmed"
    takes = STEPS[step].form


class Printed(_PartnerStep):
    step = "printed"
    takes = STEPS[step].form


class Complete(_Step):
    step = "completed"
    takes = STEPS[step].form


class Reject(_Step):
    step = "rejected"
    takes = STEPS[step].form


class Cancel(_Step):
    """Cancel a workorder of secure codes, or the minting of one of serialized identifiers."""

    step = "cancelled"
    permission = "workorder_cancel"

    def change(self, request: Request, workorder: Workorder) -> str:
        if workorder.type == Workorder.Type.SSC:
            return super().change(request, workorder)
        return "" if jobs.cancel_minting(workorder, person(request)) else jobs.NOT_MINTING


class AllowDownload(_WorkorderCall):
    """Let the secure codes be downloaded one more time."""

    def change(self, request: Request, workorder: Workorder) -> str:
        return "" if deliveries.allow_download(workorder, person(request)) else deliveries.NOTHING_SPENT
