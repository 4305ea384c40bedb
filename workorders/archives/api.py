"""The API of the archives of a workorder."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import person
from portal.api.calls import Call
from workorders import jobs
from workorders.archives import images
from workorders.archives.builder import ArchiveKind, BeingMade
from workorders.archives.downloads import download_archive, download_images
from workorders.archives.serializers import LookSerializer, asks_for_images, parse_look
from workorders.models import Job, Workorder
from workorders.serializers import being_made
from workorders.visibility import workorders_for


class _Archive(Call):
    kind: ArchiveKind

    def workorder(self, pk: int) -> Workorder:
        """Return the workorder, if the caller may see it; raise Http404 otherwise."""
        related = ("company", "printing_partner", "equipment", "substrate")
        return get_object_or_404(workorders_for(person(self.request)).select_related(*related), pk=pk)

    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """The zip, whole or in part; 202 with progress while its codes, or it, are being made."""
        workorder = self.workorder(pk)
        job = workorder.minting
        if job is not None:
            if job.has_ended:
                raise Http404
            return being_made(job)
        return self.answer(request, workorder)

    def answer(self, request: Request, workorder: Workorder) -> HttpResponseBase:
        """The zip of a workorder whose codes are there."""
        try:
            return download_archive(request, workorder, self.kind)
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
        look = parse_look(asked, workorder)
        try:
            _name, job = images.request_images(workorder, look, person(request))
        except images.JustFailed as reason:
            return Response({"detail": str(reason)}, status.HTTP_409_CONFLICT, headers={"Retry-After": "60"})
        return download_images(request, workorder, look) if job is None else being_made(job)

    def delete(self, request: Request, pk: int) -> Response:
        """Cancel the making of images, named by the same parameters; 404 when they are not being made."""
        workorder = self.workorder(pk)
        look = parse_look(request.query_params.dict(), workorder)
        job = workorder.jobs.filter(what=Job.What.IMAGES, parameters=look.parameters, status__in=Job.OPEN).first()
        if job is None or not jobs.cancel(job, person(request)):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)


class SerialNumbers(_Archive):
    permission = "workorder_sid_download"
    kind = "serial-numbers"
