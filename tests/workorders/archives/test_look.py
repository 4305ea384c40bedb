"""The look of images, as it is asked for and as a job keeps it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from workorders.archives.look import ImageLook, choose_version, make_label
from workorders.archives.names import archive_name, file_name, zip_name
from workorders.archives.serializers import asks_for_images, parse_look
from workorders.models import Workorder
from workorders.rendering.batch import Style
from workorders.rendering.label_sheet import LabelSheet

PREFIX = "https://codes.example/"


def an_order(**fields: Any) -> Workorder:
    """A workorder that is not stored."""
    known = {"pk": 7, "company_id": 3, "reference": "Spring tea", "quantity": 100, "url_prefix": PREFIX}
    return Workorder(**(known | {"longest_id": 12, "created_at": datetime(2026, 1, 1, tzinfo=UTC)} | fields))


def wrong(**asked: Any) -> dict[str, str]:
    """What is said of a look, by field."""
    with pytest.raises(ValidationError) as refused:
        parse_look(asked, an_order())
    detail: Any = refused.value.detail
    return {field: str(said[0]) for field, said in detail.items()}


def test_archives_are_stored_by_company_and_workorder() -> None:
    assert archive_name(an_order(), "archive") == "workorders/3/7/archive.zip"
    assert archive_name(an_order(), "serial-numbers") == "workorders/3/7/serial-numbers.zip"
    assert zip_name(1, 2, "images-svg-1") == "workorders/1/2/images-svg-1.zip"


def test_the_archive_of_secure_codes_says_how_many_it_holds() -> None:
    assert archive_name(an_order(type="SSC", uploaded_quantity=40), "archive") == "workorders/3/7/archive-40.zip"


@pytest.mark.parametrize(
    ("reference", "name"), [("Spring tea", "spring-tea"), ("茶", "7"), ("../x", "x"), ("---", "7")]
)
def test_downloads_are_called_by_the_reference_or_the_number(reference: str, name: str) -> None:
    assert file_name(an_order(reference=reference)) == name


def test_a_look_says_what_was_asked() -> None:
    assert parse_look({"images": "svg"}, an_order()) == ImageLook(Style("svg", "M", 3, 4, 0))
    asked = {"images": "png", "level": "H", "quiet_zone": "6", "module": "5", "version": "9"}
    assert parse_look(asked, an_order()) == ImageLook(Style("png", "H", 9, 6, 5))


def test_a_pdf_has_a_page_a_code_unless_it_has_sheets() -> None:
    look = parse_look({"images": "pdf"}, an_order())
    assert look == ImageLook(Style("pdf", "M", 3, 4, 0), LabelSheet(30, 30, 1, 1, 30, 30))
    look = parse_look({"images": "pdf", "columns": 3, "rows": 7, "with_id": True}, an_order())
    assert look.with_id
    assert look.sheet is not None
    assert (look.sheet.page_width, look.sheet.page_height, look.sheet.labels) == (210, 297, 21)
    assert look.sheet.label_width == pytest.approx(190 / 3)
    assert look.sheet.label_height == pytest.approx(277 / 7)


@pytest.mark.parametrize(
    "asked",
    [
        {"images": "svg", "version": 9},
        {"images": "png", "module": 3},
        {"images": "pdf", "columns": 2, "rows": 3, "column_gap": 1.5, "with_id": "true"},
    ],
)
def test_a_job_keeps_a_look_as_it_is(asked: dict[str, Any]) -> None:
    look = parse_look(asked, an_order())
    kept = json.loads(json.dumps(look.parameters))
    assert ImageLook.of(kept) == look
    assert ImageLook.of(kept).name == look.name


def test_looks_that_differ_have_different_names() -> None:
    asked: list[dict[str, Any]] = [
        {"images": "svg"},
        {"images": "png"},
        {"images": "png", "module": 11},
        {"images": "pdf"},
        {"images": "pdf", "with_id": True},
        {"images": "svg", "quiet_zone": 5},
    ]
    names = [parse_look(each, an_order()).name for each in asked]
    assert len(set(names)) == len(names)
    assert [name.split("-")[:2] for name in names[:2]] == [["images", "svg"], ["images", "png"]]
    assert parse_look({"images": "svg", "level": "M"}, an_order()).name == names[0]


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({}, {"images"}),
        ({"images": "gif"}, {"images"}),
        ({"images": "svg", "level": "X"}, {"level"}),
        ({"images": "svg", "version": 0}, {"version"}),
        ({"images": "svg", "version": 11}, {"version"}),
        ({"images": "svg", "version": 1}, {"version"}),
        ({"images": "svg", "quiet_zone": 3}, {"quiet_zone"}),
        ({"images": "svg", "quiet_zone": 21}, {"quiet_zone"}),
        ({"images": "png", "module": 0}, {"module"}),
        ({"images": "png", "module": 41}, {"module"}),
        ({"images": "svg", "module": 3}, {"module"}),
        ({"images": "svg", "with_id": True}, {"with_id"}),
        ({"images": "png", "columns": 2, "rows": 2}, {"columns", "rows"}),
        ({"images": "pdf", "columns": 2}, {"rows"}),
        ({"images": "pdf", "rows": 2}, {"columns"}),
        ({"images": "pdf", "columns": 51, "rows": 1}, {"columns"}),
        ({"images": "pdf", "label_width": 5}, {"label_width"}),
        ({"images": "pdf", "label_width": 6000}, {"label_width"}),
        ({"images": "pdf", "columns": 2, "rows": 2, "column_gap": -1}, {"label_width"}),
        ({"images": "svg", "colour": "red", "modul": 3}, {"colour", "modul"}),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(asked: dict[str, Any], fields: set[str]) -> None:
    assert wrong(**asked).keys() == fields


def test_reasons_say_what_would_do() -> None:
    assert wrong(images="svg", module=3) == {"module": "It says nothing of SVG; leave it out."}
    assert wrong(images="pdf", columns=2) == {"rows": "A sheet has both: say how many rows too."}
    assert wrong(images="svg", version=2, level="H")["version"] == (
        "Version 2 at level H takes URLs of up to 14 characters; the longest of this workorder has 34."
    )


@pytest.mark.parametrize("option", [{"module": "10"}, {"columns": "1"}, {"with_id": "false"}, {"row_gap": "0"}])
def test_an_option_that_says_the_default_is_taken_everywhere(option: dict[str, str]) -> None:
    assert parse_look({"images": "svg"} | option, an_order()) == parse_look({"images": "svg"}, an_order())


def test_secure_codes_have_no_plain_images() -> None:
    with pytest.raises(ValidationError, match="Secure codes are never printed without their graphic"):
        parse_look({"images": "svg"}, an_order(type="SSC"))


@pytest.mark.parametrize(
    ("asked", "asks"),
    [
        ({}, False),
        ({"images": "svg"}, True),
        ({"images": ""}, True),
        ({"level": "M"}, False),
        ({"level": "H"}, True),
        ({"module": ""}, False),
        ({"module": "10"}, False),
        ({"module": "x"}, True),
        ({"label_width": "30"}, True),
    ],
)
def test_a_download_asks_for_images_if_anything_says_more_than_the_defaults(asked: dict[str, str], asks: bool) -> None:
    assert asks_for_images(asked) is asks


@pytest.mark.parametrize(("level", "version"), [("L", 2), ("M", 3), ("Q", 3), ("H", 4)])
def test_the_version_is_the_smallest_for_the_longest_url(level: Any, version: int) -> None:
    assert choose_version(an_order(longest_id=10), level, None) == version
    assert choose_version(an_order(longest_id=10), level, 10) == 10


def test_what_no_version_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit a QR symbol of level H"):
        choose_version(an_order(longest_id=100), "H", None)


def test_more_pages_than_readers_open_are_refused() -> None:
    look = ImageLook(Style("pdf", "M", 3, 4, 0), LabelSheet(30, 30, 1, 1, 30, 30))
    assert make_label(an_order(quantity=1_000_000), look).modules == 29
    with pytest.raises(ValueError, match="1,000,001 codes need more than the 1,000,000 pages that readers open"):
        make_label(an_order(quantity=1_000_001), look)


def test_a_label_has_room_for_the_longest_id() -> None:
    look = ImageLook(Style("pdf", "M", 3, 4, 0), LabelSheet(30, 40, 1, 1, 30, 40), with_id=True)
    assert make_label(an_order(longest_id=14), look).text == 14
