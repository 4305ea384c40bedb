"""Sheets of labels on the page of images: chosen, drawn before they are made, and ordered by one click."""

from __future__ import annotations

import re
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from tests.support.demo import Demo
from tests.support.pages import a_record, a_workorder, as_, seen
from workorders.archives.sheets import SHEETS, parse_sheet
from workorders.models import Job, Workorder
from workorders.rendering.label_sheet import LabelSheet

GRID: dict[str, str] = {
    "page": "letter",
    "columns": "2",
    "rows": "4",
    "margin_side": "10",
    "margin_top": "20",
    "column_gap": "5.9",
    "row_gap": "1",
}


def order_of(workorder: Workorder) -> Job:
    return workorder.jobs.get(what="images")


@pytest.mark.parametrize(
    ("name", "left", "top", "labels"),
    [
        ("letter-6", 0.15625, 0.5, 6),
        ("letter-10", 0.15625, 0.5, 10),
        ("letter-30", 0.1875, 0.5, 30),
        ("letter-80", 0.28125, 0.5, 80),
    ],
)
def test_letter_sheets_have_the_margins_of_the_template(name: str, left: float, top: float, labels: int) -> None:
    """x0 and y0 of `avery-us-templates.xml`, in inches."""
    sheet = LabelSheet(**SHEETS[name].asked)
    x, y = sheet.corners()[0]
    assert (sheet.page_width, sheet.page_height, sheet.labels) == (215.9, 279.4, labels)
    assert x / 25.4 == pytest.approx(left)
    assert (279.4 - y - sheet.label_height) / 25.4 == pytest.approx(top)


def test_labels_of_a_grid_of_ones_own_take_what_margins_and_gaps_leave() -> None:
    sheet = LabelSheet(**parse_sheet("own", GRID))
    assert (sheet.page_width, sheet.columns, sheet.rows, sheet.label_width) == (215.9, 2, 4, 95.0)
    assert sheet.label_height == pytest.approx((279.4 - 40 - 3) / 4)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"columns": "0"}, {"columns"}),
        ({"rows": "1,0"}, {"rows"}),
        ({"margin_top": "101"}, {"margin_top"}),
        ({"column_gap": "-1", "page": "a5"}, {"column_gap", "page"}),
        ({"margin_side": "100", "column_gap": "20"}, {"columns"}),
        ({"row_gap": ""}, {"row_gap"}),
    ],
)
def test_a_grid_out_of_its_limits_is_refused_at_its_field(changes: dict[str, str], fields: set[str]) -> None:
    with pytest.raises(ValidationError) as refused:
        parse_sheet("own", GRID | changes)
    detail: Any = refused.value.detail
    assert {*detail} == fields


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_who_chooses_a_sheet_means_a_pdf(demo: Demo, kind: str) -> None:
    workorder = a_workorder(demo.staff)
    posted = {
        "images": kind,
        "level": "M",
        "quiet_zone": "4",
        "module": "10",
        "sheet": "letter-30",
        "label_width": "30",
    }
    assert as_(demo.staff).post(f"/workorders/{workorder.pk}/images/", posted).status_code == 302
    parameters = order_of(workorder).parameters
    assert (parameters["style"]["kind"], parameters["style"]["module"]) == ("pdf", 0)
    assert (parameters["sheet"]["columns"], parameters["sheet"]["rows"]) == (3, 10)


def test_the_page_is_drawn_before_it_is_ordered(demo: Demo) -> None:
    workorder = a_workorder(demo.staff, quantity=1000)
    path = f"/workorders/{workorder.pk}/images/"
    posted = {"images": "svg", "level": "M", "quiet_zone": "4", "sheet": "own", "with_id": "on", "preview": "1", **GRID}
    for headers in ({}, {"HX-Request": "true"}):
        page = re.sub(r"\s+", " ", as_(demo.staff).post(path, posted, headers=headers).content.decode())
        assert '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 215.9 279.4"' in page
        assert "A page of 8 labels, each 95 by 59.1 mm with modules of" in page
        assert "125 pages for 1,000 codes." in page
        assert '<option value="pdf" selected>PDF</option>' in page
    assert not workorder.jobs.exists()
    refused = as_(demo.staff).post(path, posted | {"columns": "1,0"}).content.decode()
    assert "A whole number has no decimals" in refused
    assert "<svg xmlns" not in refused.split('id="sheet-picture"')[1].split("</form>")[0]
    nothing = as_(demo.staff).post(path, {"images": "svg", "level": "M", "quiet_zone": "4", "preview": "1"})
    assert "sheet-caption" not in nothing.content.decode()


def test_labels_are_ordered_by_one_click_on_the_sheet_used_last(demo: Demo) -> None:
    first, second, foreign = a_workorder(demo.staff), a_workorder(demo.staff), a_workorder(demo.other_staff)
    assert f'action="/workorders/{first.pk}/labels/"' in seen(demo.staff, f"/workorders/{first.pk}/")
    answer = as_(demo.staff).post(f"/workorders/{first.pk}/labels/")
    assert (answer.status_code, answer["Location"]) == (302, f"/workorders/{first.pk}/images/")
    assert order_of(first).parameters["sheet"]["columns"] == 3
    posted = {"images": "pdf", "level": "M", "quiet_zone": "4", "sheet": "65", "with_id": ""}
    as_(demo.staff).post(f"/workorders/{first.pk}/images/", posted)
    as_(demo.staff).post(f"/workorders/{second.pk}/labels/")
    assert (order_of(second).parameters["sheet"]["columns"], order_of(second).parameters["sheet"]["rows"]) == (5, 13)
    as_(demo.other_staff).post(f"/workorders/{foreign.pk}/labels/")
    assert order_of(foreign).parameters["sheet"]["columns"] == 3
    assert as_(demo.other_staff).post(f"/workorders/{first.pk}/labels/").status_code == 404
    assert as_(demo.staff).get(f"/workorders/{first.pk}/labels/").status_code == 405


def test_labels_that_do_not_fit_the_sheet_used_last_say_so(demo: Demo) -> None:
    first = a_workorder(demo.staff, longest_id=12)
    posted = {"images": "pdf", "level": "M", "quiet_zone": "4", "sheet": "letter-80"}
    assert as_(demo.staff).post(f"/workorders/{first.pk}/images/", posted).status_code == 302
    long = a_workorder(demo.staff, url_prefix=f"https://a.example/{'x' * 150}/", longest_id=40)
    page = as_(demo.staff).post(f"/workorders/{long.pk}/labels/", follow=True).content.decode()
    assert "The labels do not fit the sheet that was used last. A label of 44.45 by 12.7 mm leaves" in page
    assert not long.jobs.exists()


def test_the_record_of_an_upload_offers_its_labels(demo: Demo) -> None:
    record = a_record(demo.staff)
    assert f'action="/workorders/{record.workorder_id}/labels/"' in seen(demo.staff, f"/ingestions/{record.key}/")
    assert "/labels/" not in seen(demo.support, f"/ingestions/{record.key}/")
