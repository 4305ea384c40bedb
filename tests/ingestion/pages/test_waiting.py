"""The overview: what waits for somebody, and the codes that were made by day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from ingestion.models import IngestionRecord
from portal.models import User, UserAuthorizationToken
from tests.support.demo import Demo
from tests.support.equipment import a_paper, a_press
from tests.support.pages import a_record, a_refusal, a_workorder, as_, seen
from tests.support.secure import a_secure_order
from tests.support.tokens import issue
from workorders.models import Workorder


def waits(user: User) -> list[tuple[str, str]]:
    """Each line of what waits, and where it leads."""
    section = re.findall(r'<ul class="waiting sheet">(.*?)</ul>', seen(user, "/"))
    lines = re.findall(r'<a href="([^"]+)">(.*?)</a> <span class="soft">(.*?)</span>', "".join(section))
    return [(f"{said} {more}", url.replace("&amp;", "&")) for url, said, more in lines]


def test_a_brand_owner_is_told_of_refused_uploads_and_of_prints_to_judge(demo: Demo) -> None:
    assert waits(demo.staff) == []
    a_record(demo.staff)
    a_refusal(demo.staff, {"missing_id_error": 1})
    old = a_refusal(demo.staff, {"missing_id_error": 1})
    IngestionRecord.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=7))
    a_refusal(demo.other_staff, {"missing_id_error": 1})
    for number in range(2):
        a_secure_order(demo, f"Vintage {number}")
    Workorder.objects.filter(reference__startswith="Vintage").update(state="printed")
    first = (timezone.now().date() - timedelta(days=6)).isoformat()
    assert waits(demo.staff) == [
        (
            "2 printed workorders for the quality check to be completed or rejected",
            "/workorders/?type=SSC&state=printed",
        ),
        ("1 upload refused in the last 7 days", f"/ingestions/?status=error&from={first}"),
    ]
    for _said, url in waits(demo.staff):
        assert "is left out" not in seen(demo.staff, url)
    assert [said for said, _ in waits(demo.support)] == ["2 uploads refused in the last 7 days"]


def test_a_printing_partner_is_told_of_its_steps_and_its_calibrations(demo: Demo) -> None:
    today = timezone.now().date()
    a_secure_order(demo, "Autumn")
    a_secure_order(demo, "Spring")
    Workorder.objects.filter(reference="Spring").update(state="ready_to_print")
    a_press(demo, calibrated_until=today + timedelta(days=60))
    a_paper(demo, name="Old paper", calibrated_until=today - timedelta(days=1))
    a_paper(demo, name="Good paper", calibrated_until=today + timedelta(days=30))
    a_paper(demo, name="Paper out of use", calibrated_until=today, is_archived=True)
    assert waits(demo.printer) == [
        ("1 workorder to confirm with your equipment and substrate", "/workorders/?type=SSC&state=new"),
        ("1 workorder to print and to report as printed", "/workorders/?type=SSC&state=ready_to_print"),
        ("Calibration of 1 substrate has ended, or ends within 30 days", "/substrates/?sort=expiry"),
    ]


def test_tokens_that_expire_soon_are_listed_alone(demo: Demo) -> None:
    now = timezone.now()
    for name, expires_at in (
        ("soon", now + timedelta(days=13)),
        ("later", now + timedelta(days=15)),
        ("gone", now + timedelta(days=1)),
    ):
        issue(demo.staff, name=name, expires_at=expires_at)
    issue(demo.other_staff, name="other", expires_at=now + timedelta(days=1))
    UserAuthorizationToken.objects.filter(name="gone").update(revoked_at=now)
    assert waits(demo.staff) == [("1 API token expires within 14 days", "/tokens/?state=expiring")]
    page = seen(demo.staff, "/tokens/?state=expiring")
    assert re.findall(r'<th scope="row">(\w+)<', page) == ["soon"]
    assert '<option value="expiring" selected>Expires soon</option>' in page


def test_codes_are_told_by_the_day_on_which_they_were_made(demo: Demo) -> None:
    today = timezone.now()
    for ago, codes in ((0, 1_500), (0, 500), (29, 10), (30, 70)):
        made = a_workorder(demo.staff, quantity=codes)
        Workorder.objects.filter(pk=made.pk).update(created_at=today - timedelta(days=ago))
    a_workorder(demo.other_staff, quantity=4_000)
    page = seen(demo.staff, "/")
    assert "<strong>2,010 codes</strong>, 2,000 on the busiest day" in page
    assert page.count("<rect") == 2
    assert re.findall(r'<td class="number">(.*?)</td>', page) == ["2,000", "10"]
    assert "<rect" not in seen(demo.printer, "/")


@pytest.mark.parametrize(
    ("zone", "found", "named"),
    [
        ("", [("2026-10-25", "10"), ("2026-10-24", "1")], "UTC"),
        ("Europe/Berlin", [("2026-10-26", "5"), ("2026-10-25", "6")], "CET (Europe/Berlin)"),  # the 25th has 25 hours
        ("Asia/Shanghai", [("2026-10-26", "7"), ("2026-10-25", "4")], "CST (Asia/Shanghai)"),
    ],
)
def test_codes_are_told_by_days_of_the_readers_zone(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, zone: str, found: list[tuple[str, str]], named: str
) -> None:
    now = datetime(2026, 10, 26, 12, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    for moment, codes in (
        (datetime(2026, 10, 24, 22, tzinfo=UTC), 1),
        (datetime(2026, 10, 25, 15, 59, tzinfo=UTC), 3),
        (datetime(2026, 10, 25, 16, tzinfo=UTC), 2),
        (datetime(2026, 10, 25, 23, tzinfo=UTC), 5),
    ):
        made = a_workorder(demo.staff, quantity=codes)
        Workorder.objects.filter(pk=made.pk).update(created_at=moment)
    User.objects.filter(pk=demo.staff.pk).update(time_zone=zone)
    page = as_(demo.staff).get("/").content.decode()
    table = r'<time datetime="([0-9-]{10})">.*?</time></th><td class="number">(.*?)</td>'
    assert re.findall(table, page) == found
    assert f"Day, in {named}<" in page


def test_the_poll_of_the_page_counts_nothing(demo: Demo) -> None:
    a_workorder(demo.staff)
    a_refusal(demo.staff, {"missing_id_error": 1})
    poll = as_(demo.staff).get("/", headers={"HX-Request": "true"})
    assert "waiting" not in poll.context
    assert "chart" not in poll.context
    assert "codes.csv" in poll.content.decode()
