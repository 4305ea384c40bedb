"""The API of workorders."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import person
from portal.api.calls import Call
from portal.api.filters import Filters
from portal.api.idempotency import idempotent
from portal.models import Event, User
from workorders import jobs, visibility
from workorders.archives import images
from workorders.archives.builder import BeingMade, Kind
from workorders.archives.downloads import archive_download, images_download
from workorders.archives.serializers import LookSerializer, asks_for_images, look_of
from workorders.models import Job, Workorder
from workorders.secure.timeline import doer, events_for, told
from workorders.serializers import ArchiveSerializer, WorkorderProgressSerializer, WorkorderSerializer, being_made


class WorkorderFilters(Filters):
    choices: ClassVar = {"type": Workorder.Type.values, "state": Workorder.State.values}
    flags = ("is_archived",)
    orderings = ("reference", "quantity", "created_at")

    def search(self, text: str, user: User) -> Q:
        return Q(reference__icontains=text) | Q(remarks__icontains=text)


class _Workorders(Call, GenericAPIView[Workorder]):
    permission = "workorder_view"
    serializer_class = WorkorderSerializer

    def get_queryset(self) -> QuerySet[Workorder]:
        related = ("company", "printing_partner", "equipment", "substrate")
        return visibility.workorders_for(person(self.request)).select_related(*related)


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
        visibility.set_archived(workorders, form.validated_data["is_archived"])
        return Response(WorkorderProgressSerializer(workorders.get()).data)


class EventSerializer(serializers.ModelSerializer[Event]):
    """A line of a timeline, as the caller is told it."""

    text = serializers.SerializerMethodField(help_text="The same in words.")
    by = serializers.SerializerMethodField(
        help_text="Who did it: an e-mail address, or the name of another's company; null for the portal itself."
    )

    class Meta:
        model = Event
        fields: ClassVar = ["id", "what", "text", "at", "by", "address"]

    def get_text(self, event: Event) -> str:
        return told(event)

    def get_by(self, event: Event) -> str | None:
        return doer(event, self.context["request"].user)


class Timeline(Call, ListAPIView[Event]):
    """What happened to a workorder, first things first."""

    permission = "workorder_view"
    serializer_class = EventSerializer
    filter_backends: Any = ()

    def get_queryset(self) -> QuerySet[Event]:
        user = person(self.request)
        return events_for(get_object_or_404(visibility.workorders_for(user), pk=self.kwargs["pk"]), user)


class _Archive(_Workorders):
    kind: Kind

    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """The zip, whole or in part; 202 with progress while its codes, or it, are being made."""
        workorder = get_object_or_404(self.get_queryset(), pk=pk)
        job = workorder.minting
        if job is not None:
            if job.has_ended:
                raise Http404
            return being_made(job)
        return self.answer(request, workorder)

    def answer(self, request: Request, workorder: Workorder) -> HttpResponseBase:
        """The zip of a workorder whose codes are there."""
        try:
            return archive_download(request, workorder, self.kind)
        except BeingMade:
            return being_made(workorder.jobs.filter(what=Job.What.ARCHIVE, status__in=Job.OPEN).first() or Job())


class Download(_Archive):
    permission = "workorder_download"
    asks = LookSerializer
    kind = "archive"

    def answer(self, request: Request, workorder: Workorder) -> HttpResponseBase:
        """The zip; with `images` among the parameters, 202 with progress until the images are drawn."""
        asked = request.query_params.dict()
        if not asks_for_images(asked):
            return super().answer(request, workorder)
        look = look_of(asked, workorder)
        try:
            _name, job = images.asked(workorder, look, person(request))
        except images.NotMade as reason:
            return Response({"detail": str(reason)}, status.HTTP_409_CONFLICT, headers={"Retry-After": "60"})
        return images_download(request, workorder, look) if job is None else being_made(job)

    def delete(self, request: Request, pk: int) -> Response:
        """Cancel the making of images, named by the same parameters; 404 when they are not being made."""
        workorder = get_object_or_404(self.get_queryset(), pk=pk)
        look = look_of(request.query_params.dict(), workorder)
        job = workorder.jobs.filter(what=Job.What.IMAGES, parameters=look.parameters, status__in=Job.OPEN).first()
        if job is None or not jobs.cancel(job, person(request)):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)


class SerialNumbers(_Archive):
    permission = "workorder_sid_download"
    kind = "serial-numbers"
