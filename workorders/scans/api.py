"""The call of scans by day."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.calls import Call
from workorders.codes.api_lists import company_read
from workorders.scans.lookup import count_days
from workorders.scans.serializers import PeriodSerializer, ScanDaysSerializer


class ScanList(Call):
    """A company's scans by day: the own one's or, for callers who see every company, that of `company`."""

    permission = "codes_view"
    asks = PeriodSerializer

    def get(self, request: Request) -> Response:
        """Answer with each day of the period, also those without a scan."""
        company = company_read(request)
        form = PeriodSerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        since, until = form.validated_data["since"], form.validated_data["until"]
        days = count_days(company, since, until)
        scans = sum(day.scans for day in days)
        shown = {"since": since, "until": until, "scans": scans, "days": [day._asdict() for day in days]}
        return Response(ScanDaysSerializer(shown).data)
