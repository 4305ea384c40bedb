"""Where a day begins, by the clock of a place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from portal.values.moments import beginning_of


@pytest.mark.parametrize(
    ("zone", "day", "moment"),
    [
        ("UTC", date(2026, 3, 29), datetime(2026, 3, 29, tzinfo=UTC)),
        ("Asia/Shanghai", date(2026, 3, 29), datetime(2026, 3, 28, 16, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC)),  # of 23 hours
        ("Europe/Berlin", date(2026, 3, 30), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC)),  # of 25 hours
        ("Europe/Berlin", date(2026, 10, 26), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        ("Africa/Cairo", date(2026, 4, 24), datetime(2026, 4, 23, 22, tzinfo=UTC)),  # 00:00 is 01:00 there
        ("Asia/Shanghai", date.min, datetime.min.replace(tzinfo=UTC)),
        ("America/New_York", date.max, datetime(9999, 12, 31, 5, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_of_the_zone(zone: str, day: date, moment: datetime) -> None:
    with timezone.override(ZoneInfo(zone)):
        assert beginning_of(day) == moment
