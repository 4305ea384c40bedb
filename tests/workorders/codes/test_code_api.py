"""Single codes by the API: who finds which, page by page, and what a page costs."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import zxingcpp
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from rest_framework.test import APIClient

from tests.support.codes import path_of, some_codes
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.secure import a_secure_order
from tests.support.tokens import client_of
from tests.support.uploads import ingested
from workorders.codes import filters
from workorders.codes import picture as codes_picture
from workorders.identifiers.gs1 import respelled
from workorders.models import Change, Code, CodeScans, Product, Workorder

CODES = "/api/v2/codes/"


def found(client: APIClient, **asked: Any) -> tuple[int | None, list[str]]:
    """The count and the ids that the list answers."""
    answer = client.get(CODES, asked)
    assert answer.status_code == 200, answer.content
    return answer.json()["count"], [row["id"] for row in answer.json()["results"]]


def walked(client: APIClient, direction: str = "next", url: str = CODES, **asked: Any) -> list[list[str]]:
    """The ids of every page from `url` on."""
    pages, page = [], client.get(url, asked).json()
    while True:
        pages.append([row["id"] for row in page["results"]])
        if page[direction] is None:
            return pages
        page = client.get(page[direction]).json()


def test_a_code_is_told_with_all_that_it_is(demo: Demo) -> None:
    product = Product.objects.get(company=demo.company, sku="sku2")
    fields = {"product": product, "activation_status": 2, "blacklist_reason": 4, "scm_data": {"pallet_number": "7"}}
    workorder = some_codes(demo.staff, "abcd-0001", **fields)
    told = {
        "id": "abcd-0001",
        "url": "http://127.0.0.1:8000/c/demo/abcd-0001",
        "workorder": workorder.pk,
        "product": "sku2",
        "activation_status": 2,
        "blacklist_reason": 4,
        "scm_data": {"pallet_number": "7"},
        "serial_number": None,
        "sequence": 1,
        "batch": 1,
        "record": None,
        "scans": {"count": 0, "first_at": None, "last_at": None},
    }
    client = client_of(demo.staff, "workorder_view")
    assert client.get(f"{CODES}abcd-0001/").json() == told
    assert client.get(CODES).json() == {"count": 1, "next": None, "previous": None, "results": [told]}
    Workorder.objects.update(use_serial_number=True)
    Code.objects.update(sequence=20_001, product=None)
    told |= {"serial_number": "0000020001", "sequence": 20_001, "batch": 2, "product": None}
    assert client.get(f"{CODES}abcd-0001/").json() == told


def test_a_list_tells_of_each_code_what_its_own_address_does(demo: Demo) -> None:
    """A page is not made by the serializer that makes a single code."""
    product = Product.objects.get(company=demo.company, sku="sku2")
    some_codes(demo.staff, "abcd-0001", "abcd-0002", product=product, scm_data={"lot": "ä"}, activation_status=1)
    ingested(demo.staff, "id\nabcd-0003\nabcd-0004\n")
    Workorder.objects.filter(codes__identifier="abcd-0003").update(use_serial_number=True)
    first, last = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2026, 2, 3, 4, 5, 6, 7, tzinfo=UTC)
    scans = {"company": demo.company, "identifier": "abcd-0003", "count": 3, "first_at": first, "last_at": last}
    CodeScans.objects.create(**scans)
    CodeScans.objects.create(**scans | {"company": demo.other, "identifier": "abcd-0004"})
    client = client_of(demo.staff)
    listed = client.get(CODES).json()["results"]
    assert [row["id"] for row in listed] == ["abcd-0001", "abcd-0002", "abcd-0003", "abcd-0004"]
    assert listed == [client.get(f"{CODES}{row['id']}/").json() for row in listed]
    counted = {"count": 3, "first_at": "2026-01-02T03:04:05Z", "last_at": "2026-02-03T04:05:06.000007Z"}
    assert [row["scans"]["count"] for row in listed] == [0, 0, 3, 0]
    assert listed[2]["scans"] == counted
    assert listed[2]["record"] == listed[3]["record"] != listed[0]["record"]


GS1 = "01/04006381333931/10/L%2F7/21/A%2F1"


@pytest.mark.parametrize("given", [GS1, f"/{GS1}", "/01/4006381333931/10/%4c%2f7/21/A%2f1"])
def test_a_gs1_code_is_found_in_any_spelling(demo: Demo, given: str) -> None:
    some_codes(demo.staff, GS1)
    client = client_of(demo.staff)
    assert client.get(f"{CODES}{quote(given, safe='')}/").json()["id"] == GS1
    assert found(client, search=given) == (1, [GS1])


@pytest.mark.parametrize("missing", ["abcd-0002", "abcd-000", "abcd", "%2500", "%C3%A9", "a" * 5000, "a/b", "%2F", GS1])
def test_what_is_no_code_of_the_company_is_not_found(demo: Demo, missing: str) -> None:
    some_codes(demo.staff, "abcd-0001")
    some_codes(demo.other_staff, "abcd-0002")
    answer = client_of(demo.staff).get(f"{CODES}{missing}/")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_who_belongs_to_no_brand_owner_sees_no_single_code(demo: Demo) -> None:
    some_codes(demo.staff, "abcd-0001")
    for user in (demo.printer, demo.root):
        for path in (CODES, f"{CODES}abcd-0001/"):
            assert client_of(user).get(path).status_code == 403


# Filters


def test_the_list_is_filtered(demo: Demo) -> None:
    sku1, sku2 = (Product.objects.get(company=demo.company, sku=sku) for sku in ("sku1", "sku2"))
    first = some_codes(demo.staff, "abcd-0001", "abcd-0002", product=sku1, activation_status=1)
    second = some_codes(demo.staff, "ABCD-0003", "abcd-0004", product=sku2, activation_status=2, blacklist_reason=4)
    foreign = some_codes(demo.other_staff, "abcd-0005")
    client = client_of(demo.staff)
    everything = ["ABCD-0003", "abcd-0001", "abcd-0002", "abcd-0004"]
    for asked, ids in (
        ({}, everything),
        ({"search": "abcd"}, everything[1:]),
        ({"search": "abcd-0002"}, ["abcd-0002"]),
        ({"search": "http://127.0.0.1:8000/c/demo/abcd-0002"}, ["abcd-0002"]),
        ({"search": "bcd"}, []),
        ({"workorder": first.pk}, ["abcd-0001", "abcd-0002"]),
        ({"workorder": foreign.pk}, []),
        ({"workorder": 10**17}, []),
        ({"workorder": second.pk, "search": "abcd"}, ["abcd-0004"]),
        ({"product": "sku1"}, ["abcd-0001", "abcd-0002"]),
        ({"product": "nothing"}, []),
        ({"activation_status": 2}, ["ABCD-0003", "abcd-0004"]),
        ({"activation_status": 0}, []),
        ({"blacklist_reason": 4, "search": "ABCD"}, ["ABCD-0003"]),
        ({"activation_status": 1, "product": "sku2"}, []),
        ({"workorder": "", "search": ""}, everything),
    ):
        assert found(client, **asked) == (len(ids), ids), asked


@pytest.mark.parametrize(
    "asked",
    [
        *({"workorder": value} for value in ("x", "-1", "1" * 19, "1.0", "\u0661")),
        *({"activation_status": value} for value in ("3", "-1", "active", "01")),
        {"blacklist_reason": "11"},
        {"offset": 100_001},
        *({name: "a\0"} for name in ("search", "after", "before", "product", "workorder")),
    ],
)
def test_a_filter_that_means_nothing_is_refused(demo: Demo, asked: dict[str, Any]) -> None:
    answer = client_of(demo.staff).get(CODES, asked)
    assert (answer.status_code, list(answer.json())) == (400, list(asked))


# Pages

IDS = [f"code-{number:04}" for number in range(25)]


def test_a_code_whose_workorder_is_deleted_while_the_list_is_read_is_left_out(demo: Demo) -> None:
    """It is read after the codes, once however many of them it has."""
    some_codes(demo.staff, "abcd-0001", "abcd-0002", "abcd-0003")
    Code.objects.filter(identifier="abcd-0002").update(workorder_id=0)
    assert found(client_of(demo.staff))[1] == ["abcd-0001", "abcd-0003"]


def test_a_list_is_walked_forth_and_back(demo: Demo) -> None:
    some_codes(demo.staff, *IDS)
    client = client_of(demo.staff)
    pages = walked(client, limit=10)
    assert pages == [IDS[:10], IDS[10:20], IDS[20:]]
    last = f"{CODES}?limit=10&after={IDS[19]}"
    assert walked(client, "previous", last) == [IDS[20:], IDS[10:20], IDS[:10]]
    assert walked(client, limit=10, offset=5) == [IDS[5:15], IDS[15:]]
    assert found(client, limit=3, offset=24) == (25, IDS[24:])
    assert found(client, limit=3, offset=25) == (25, [])
    for behind in ("offset=25", "offset=99", f"after={IDS[24]}"):  # where the list has ended
        page = client.get(f"{CODES}?limit=10&{behind}").json()
        assert (page["count"], page["results"], page["next"]) == (25, [], None)
        assert walked(client, "previous", page["previous"]) == [IDS[15:], IDS[5:15], IDS[:5]]
        assert client.get(page["previous"]).json()["next"] is None
    assert client.get(CODES, {"limit": 10}).json()["previous"] is None
    assert client.get(CODES, {"before": "aaaa"}).json()["results"] == []
    some_codes(demo.staff, "code-0005a")  # while somebody walks
    assert client.get(last).json()["count"] == 26


def test_a_page_begins_at_one_end_alone(demo: Demo) -> None:
    answer = client_of(demo.staff).get(CODES, {"after": "code-0003", "before": "code-0009"})
    assert (answer.status_code, answer.json()) == (400, {"after": ["Give `after` or `before`, not both."]})


def test_links_keep_the_filters(demo: Demo) -> None:
    workorder = some_codes(demo.staff, *IDS, activation_status=1)
    asked: dict[str, Any] = {"workorder": workorder.pk, "search": "code", "activation_status": 1, "limit": 20}
    assert walked(client_of(demo.staff), **asked) == [IDS[:20], IDS[20:]]


def test_a_page_is_full_and_its_count_exact_or_null_however_few_codes_fit(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filters, "MOST_COUNTED", 10)
    monkeypatch.setattr(filters, "MOST_GATHERED", 2)
    product = Product.objects.get(company=demo.company, sku="sku2")
    workorder = some_codes(demo.staff, *IDS)
    few = some_codes(demo.staff, "other-0001", "other-0002")
    fields = {"activation_status": 2, "blacklist_reason": 9, "product": product}
    Code.objects.filter(identifier__in=(IDS[13], IDS[22], "other-0002")).update(**fields)
    client = client_of(demo.staff)
    for asked in ({"activation_status": 2}, {"blacklist_reason": 9}, {"product": "sku2"}):
        assert found(client, **asked) == (3, [IDS[13], IDS[22], "other-0002"])
        assert found(client, limit=2, **asked) == (None, [IDS[13], IDS[22]])
        assert walked(client, limit=1, **asked) == [[IDS[13]], [IDS[22]], ["other-0002"]]
        back = f"{CODES}?limit=2&before=p&{urlencode(asked)}"
        assert walked(client, "previous", back) == [[IDS[22], "other-0002"], [IDS[13]]]
        assert found(client, **asked, workorder=workorder.pk, offset=1) == (2, [IDS[22]])
        assert found(client, **asked, workorder=few.pk) == (1, ["other-0002"])
        assert found(client, **asked, search="code-001") == (1, [IDS[13]])
    assert found(client, activation_status=1) == (0, [])
    assert found(client, search="code") == (None, IDS[:20])
    assert found(client, search="code-000") == (10, IDS[:10])
    assert found(client) == (27, IDS[:20])


def test_a_page_costs_few_queries(demo: Demo) -> None:
    workorder = some_codes(demo.staff, *IDS)
    client = client_of(demo.staff)
    client.get(CODES)  # which notes the token's use
    cases: list[dict[str, Any]] = [{}, {"search": "code-00", "after": IDS[3]}, {"before": IDS[20]}]
    for asked in (*cases, {"workorder": workorder.pk, "after": IDS[3]}, {"activation_status": 0}):
        with CaptureQueriesContext(connection) as asked_for:
            client.get(CODES, asked)
        assert len(asked_for) <= 11, asked


def test_each_filter_finds_its_codes_and_no_others(demo: Demo) -> None:
    first = some_codes(demo.staff, *IDS[:3], scm_data={"lot": "A"})
    second = some_codes(demo.staff, *IDS[3:5], scm_data={"lot": "B"})
    some_codes(demo.other_staff, *IDS, scm_data={"lot": "A"})
    Workorder.objects.filter(pk=first.pk).update(use_serial_number=True, created_at=datetime(2026, 1, 1, tzinfo=UTC))
    change = Change.objects.create(company=demo.company, origin=Change.Origin.PAGE)
    Code.objects.filter(workorder=second, identifier=IDS[4]).update(last_change=change)
    client = client_of(demo.staff)
    for asked, ids in (
        ({"extended_id": IDS[1]}, IDS[1:2]),
        ({"extended_id": "code"}, []),
        ({"serial_number": "0000000002"}, IDS[1:2]),
        ({"scm_lot": "A"}, IDS[:3]),
        ({"scm_lot": "A", "workorder": second.pk}, []),
        ({"scm_none": "A"}, []),
        ({"created_before": "2026-01-02"}, IDS[:3]),
        ({"created_after": "2026-01-02"}, IDS[3:5]),
        ({"updated_after": "2026-01-01"}, IDS[4:5]),
        ({"updated_before": "2026-01-01"}, []),
        ({"workorder": first.pk, "sequence_from": 2, "sequence_to": 2}, IDS[1:2]),
        ({"workorder": second.pk, "batch": 1}, IDS[3:5]),
    ):
        assert found(client, **asked) == (len(ids), ids), asked


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"scm_Lot": "A"}, "An SCM field has small letters, digits and underscores; the nearest is `scm_lot`."),
        ({"lot": "A"}, "There is no such parameter; there are "),
        ({"serial": "1"}, "There is no such parameter; the nearest is `serial_number`."),
        ({"created": "2026-01-01"}, "There is no such parameter; the nearest is `created_after`."),
        ({"batch": "1"}, "Name the workorder as well: sequences count within one."),
        ({"updated_after": "monday"}, "It must look like 2026-11-23 or 2026-11-23T17:00:00Z."),
    ],
)
def test_what_is_no_filter_is_refused_with_the_right_name(demo: Demo, asked: dict[str, str], said: str) -> None:
    answer = client_of(demo.staff).get(CODES, asked)
    assert answer.status_code == 400
    ((name, (message,)),) = answer.json().items()
    assert name in asked
    assert message.startswith(said)


def test_what_filters_there_are_names_those_of_fields(demo: Demo) -> None:
    client = client_of(demo.staff)
    assert client.get(CODES, {"lot": "A"}).json()["lot"][0].endswith("`before` and `scm_<field>`.")
    assert client.get(CODES, {"scm_<field>": "A"}).status_code == 400


# Its image


def image(client: APIClient, identifier: str, **asked: Any) -> Any:
    return client.get(f"{CODES}{quote(identifier, safe='')}/image/", asked)


@pytest.mark.parametrize("given", ["abcd-0001", GS1, f"/{GS1}", "01/4006381333931/21/image", "01/04006381333931/21/21"])
def test_a_codes_image_reads_back_and_is_the_pages(demo: Demo, given: str) -> None:
    code = some_codes(demo.staff, respelled(given)).codes.get()
    client = client_of(demo.staff, "workorder_view")
    name, page = code.identifier.replace("/", "~"), path_of(code)
    for kind, content_type in (("svg", "image/svg+xml"), ("png", "image/png"), ("pdf", "application/pdf")):
        answer = image(client, given, images=kind)
        assert (answer.status_code, answer["Content-Type"]) == (200, content_type)
        assert f"{name}.{kind}" in answer["Content-Disposition"]
        assert answer["Cache-Control"] == "private, max-age=86400"
        if kind != "pdf":
            assert answer.content == as_(demo.staff).get(f"{quote(page, safe='/')}qr.{kind}").content
    for module in (1, 10, 40):
        picture = Image.open(io.BytesIO(image(client, given, images="png", module=module).content))
        assert picture.width % module == 0
        (symbol,) = zxingcpp.read_barcodes(picture.resize((picture.width * 40 // module,) * 2))
        assert symbol.text == code.url
    assert client.get(f"{CODES}{quote(given, safe='')}/").json()["id"] == code.identifier


@pytest.mark.parametrize(
    ("asked", "field", "said"),
    [
        ({}, "images", "This field is required."),
        ({"images": "SVG"}, "images", "The nearest is `svg`."),
        ({"images": "tiff"}, "images", "It must be one of `svg`, `png` and `pdf`."),
        ({"image": "svg"}, "image", "the nearest is `images`."),
        ({"images": "png", "module": "41"}, "module", "Ensure this value is less than or equal to 40."),
        ({"images": "png", "module": "0"}, "module", "Ensure this value is greater than or equal to 1."),
        ({"images": "png", "module": "4.0"}, "module", "A valid integer is required."),
        ({"images": "svg", "module": "4"}, "module", "It says nothing of SVG; leave it out."),
        ({"images": "pdf", "module": "20"}, "module", "It says nothing of PDF; leave it out."),
        ({"images": "png", "level": "H"}, "level", "There is no such parameter; "),
        ({"images": ["svg", "png"]}, "images", "Give it once."),
    ],
)
def test_an_image_that_there_is_not_is_refused(demo: Demo, asked: dict[str, Any], field: str, said: str) -> None:
    some_codes(demo.staff, "abcd-0001")
    answer = image(client_of(demo.staff), "abcd-0001", **asked)
    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert said in answer.json()[field][0]
    assert image(client_of(demo.staff), "abcd-0001", images="svg", module="10").status_code == 200


def test_a_secure_code_is_shown_with_a_specimen_to_its_owner_alone(committed_demo: Demo) -> None:
    demo = committed_demo
    workorder = a_secure_order(demo)
    ingested(demo.staff, "id\nabcd-0001\n", workorder=workorder.pk)
    code = workorder.codes.get()
    owner = client_of(demo.staff)
    for kind in ("svg", "png"):
        shown = image(owner, "abcd-0001", images=kind)
        assert shown.content == as_(demo.staff).get(path_of(code, f"qr.{kind}")).content
    assert shown.content == codes_picture.render_png(workorder, code.url)
    refused = image(owner, "abcd-0001", images="pdf")
    said = "A secure code is printed by its printing partner alone; look at one as `svg` or `png`."
    assert (refused.status_code, refused.json()) == (400, {"images": [said]})
    for user, status in ((demo.printer, 403), (demo.root, 403), (demo.support, 403), (demo.other_staff, 404)):
        assert image(client_of(user), "abcd-0001", images="svg").status_code == status
    assert image(client_of(demo.staff, "workorder_download"), "abcd-0001", images="svg").status_code == 403


@pytest.mark.parametrize("missing", ["abcd-0002", "image", "a/b", "01/04006381333931/21", "%2F", "é", "a" * 5000, "//"])
def test_there_is_no_image_of_what_is_no_code(demo: Demo, missing: str) -> None:
    some_codes(demo.staff, "abcd-0001")
    some_codes(demo.other_staff, "abcd-0002")
    answer = image(client_of(demo.staff), missing)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
