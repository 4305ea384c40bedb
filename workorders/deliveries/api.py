"""The API of the secure codes that a printing partner prints from."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.authentication import person
from portal.api.calls import Call
from portal.background.progress import Status
from portal.values.addresses import address_of
from workorders.archives.images import JustFailed
from workorders.deliveries import services as deliveries
from workorders.deliveries.downloads import download_delivery
from workorders.deliveries.serializers import SecureCodesSerializer
from workorders.serializers import being_made
from workorders.visibility import workorders_to_print


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
            job = deliveries.prepare_delivery(
                workorder, form.validated_data["images"], person(request), address_of(request)
            )
            if job.status == Status.COMPLETED:
                return download_delivery(request, job, person(request), by_get=True)
        except deliveries.NotNow as reason:
            return Response({"detail": str(reason)}, status.HTTP_400_BAD_REQUEST)
        except JustFailed as reason:
            return Response({"detail": str(reason)}, status.HTTP_409_CONFLICT, headers={"Retry-After": "60"})
        return being_made(job)
