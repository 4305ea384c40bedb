"""The API of workorders."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import person
from portal.api.calls import Call
from portal.api.filters import Filters
from portal.api.idempotency import idempotent
from portal.models import User
from workorders import visibility
from workorders.models import Workorder
from workorders.serializers import ArchiveSerializer, WorkorderProgressSerializer, WorkorderSerializer


class WorkorderFilters(Filters):
    choices: ClassVar = {"type": Workorder.Type.values, "state": Workorder.State.values}
    flags = ("is_archived",)
    orderings = ("reference", "quantity", "created_at")
    searched = "Only workorders with this text in their reference or remarks, or with this id."

    def search(self, text: str, user: User) -> Q:
        return visibility.matching_workorders(text)


class _Workorders(Call, GenericAPIView[Workorder]):
    permission = "workorder_view"
    serializer_class = WorkorderSerializer

    def get_queryset(self) -> QuerySet[Workorder]:
        related = ("company", "printing_partner", "equipment", "substrate")
        return visibility.visible_workorders(person(self.request)).select_related(*related)


class WorkorderList(_Workorders, ListAPIView[Workorder]):
    """The company's workorders, newest first."""

    filter_backends = (WorkorderFilters,)

    def get_queryset(self) -> QuerySet[Workorder]:
        return visibility.with_reject_reasons(super().get_queryset())


class WorkorderDetail(_Workorders, RetrieveAPIView[Workorder]):
    """One workorder."""

    serializer_class = WorkorderProgressSerializer


class Archive(Call):
    """Whether a workorder stands in the list."""

    permission = "workorder_archive"
    takes = ArchiveSerializer

    @idempotent
    def post(self, request: Request, pk: int) -> Response:
        """Put the workorder out of sight, or bring it back."""
        workorders = visibility.own_workorders(person(request)).filter(pk=pk)
        get_object_or_404(workorders)
        form = ArchiveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        visibility.set_hidden(workorders, form.validated_data["is_archived"])
        return Response(WorkorderProgressSerializer(workorders.get()).data)
