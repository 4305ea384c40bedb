"""Codes are looked up by their ids."""

from __future__ import annotations

import pytest

from portal.models import Company
from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.printing import of_company
from workorders.codes.filters import CodeFilter, parse_filter
from workorders.codes.lookup import find_codes, first_codes, is_of_another, may_see_codes, parse_id
from workorders.models import FIRST_CODES, Code, UrlPrefix

GTIN = "01/09520123456788/21/12345"


@pytest.mark.parametrize(
    ("query", "identifier"),
    [
        ("abc12345", "abc12345"),
        ("https://codes.example/c/demo/abc12345", "abc12345"),
        ("http://codes.example/c?id=abc12345", "abc12345"),
        ("https://codes.example/c#abc12345", "abc12345"),
        ("https://codes.example/", ""),
        ("https://codes.example//", ""),
        ("https://codes.example/c/demo/abc12345/", "abc12345"),
        (f"https://id.example/{GTIN}/?", GTIN),
        pytest.param(f"https://codes.example/{'/' * 500_000}a", "a", id="slashes"),
        pytest.param(f"https://codes.example/{'01/' * 200_000}a", "a", id="codes"),
        pytest.param(f"https://codes.example/a{'/' * 500_000}", "a", id="slashes-behind"),
        ("abc/12345", "abc/12345"),
        (GTIN, GTIN),
        (f"/{GTIN}", GTIN),
        (f"https://id.example/{GTIN}", GTIN),
        (f"https://id.example/some/path/{GTIN}", GTIN),
        ("/01/9520123456788/21/12345", GTIN),
        ("ftp://codes.example/abc12345", "ftp://codes.example/abc12345"),
        ("", ""),
    ],
)
def test_the_id_is_found_in_what_a_scanner_read(query: str, identifier: str) -> None:
    assert parse_id(query) == identifier


@pytest.mark.parametrize(
    ("url", "theirs"),
    [
        ("https://codes.example/c/other/same-0001", True),
        ("http://127.0.0.1:8000/c/nobody/same-0001/", True),
        ("https://theirs.example/x?id=same-0001", True),
        (f"https://theirs.example/c/{GTIN}", True),
        ("https://codes.example/c/demo/same-0001", False),
        ("https://mine.example/c/other/same-0001", False),
        ("https://anybody.example/same-0001", False),
        ("same-0001", False),
    ],
)
def test_the_url_of_another_companys_code_names_none(demo: Demo, url: str, theirs: bool) -> None:
    UrlPrefix.objects.create(prefix="theirs.example/x?id=", company=demo.other)
    UrlPrefix.objects.create(prefix="theirs.example/c/", company=demo.other)
    UrlPrefix.objects.create(prefix="mine.example/c/other/", company=demo.company)
    assert is_of_another(url, demo.company) is theirs
    some_codes(demo.staff, "same-0001")
    for given in ({"search": url}, {"extended_id": url}, {"ids": [url]}):
        meant = parse_filter(given)
        assert CodeFilter.from_json(meant.as_json()) == meant
        assert meant.codes(demo.company).count() == (0 if theirs or GTIN in url else 1)


def test_codes_of_an_id_are_found_in_the_companies_named(demo: Demo) -> None:
    mine = some_codes(demo.staff, "same-0001", "mine-0001").codes.get(identifier="same-0001")
    theirs = some_codes(demo.other_staff, "same-0001").codes.get()
    assert set(find_codes("same-0001", Company.objects.all())) == {mine, theirs}
    assert set(find_codes("same-0001", Company.objects.filter(slug="demo"))) == {mine}
    assert not find_codes("same-000", Company.objects.all())
    assert not find_codes("same-0001", Company.objects.filter(slug="printco"))


def test_the_first_codes_are_those_at_the_head_of_the_file(demo: Demo) -> None:
    workorder = some_codes(demo.staff, *(f"id-{number:06d}" for number in range(FIRST_CODES + 5)))
    assert [code.sequence for code in first_codes(workorder)] == list(range(1, FIRST_CODES + 1))
    Code.objects.filter(workorder=workorder, sequence__lt=FIRST_CODES).delete()
    assert [code.sequence for code in first_codes(workorder)] == [FIRST_CODES]


def test_codes_are_seen_by_people_of_brand_owners_and_superusers(demo: Demo) -> None:
    seeing = {user.email: may_see_codes(user) for user in (demo.staff, demo.admin, demo.printer, demo.root)}
    assert seeing == {
        "staff@demo.example": True,
        "admin@demo.example": True,
        "printer@printco.example": False,
        "root@codeport.example": True,
    }
    assert not may_see_codes(of_company(demo, "", "staff"))
