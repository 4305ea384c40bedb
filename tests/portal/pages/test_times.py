"""Moments on pages: how long ago, in the reader's language and zone; exactly, for programs, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from portal.pages import times

SUMMER = datetime(2026, 7, 1, 22, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "zone", "day", "minute"),
    [
        ("en", "UTC", "1 July 2026", "1 July 2026, 22:30 UTC"),
        ("de", "Europe/Berlin", "2. Juli 2026", "2. Juli 2026, 00:30 CEST"),
        ("fr", "America/New_York", "1 juillet 2026", "1 juillet 2026, 18:30 EDT"),
        ("nl", "Europe/Amsterdam", "2 juli 2026", "2 juli 2026, 00:30 CEST"),
        ("zh-hans", "Asia/Shanghai", "2026年7月2日", "2026年7月2日 06:30 CST"),
    ],
)
def test_a_moment_is_told_in_the_language_and_the_zone(language: str, zone: str, day: str, minute: str) -> None:
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        assert times.day(SUMMER) == day
        assert times.minute(SUMMER) == minute
        assert 'datetime="2026-07-01T22:30:05+00:00"' in times.moment(SUMMER)


def test_a_moment_of_the_last_week_is_told_by_its_age_and_an_older_one_by_its_day() -> None:
    now = timezone.now()
    assert "3 days ago</time>" in times.ago(now - timedelta(days=3, minutes=1)).replace("\xa0", " ")
    assert f">{times.day(now - timedelta(days=8))}</time>" in times.ago(now - timedelta(days=8))
    assert "from now</time>" in times.ago(now + timedelta(days=3)).replace("\xa0", " ")
    assert f">{times.day(now + timedelta(days=30))}</time>" in times.ago(now + timedelta(days=30))
    with translation.override("de"):
        assert "3 Tage her</time>" in times.ago(now - timedelta(days=3, minutes=1)).replace("\xa0", " ")
    assert times.ago(None) == times.moment(None) == times.day(None) == times.minute(None) == ""


def test_the_footer_names_the_zone_and_its_place() -> None:
    assert times.zone_now() == "UTC"
    with timezone.override(ZoneInfo("Europe/Berlin")):
        assert times.zone_now() in ("CET (Europe/Berlin)", "CEST (Europe/Berlin)")
