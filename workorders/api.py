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

from portal.api.authentication import Filters, ProgressSerializer, person
from portal.api.calls import Call
from portal.api.idempotency import idempotent
from portal.models import Company, Event, User
from workorders import jobs, visibility
from workorders.archives import images
from workorders.archives.builder import BeingMade, Kind
from workorders.archives.downloads import archive_download, images_download
from workorders.archives.serializers import LookSerializer, asks_for_images, look_of
from workorders.doubts import Doubt, doubts_of
from workorders.models import Equipment, Job, Substrate, Workorder
from workorders.secure import workflow
from workorders.secure.timeline import doer, events_for, told

PARTNER = "The slug of the printing company."


class BrandOwnerSerializer(serializers.ModelSerializer[Company]):
    class Meta:
        model = Company
        fields: ClassVar = ["slug", "name"]


class WorkorderSerializer(serializers.ModelSerializer[Workorder]):
    company = BrandOwnerSerializer(read_only=True, help_text="The brand owner, whose codes they are.")
    printing_partner = serializers.SlugRelatedField[Company](
        slug_field="slug", read_only=True, allow_null=True, help_text=PARTNER
    )
    equipment = serializers.SlugRelatedField[Equipment](slug_field="name", read_only=True, allow_null=True)
    substrate = serializers.SlugRelatedField[Substrate](slug_field="name", read_only=True, allow_null=True)
    reject_reason = serializers.SerializerMethodField(
        help_text="Why what was printed was rejected the last time; null if it never was."
    )

    class Meta:
        model = Workorder
        fields: ClassVar = [
            "id",
            "company",
            "reference",
            "type",
            "state",
            "quantity",
            "uploaded_quantity",
            "url_prefix",
            "use_serial_number",
            "activate_on_complete",
            "layout",
            "printing_partner",
            "download_once",
            "equipment",
            "substrate",
            "printed_quantity",
            "wasted_quantity",
            "reject_reason",
            "remarks",
            "is_archived",
            "created_at",
            "created_by",
        ]

    def get_reject_reason(self, workorder: Workorder) -> str | None:
        """What a list has asked for all its rows at once, or what holds of this one now."""
        if hasattr(workorder, "reject_reason"):
            said: str | None = workorder.reject_reason
            return said
        return workflow.reject_reason(workorder)


class WorkorderFilters(Filters):
    choices: ClassVar = {"type": Workorder.Type.values, "state": Workorder.State.values}
    flags = ("is_archived",)
    orderings = ("reference", "quantity", "created_at")

    def search(self, text: str, user: User) -> Q:
        return Q(reference__icontains=text) | Q(remarks__icontains=text)


class WorkorderProgressSerializer(WorkorderSerializer):
    """A workorder by itself: `progress` tells how far its minting and its archive are, null when both are there."""

    warnings = serializers.SerializerMethodField(help_text="What is no error, yet may not be meant.")
    progress = ProgressSerializer(source="making.progress", read_only=True, default=None, allow_null=True)

    class Meta(WorkorderSerializer.Meta):
        fields: ClassVar = [*WorkorderSerializer.Meta.fields, "warnings", "progress"]

    def get_warnings(self, workorder: Workorder) -> list[Doubt]:
        return doubts_of(workorder)


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
        return workflow.with_reject_reasons(super().get_queryset())


class WorkorderDetail(_Workorders, RetrieveAPIView[Workorder]):
    """One workorder."""

    serializer_class = WorkorderProgressSerializer


class ArchiveSerializer(serializers.Serializer[Any]):
    is_archived = serializers.BooleanField(help_text="Whether it is out of sight.")


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


def being_made(job: Job) -> Response:
    """202: how far the job is, without which there is nothing to download."""
    return Response({"progress": job.progress}, status.HTTP_202_ACCEPTED, headers={"Retry-After": "1"})


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
