"""What the call of scans takes and gives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rest_framework import serializers

from workorders.codes.api_lists import WHOSE
from workorders.scans.lookup import DAYS, MOST_DAYS, today


class PeriodSerializer(serializers.Serializer[Any]):
    """Days from `since` to `until`, both included."""

    since = serializers.DateField(required=False, help_text=f"The first day, {DAYS - 1} before the last unless said.")
    until = serializers.DateField(required=False, help_text="The last day, today unless said.")
    company = serializers.CharField(required=False, help_text=WHOSE)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        until = attrs.get("until", today())
        since = attrs.get("since", max(until, until.min + timedelta(DAYS)) - timedelta(DAYS - 1))
        if since > until:
            raise serializers.ValidationError({"since": ["It must not be later than `until`."]})
        if (until - since).days >= MOST_DAYS:
            raise serializers.ValidationError({"since": [f"Ask for {MOST_DAYS} days at most."]})
        return {"since": since, "until": until}


class DaySerializer(serializers.Serializer[Any]):
    """One day, in UTC."""

    day = serializers.DateField()
    scans = serializers.IntegerField()


class ScanDaysSerializer(serializers.Serializer[Any]):
    """A company's scans by day."""

    since = serializers.DateField()
    until = serializers.DateField()
    scans = serializers.IntegerField(help_text="Of all these days together.")
    days = DaySerializer(many=True)
