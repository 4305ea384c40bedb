"""What people and programs are told of scans: by code, by day, and the limit that admins set."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.support.codes import path_of, some_codes
from tests.support.demo import Demo
from tests.support.scans import NOON, Scans, at, stored
from tests.support.tokens import client_of
from workorders.codes.filters import CodeFilter, parse_filter
from workorders.models import Code, ScanDay
from workorders.scans.lookup import count_days, scanned, today

LIMIT = "/codes/scans/limit/"


@pytest.fixture
def code(demo: Demo, scans: Scans, monkeypatch: pytest.MonkeyPatch) -> Code:
    """A code of two scans beside one that nobody scanned, and one of another company."""
    some_codes(demo.other_staff, "abc00001")
    some_codes(demo.staff, "abc00001", "abc00002")
    found = Code.objects.get(company=demo.company, identifier="abc00001")
    for now in (NOON, NOON + 3600):
        at(monkeypatch, now)
        scans.note(found)
    scans.store()
    return found


def as_(client: Client, user: Any) -> Client:
    client.force_login(user)
    return client


# The API


def test_a_code_tells_its_scans(demo: Demo, code: Code) -> None:
    api = client_of(demo.staff)
    two = {"count": 2, "first_at": "2026-11-29T12:00:00Z", "last_at": "2026-11-29T13:00:00Z"}
    none = {"count": 0, "first_at": None, "last_at": None}
    assert api.get("/api/v2/codes/abc00001/").json()["scans"] == two
    assert [found["scans"] for found in api.get("/api/v2/codes/").json()["results"]] == [two, none]
    assert client_of(demo.other_staff).get("/api/v2/codes/abc00001/").json()["scans"] == none


def test_a_list_asks_once_for_the_scans_of_all_its_codes(
    demo: Demo, scans: Scans, django_assert_max_num_queries: Any
) -> None:
    workorder = some_codes(demo.staff, *(f"abc{number:05}" for number in range(30)))
    for code in workorder.codes.all():
        scans.note(code)
    scans.store()
    api = client_of(demo.staff)
    with django_assert_max_num_queries(12) as few:
        api.get("/api/v2/codes/?limit=2")
    with django_assert_max_num_queries(len(few)):
        assert len(api.get("/api/v2/codes/?limit=30").json()["results"]) == 30


def test_days_are_told_from_since_until_until(demo: Demo, code: Code) -> None:
    ScanDay.objects.create(company=demo.company, day=date(2026, 11, 27), count=5)
    ScanDay.objects.create(company=demo.other, day=date(2026, 11, 28), count=7)
    api = client_of(demo.staff)
    assert api.get("/api/v2/scans/?since=2026-11-27&until=2026-11-29").json() == {
        "since": "2026-11-27",
        "until": "2026-11-29",
        "scans": 7,
        "days": [
            {"day": "2026-11-27", "scans": 5},
            {"day": "2026-11-28", "scans": 0},
            {"day": "2026-11-29", "scans": 2},
        ],
    }
    usual = api.get("/api/v2/scans/").json()
    assert (usual["until"], len(usual["days"])) == (str(today()), 30)
    assert len(api.get("/api/v2/scans/?until=2026-01-30").json()["days"]) == 30


@pytest.mark.parametrize(
    ("query", "name", "said"),
    [
        ("since=2026-11-29&until=2026-11-28", "since", "It must not be later than `until`."),
        ("since=2025-11-28&until=2026-11-29", "since", "Ask for 366 days at most."),
        ("since=yesterday", "since", "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."),
        ("sinse=2026-11-29", "sinse", "There is no such parameter; the nearest is `since`."),
    ],
)
def test_wrong_days_are_refused_by_name(demo: Demo, query: str, name: str, said: str) -> None:
    answer = client_of(demo.staff).get(f"/api/v2/scans/?{query}")
    assert (answer.status_code, answer.json()) == (400, {name: [said]})


def test_the_first_days_of_the_calendar_are_days_too(demo: Demo) -> None:
    assert client_of(demo.staff).get("/api/v2/scans/?until=0001-01-02").status_code == 200


def test_a_printing_partner_has_no_scans(demo: Demo) -> None:
    demo.printer.groups.set(demo.admin.groups.all())
    assert client_of(demo.printer).get("/api/v2/scans/").status_code == 403


# Filters


def test_a_filter_finds_what_was_scanned_and_what_was_not(demo: Demo, code: Code) -> None:
    def ids(value: Any) -> list[str]:
        return [found.identifier for found in parse_filter({"scanned": value}).codes(demo.company)]

    assert (ids("true"), ids(False)) == (["abc00001"], ["abc00002"])
    assert CodeFilter.from_json(CodeFilter(scanned=False).as_json()) == CodeFilter(scanned=False)
    assert [found.identifier for found in scanned(Code.objects.filter(company=demo.company))] == ["abc00001"]
    assert not scanned(Code.objects.filter(company=demo.other)).exists()


# Pages


def test_the_page_of_a_code_tells_its_scans(demo: Demo, code: Code, client: Client) -> None:
    page = as_(client, demo.staff).get(path_of(code)).content.decode()
    told = re.sub(r"\s+", " ", page.partition("<dt>Scans</dt><dd>")[2].partition("</dd>")[0])
    assert told.startswith('2, first <time datetime="2026-11-29T12:00:00+00:00"')
    assert 'last <time datetime="2026-11-29T13:00:00+00:00"' in told
    other = Code.objects.get(company=demo.company, identifier="abc00002")
    assert '<dt>Scans</dt><dd><span class="soft">none</span>' in client.get(path_of(other)).content.decode()


def test_the_curve_has_a_bar_for_each_day_with_scans(demo: Demo, client: Client) -> None:
    for ago, count in ((0, 4), (3, 1), (40, 9), (400, 50)):
        ScanDay.objects.create(company=demo.company, day=today() - timedelta(ago), count=count)
    ScanDay.objects.create(company=demo.other, day=today(), count=70)
    page = as_(client, demo.staff).get("/codes/scans/").content.decode()
    assert "<strong>5 scans</strong>, 4 on the busiest day" in page
    assert (page.count("<rect"), page.count('<th scope="row">')) == (2, 2)
    page = client.get("/codes/scans/?days=90").content.decode()
    assert "<strong>14 scans</strong>, 9 on the busiest day" in page
    assert page.count("<rect") == 3


def test_a_company_without_scans_is_told_so(demo: Demo, client: Client) -> None:
    page = as_(client, demo.staff).get("/codes/scans/").content.decode()
    assert "<h2>No scans in these 30 days</h2>" in page
    assert "<rect" not in page


def test_days_without_scans_are_counted_as_none(demo: Demo) -> None:
    ScanDay.objects.create(company=demo.company, day=date(2026, 2, 28), count=3)
    days = count_days(demo.company, date(2026, 2, 27), date(2026, 3, 1))
    assert days == [(date(2026, 2, 27), 0), (date(2026, 2, 28), 3), (date(2026, 3, 1), 0)]


# The limit


def test_an_admin_sets_changes_and_lifts_the_limit(demo: Demo, client: Client) -> None:
    as_(client, demo.admin)
    assert "No code is blacklisted for its scans." in client.get("/codes/scans/").content.decode()
    for given, limit, told in (
        ("100", 100, "An active code that was scanned 100 times is blacklisted."),
        ("1", 1, "An active code that was scanned 1 time is blacklisted."),
        ("", None, "No code is blacklisted for its scans."),
    ):
        answer = client.post(LIMIT, {"scan_limit": given}, follow=True)
        assert answer.redirect_chain == [("/codes/scans/", 302)]
        assert told in re.sub(r"\s+", " ", answer.content.decode())
        demo.company.refresh_from_db()
        demo.other.refresh_from_db()
        assert (demo.company.scan_limit, demo.other.scan_limit) == (limit, None)


@pytest.mark.parametrize("given", ["0", "-1", "1.5", "many", "1000000001"])
def test_no_other_limit_can_be_set(demo: Demo, client: Client, given: str) -> None:
    answer = as_(client, demo.admin).post(LIMIT, {"scan_limit": given})
    assert (answer.status_code, "Nothing was set yet." in answer.content.decode()) == (200, True)
    demo.company.refresh_from_db()
    assert demo.company.scan_limit is None


def test_only_admins_of_brand_owners_set_it(demo: Demo, client: Client) -> None:
    assert client.get(LIMIT).status_code == 302
    for user in (demo.staff, demo.printer, demo.support):
        assert as_(client, user).post(LIMIT, {"scan_limit": "5"}).status_code == 403
    demo.printer.groups.set(demo.admin.groups.all())
    assert as_(client, demo.printer).post(LIMIT, {"scan_limit": "5"}).status_code == 403
    assert LIMIT not in as_(client, demo.staff).get("/codes/scans/").content.decode()
    assert not stored(demo.company)


def test_the_back_office_sets_it(demo: Demo, client: Client) -> None:
    address = f"/admin/portal/company/{demo.company.pk}/change/"
    answer = as_(client, demo.root).post(address, {"name": demo.company.name, "scan_limit": "7"})
    assert answer.status_code == 302
    demo.company.refresh_from_db()
    assert demo.company.scan_limit == 7
