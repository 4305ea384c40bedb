"""Looking up what was counted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from portal.models import Company
from workorders.models import Code, CodeScans, ScanDay

DAYS: Final = 30  # that are shown where nobody says otherwise
MOST_DAYS: Final = 366


class DayCount(NamedTuple):
    """One day and the number of its scans."""

    day: date
    scans: int


def scanned(codes: QuerySet[Code]) -> QuerySet[Code]:
    """Keep those of `codes` of which a scan is stored. What is still on its way is stored by `services.flush`."""
    return codes.filter(
        Exists(CodeScans.objects.filter(company=OuterRef("company"), identifier=OuterRef("identifier")))
    )


def count_days(company: Company, first: date, last: date) -> list[DayCount]:
    """Return the number of the company's scans on each day from `first` to `last`, also where there were none."""
    found = dict(ScanDay.objects.filter(company=company, day__range=(first, last)).values_list("day", "count"))
    days = (first + timedelta(number) for number in range((last - first).days + 1))
    return [DayCount(day, found.get(day, 0)) for day in days]


def today() -> date:
    """Return today's date in UTC, by which scans are counted."""
    return datetime.now(UTC).date()
