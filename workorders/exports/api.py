"""The API of exports."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import person
from portal.api.calls import Call
from portal.api.idempotency import idempotent
from portal.background.progress import Status
from workorders.codes.api import CodeDetail
from workorders.codes.api_lists import owner
from workorders.exports.downloads import download_export
from workorders.exports.limits import Refused
from workorders.exports.serializers import ExportSerializer
from workorders.exports.services import start_export
from workorders.models import Export

FAILED = "Codeport could not make this export. Ask for it again; if that fails too, tell the operators of this portal."
GONE = f"The file of an export is deleted {Export.KEPT.days} days after it was made. Ask for a new one."
CANCELLED = "This export was cancelled."
NOT_MADE = "This export is not being made any more, so there is nothing to cancel."


class StartExport(CodeDetail):
    """Start an export. By the other methods the address is that of the code `download`, if there is one."""

    takes = ExportSerializer

    @property
    def permission(self) -> str | tuple[str, ...]:  # type: ignore[override]  # of the method
        return "codes_view" if self.request.method == "POST" else CodeDetail.permission

    @idempotent
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  # the address calls it so
        """Queue the export; 202 with where its file will be."""
        company = owner(request)
        form = ExportSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        asked = form.validated_data
        try:
            export = start_export(
                person(request),
                company,
                asked["filters"],
                asked["format"],
                gzip=asked["gzip"],
                neutralise_formulas=asked["neutralise_formulas"],
            )
        except Refused as refusal:
            raise ValidationError({"format": [str(refusal)]}) from None
        return _being_made(request, export)


class ExportFile(Call):
    """An export's progress, then its file."""

    permission = "codes_view"

    def export(self, request: Request, pk: int) -> Export:
        """Return the export of the caller's company; raise Http404 where there is none."""
        return get_object_or_404(owner(request).exports, pk=pk)

    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """The file, whole or in part; 202 with progress while it is being made."""
        export = self.export(request, pk)
        if not export.has_ended:
            return _being_made(request, export)
        if export.has_file:
            return download_export(request, export, person(request))
        if export.status == Status.ERROR:
            return Response({"detail": export.refusal or FAILED}, status.HTTP_409_CONFLICT)
        return Response({"detail": GONE if export.file_deleted_at else CANCELLED}, status.HTTP_410_GONE)

    def delete(self, request: Request, pk: int) -> Response:
        """Cancel the export; 404 when it is not being made."""
        if not self.export(request, pk).cancel(person(request)):
            raise NotFound(NOT_MADE)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _being_made(request: Request, export: Export) -> Response:
    url = request.build_absolute_uri(f"/api/v2/codes/download/{export.pk}/")
    told = {"id": export.pk, "url": url, "progress": export.progress}
    return Response(told, status.HTTP_202_ACCEPTED, headers={"Retry-After": "1", "Location": url})
