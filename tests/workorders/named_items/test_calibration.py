"""Equipment and substrates of a printing partner: kept by its people alone, marked when their calibration ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.demo import Demo
from tests.support.equipment import DATES, TODAY, WEEK, a_paper, a_press, another_partner, form
from tests.support.pages import as_, seen
from tests.support.secure import a_secure_order
from workorders.models import Equipment, Substrate

PLACES = ("/equipment/", "/substrates/")


def test_the_partner_adds_recalibrates_and_archives(demo: Demo) -> None:
    client = as_(demo.printer)
    assert "No equipment yet" in seen(demo.printer, "/equipment/")
    assert "Press 2 is added." in client.post("/equipment/create/", form(), follow=True).content.decode()
    press = Equipment.objects.get()
    assert (press.company, press.name, press.dpi) == (demo.printco, "Press 2", 1200)
    assert (press.calibrated_on, press.calibrated_until) == (TODAY - WEEK, TODAY + WEEK)
    later = form(calibrated_on=TODAY, calibrated_until=TODAY + 2 * WEEK, dpi=2400)
    assert client.post(f"/equipment/{press.pk}/", later).status_code == 302
    press.refresh_from_db()
    assert (press.calibrated_on, press.calibrated_until, press.dpi) == (TODAY, TODAY + 2 * WEEK, 1200)
    assert client.post("/substrates/create/", form(name="Matt 80 g")).status_code == 302
    assert Substrate.objects.get().name == "Matt 80 g"
    client.post(f"/equipment/{press.pk}/archive/", {"archive": "yes"})
    assert "Nothing fits" not in seen(demo.printer, "/equipment/?state=archived")
    assert "Press 2" not in seen(demo.printer, "/equipment/")
    client.post(f"/equipment/{press.pk}/archive/", {"archive": "no"})
    assert "Press 2" in seen(demo.printer, "/equipment/")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"name": "a\x1bb"}, "Use printable characters only."),
        ({"name": "Press 1"}, "Your company has one of this name already"),
        ({"dpi": 599}, "greater than or equal to 600"),
        ({"dpi": 2401}, "less than or equal to 2400"),
        ({"dpi": "fine"}, "Enter a whole number in digits"),
        ({"calibrated_on": TODAY + timedelta(days=1)}, "This day is still to come"),
        ({"calibrated_on": "2026-02-30"}, "Enter a valid date."),
        ({"calibrated_until": TODAY - 2 * WEEK}, "It ends before it began"),
        ({"calibrated_until": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(demo: Demo, typed: dict[str, Any], said: str) -> None:
    a_press(demo)
    page = as_(demo.printer).post("/equipment/create/", form(**typed)).content.decode()
    assert said in page
    assert "Nothing was saved yet" in page
    assert f'value="{form(**typed)["calibrated_on"]}"' in page
    assert Equipment.objects.count() == 1


def test_a_name_may_be_taken_by_another_company_and_not_by_ones_own(demo: Demo) -> None:
    press, second = a_press(demo), a_press(demo, name="Press 2")
    taken = as_(demo.printer).post(f"/equipment/{second.pk}/", form(name=press.name)).content.decode()
    assert "Your company has one of this name already" in taken
    assert "<h1>Press 2</h1>" in taken
    assert as_(another_partner()).post("/equipment/create/", form(name=press.name)).status_code == 302


def test_calibration_holds_from_its_first_to_its_last_day(demo: Demo) -> None:
    day = timedelta(days=1)
    spans = {(TODAY, TODAY): True, (TODAY - WEEK, TODAY - day): False, (TODAY + day, TODAY + WEEK): False}
    for number, ((first, last), holds) in enumerate(spans.items()):
        press = a_press(demo, name=f"Press {number}", calibrated_on=first, calibrated_until=last)
        assert press.is_usable is holds
    assert not a_press(demo, name="gone", is_archived=True).is_usable
    expired = seen(demo.printer, "/equipment/?state=expired")
    assert "Press 1" in expired
    assert "Press 0" not in expired
    assert '<span class="status expired">expired</span>' in expired
    assert "Press 0" in seen(demo.printer, "/equipment/?state=calibrated")


def test_lists_are_searched_sorted_and_paged_with_as_many_queries_for_many_rows(demo: Demo) -> None:
    counts = []
    for start, end in ((0, 3), (3, 30)):
        for number in range(start, end):
            a_press(demo, name=f"Press {number:02}", calibrated_until=date(2090, 1, 1) - timedelta(days=number))
        with CaptureQueriesContext(connection) as asked:
            page = seen(demo.printer, "/equipment/?q=press&sort=expiry")
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert page.index("Press 29") < page.index("Press 28")
    assert "1 to 25 of 30" in page
    assert "q=press&amp;sort=expiry&amp;page=2" in page
    assert "Nothing fits this filter" in seen(demo.printer, "/equipment/?q=nothing")


@pytest.mark.parametrize("place", PLACES)
def test_nobody_else_sees_or_changes_what_a_partner_has(demo: Demo, place: str) -> None:
    kept = a_press(demo) if place == "/equipment/" else a_paper(demo)
    paths = (f"{place}{kept.pk}/", f"{place}{kept.pk}/archive/")
    partner = another_partner()
    assert kept.name not in seen(partner, place)
    for path in paths:
        assert as_(partner).post(path, form(archive="yes")).status_code == 404
    for user in (demo.staff, demo.admin, demo.support, demo.root):
        for path in (place, f"{place}create/", *paths):
            assert as_(user).post(path, form(archive="yes")).status_code == 403
    kept.refresh_from_db()
    assert (kept.name, kept.is_archived) == (type(kept).objects.get().name, False)
    assert kept.calibrated_until == TODAY + WEEK


def test_who_adds_one_while_confirming_comes_back_to_the_workorder(demo: Demo) -> None:
    order, client = a_secure_order(demo, "Autumn"), as_(demo.printer)
    path = f"/workorders/{order.pk}/confirm/"
    assert f'href="/equipment/create/?workorder={order.pk}"' in seen(demo.printer, path)
    assert f'href="{path}">Back' in seen(demo.printer, f"/equipment/create/?workorder={order.pk}")
    assert client.post(f"/equipment/create/?workorder={order.pk}", form()).headers["Location"] == path
    for other in ("999999", "x", ""):
        added = client.post(f"/substrates/create/?workorder={other}", {"name": f"Paper {other}", **DATES})
        assert added.headers["Location"] == "/substrates/"
