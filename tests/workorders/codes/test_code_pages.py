"""Pages of single codes: who finds which, and what is shown of one."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from html import unescape

import pypdfium2
import pytest
import zxingcpp
from django.db import connection
from PIL import Image

from portal.models import User
from tests.support.codes import path_of, some_codes
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from workorders.codes import search
from workorders.codes.filters import CodeFilter
from workorders.models import Change, Code, Product, Workorder


def found(user: User, query: str) -> list[str]:
    """The ids that the search page lists, in its order."""
    return re.findall(
        r'<th scope="row" class="id">(?:<label.*?</label>)?<a href="[^"]*">([^<]*)</a>', seen(user, f"/codes/{query}")
    )


# Search


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["ABCD-0001", "abc_12345", "abcd-0001", "abcd-00010", "abcd-0002"]),
        ("abcd-0001", ["abcd-0001", "abcd-00010"]),
        ("abcd", ["abcd-0001", "abcd-00010", "abcd-0002"]),
        ("%20abcd-0002%20", ["abcd-0002"]),
        ("ABCD", ["ABCD-0001"]),
        ("abc_", ["abc_12345"]),
        ("abc%25", []),
        ("bcd", []),
        ("~", []),
        ("%C3%A9", []),
        ("%FF%27%22%3C", []),
        ("a" * 5000, []),
    ],
)
def test_codes_are_found_by_id_or_how_it_begins(demo: Demo, query: str, ids: list[str]) -> None:
    some_codes(demo.staff, "abcd-0002", "abcd-00010", "abcd-0001", "ABCD-0001", "abc_12345")
    some_codes(demo.other_staff, "abcd-0003")
    assert found(demo.staff, f"?q={query}") == ids


def test_the_codes_of_one_workorder_are_listed_and_searched(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "abcd-0002", "abcd-0001", "xyz-12345")
    some_codes(demo.staff, "abcd-0003")
    strange = some_codes(demo.other_staff, "abcd-0004")
    here = f"?workorder={workorder.pk}"
    assert f'href="/codes/{here}"' in seen(demo.staff, f"/workorders/{workorder.pk}/")
    assert found(demo.staff, here) == ["abcd-0001", "abcd-0002", "xyz-12345"]
    assert found(demo.staff, f"{here}&q=abcd") == ["abcd-0001", "abcd-0002"]
    assert f'<option value="{workorder.pk}" selected>' in seen(demo.staff, f"/codes/{here}")
    for other in (strange.pk, 0, "x", "9" * 30):
        assert as_(demo.staff).get(f"/codes/?workorder={other}").status_code == 404


def test_a_search_that_finds_nothing_says_so(demo: Demo) -> None:
    assert "No codes yet" in seen(demo.staff, "/codes/")
    assert "No such code" in seen(demo.staff, "/codes/?q=abcd")
    assert "No such code" in seen(demo.staff, "/codes/?activation_status=2")


def test_the_codes_of_one_status_are_listed(demo: Demo) -> None:
    some_codes(demo.staff, "abcd-0001", "abcd-0004")
    some_codes(demo.staff, "abcd-0002", activation_status=1)
    workorder = some_codes(demo.staff, "abcd-0003", "bcde-0003", activation_status=1)
    assert found(demo.staff, "?activation_status=1") == ["abcd-0002", "abcd-0003", "bcde-0003"]
    assert found(demo.staff, "?activation_status=0&q=abcd-0004") == ["abcd-0004"]
    assert found(demo.staff, f"?activation_status=1&q=a&workorder={workorder.pk}") == ["abcd-0003"]
    assert found(demo.staff, "?activation_status=2") == []
    assert len(found(demo.staff, "?activation_status=x")) == 5
    assert '<option value="1" selected>Active</option>' in seen(demo.staff, "/codes/?activation_status=1")


def test_the_first_page_has_the_codes_of_a_status_however_far_they_stand(demo: Demo) -> None:
    ids = [f"code-{number:04}" for number in range(60)]
    some_codes(demo.staff, *ids)
    Code.objects.filter(identifier__in=ids[30:]).update(activation_status=1)
    assert found(demo.staff, "?activation_status=1") == ids[30:55]
    assert 'rel="next" href="?activation_status=1&amp;after=code-0054"' in seen(
        demo.staff, "/codes/?activation_status=1"
    )
    assert found(demo.staff, "?activation_status=1&after=code-0054") == ids[55:]
    assert found(demo.staff, "?activation_status=1&before=code-0055") == ids[30:55]
    assert found(demo.staff, "?activation_status=1&before=code-0031") == ids[30:31]


def test_a_long_list_is_walked_forth_and_back(demo: Demo) -> None:
    ids = [f"code-{number:04}" for number in range(60)]
    some_codes(demo.staff, *ids)
    some_codes(demo.staff, "zzzzzzzz")
    assert found(demo.staff, "?q=code") == ids[:25]
    first = seen(demo.staff, "/codes/?q=code")
    assert 'rel="next" href="?q=code&amp;after=code-0024"' in first
    assert 'rel="prev"' not in first
    assert found(demo.staff, "?q=code&after=code-0024") == ids[25:50]
    middle = seen(demo.staff, "/codes/?q=code&after=code-0024")
    assert 'rel="next" href="?q=code&amp;after=code-0049"' in middle
    assert 'rel="prev" href="?q=code&amp;before=code-0025"' in middle
    assert found(demo.staff, "?q=code&after=code-0049") == ids[50:]
    last = seen(demo.staff, "/codes/?q=code&after=code-0049")
    assert 'rel="next"' not in last
    assert 'rel="prev" href="?q=code&amp;before=code-0050"' in last
    assert found(demo.staff, "?q=code&before=code-0050") == ids[25:50]
    assert found(demo.staff, "?q=code&before=code-0025") == ids[:25]
    assert 'rel="prev"' not in seen(demo.staff, "/codes/?q=code&before=code-0025")


def test_behind_the_end_of_a_list_are_its_last_codes(demo: Demo) -> None:
    """Where somebody pages on, and the codes that were to come were withdrawn meanwhile."""
    ids = [f"code-{number:04}" for number in range(60)]
    some_codes(demo.staff, *ids)
    assert found(demo.staff, "?after=code-0059") == ids[35:]
    last = seen(demo.staff, "/codes/?after=code-0059")
    assert "60 codes" in last
    assert 'rel="next"' not in last
    assert 'rel="prev" href="?before=code-0035"' in last
    assert found(demo.staff, "?q=none&after=code-0059") == []
    assert found(demo.staff, "?q=code&before=aaaa") == ids[:25]


def test_the_search_is_a_range_of_the_unique_index(demo: Demo) -> None:
    some_codes(demo.staff, "abcd-0001")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    plan = (
        CodeFilter(search="abcd")
        .codes(demo.company)
        .filter(identifier__gt="abcd-0001")
        .order_by("identifier")[:26]
        .explain()
    )
    assert "Index Scan using code_identifier_of_company" in plan
    condition = plan.split("Index Cond: ")[1].splitlines()[0]
    assert "company_id" in condition
    assert condition.count("identifier") == 3
    assert re.search(r"^ *Filter:", plan, re.MULTILINE) is None, plan  # a join's is another
    assert "Sort" not in plan


def test_a_page_is_filtered_by_all_that_a_code_says(demo: Demo) -> None:
    product = Product.objects.get(company=demo.company, sku="sku2")
    lots = {"scm_data": {"lot": "B7", "size": "L"}}
    first = some_codes(demo.staff, "abcd-0001", "abcd-0002", product=product, **lots)
    second = some_codes(demo.staff, "abcd-0003", activation_status=2, blacklist_reason=4)
    Workorder.objects.filter(pk=first.pk).update(use_serial_number=True, created_at=datetime(2026, 1, 31, tzinfo=UTC))
    change = Change.objects.create(company=demo.company, origin=Change.Origin.PAGE)
    Change.objects.filter(pk=change.pk).update(created_at=datetime(2026, 2, 1, 12, tzinfo=UTC))
    Code.objects.filter(workorder=second).update(last_change=change)
    for query, ids in (
        ("product=sku2", ["abcd-0001", "abcd-0002"]),
        ("product=sku1", []),
        ("blacklist_reason=4", ["abcd-0003"]),
        ("serial_number=0000000002", ["abcd-0002"]),
        ("scm=lot%3DB7", ["abcd-0001", "abcd-0002"]),
        ("scm=+lot+%3D+B7+", ["abcd-0001", "abcd-0002"]),
        ("scm_lot=B7&scm_size=L", ["abcd-0001", "abcd-0002"]),
        ("scm_lot=B8", []),
        ("created_to=2026-01-31", ["abcd-0001", "abcd-0002"]),
        ("created_to=2026-01-30", []),
        ("created_from=2026-02-01", ["abcd-0003"]),
        ("updated_from=2026-02-01&updated_to=2026-02-01", ["abcd-0003"]),
        ("updated_to=2026-01-31", []),
        (f"workorder={first.pk}&sequence_from=2", ["abcd-0002"]),
        (f"workorder={first.pk}&batch=1", ["abcd-0001", "abcd-0002"]),
        ("sequence_from=2", ["abcd-0001", "abcd-0002", "abcd-0003"]),
    ):
        assert found(demo.staff, f"?{query}") == ids, query
    page = seen(demo.staff, "/codes/?scm_lot=B7")
    assert 'name="scm_lot" value="B7"' in page
    assert "2 codes" in page


@pytest.mark.parametrize(
    ("zone", "query", "said"),
    [
        ("Europe/Berlin", "created_from=2026-03-29", "made from 2026-03-29"),
        ("Europe/Berlin", "created_to=2026-03-29", "made before 2026-03-30"),
        ("Asia/Shanghai", "created_from=2026-03-30", "made from 2026-03-30"),
    ],
)
def test_days_are_those_of_the_readers_zone(demo: Demo, zone: str, query: str, said: str) -> None:
    some_codes(demo.staff, "abcd-0001")
    Workorder.objects.update(created_at=datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC))
    User.objects.filter(pk=demo.staff.pk).update(time_zone=zone)
    assert found(demo.staff, f"?{query}") == ["abcd-0001"]
    link = re.search(r'href="(/codes/export/[^"]+)"', seen(demo.staff, f"/codes/?{query}"))
    assert link is not None
    assert said in seen(demo.staff, unescape(link[1]))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("scm=lot", "It must look like lot=B7: the name of a field, and its whole value."),
        ("scm=Lot%3D7", "It must look like lot=B7: the name of a field, and its whole value."),
        ("serial_number=x", "It must be up to 10 digits."),
        ("status=1", "There is no such filter; the nearest is <code>activation_status</code>."),
        ("sequence_from=2", "There is no such filter"),
    ],
)
def test_what_means_nothing_is_left_out_and_named(demo: Demo, query: str, said: str) -> None:
    some_codes(demo.staff, "abcd-0001")
    page = seen(demo.staff, f"/codes/?{query}")
    assert unescape(page).count(f"is left out. {said}") == 1
    assert page.count('<th scope="row" class="id">') == 1


def test_a_page_says_where_it_stopped_to_look(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, limit in {"PROBED": 1, "WALKED": 10, "WALKED_ON": 20}.items():
        monkeypatch.setattr(search, name, limit)
    ids = [f"code-{number:04}" for number in range(90)]
    some_codes(demo.staff, *ids)
    Code.objects.filter(identifier=ids[80]).update(scm_data={"lot": "B7"})
    page = seen(demo.staff, "/codes/?scm=lot%3DB7")
    assert "There may be more" in page
    assert "No such code" not in page
    assert 'rel="next" href="?scm=lot%3DB7&amp;after=code-0035"' in page
    assert found(demo.staff, "?scm=lot%3DB7&after=code-0060") == [ids[80]]


# One code


def test_a_code_is_shown_with_all_that_is_known_of_it(demo: Demo) -> None:
    product = Product.objects.get(company=demo.company, sku="sku2")
    workorder = some_codes(
        demo.staff,
        "abcd-0001",
        product=product,
        activation_status=2,
        blacklist_reason=4,
        scm_data={"intended_market": "BE", "note": "<b>"},
    )
    code = workorder.codes.get()
    Code.objects.update(sequence=20_001)
    page = seen(demo.staff, path_of(code))
    for text in (
        '<h1><span class="id">abcd-0001</span></h1>',
        "http://127.0.0.1:8000/c/demo/abcd-0001",
        "sku2, Product sku2",
        "blacklisted",
        "<dd>Stolen</dd>",
        "number 20,001 of 1, batch 2",
        "Order 0",
        '<dt class="id">intended_market</dt><dd>BE</dd>',
        "<dd>&lt;b&gt;</dd>",
    ):
        assert text in page, text


def test_a_code_without_anything_is_shown_too(demo: Demo) -> None:
    page = seen(demo.staff, path_of(some_codes(demo.staff, "abcd-0001").codes.get()))
    assert "inactive" in page
    assert "This code has none." in page
    assert "Blacklisted for" not in page


@pytest.mark.parametrize(("query", "pixels"), [("", 10), ("?module=4", 4), ("?module=40", 40)])
def test_the_png_has_the_size_that_was_chosen_and_reads_back(demo: Demo, query: str, pixels: int) -> None:
    code = some_codes(demo.staff, "abcd-0001").codes.get()
    response = as_(demo.staff).get(path_of(code, f"qr.png{query}"))
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Disposition"] == 'attachment; filename="abcd-0001.png"'
    image = Image.open(io.BytesIO(response.content))
    assert image.size == (pixels * 37, pixels * 37)  # version 3 has 29 modules, and the quiet zone 4 on each side
    (symbol,) = zxingcpp.read_barcodes(image)
    assert symbol.text == code.url


@pytest.mark.parametrize("module", ["0", "-1", "1000000", "x", "", "4.0", "%C3%A9"])
def test_another_size_is_refused_with_those_that_there_are(demo: Demo, module: str) -> None:
    code = some_codes(demo.staff, "abcd-0001").codes.get()
    response = as_(demo.staff).get(path_of(code, f"qr.png?module={module}"))
    assert (response.status_code, response.content) == (400, b"module must be one of 4, 10, 20, 40.")


def test_the_svg_is_the_symbol(demo: Demo) -> None:
    code = some_codes(demo.staff, "abcd-0001").codes.get()
    response = as_(demo.staff).get(path_of(code, "qr.svg"))
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert response.headers["Content-Disposition"] == 'attachment; filename="abcd-0001.svg"'
    assert response.headers["Cache-Control"] == "private, max-age=86400"
    assert b"<svg" in response.content


@pytest.mark.parametrize("length", [8, 100])
def test_the_pdf_is_one_page_that_reads_back(demo: Demo, length: int) -> None:
    code = some_codes(demo.staff, "Abcd-001" + "-" * (length - 8)).codes.get()
    response = as_(demo.staff).get(path_of(code, "qr.pdf"))
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{code.identifier}.pdf"'
    document = pypdfium2.PdfDocument(response.content)
    (page,) = document
    assert [round(side / 72 * 25.4) for side in page.get_size()] == [50, 60]
    assert "".join(page.get_textpage().get_text_range().split()) == code.identifier
    (symbol,) = zxingcpp.read_barcodes(page.render(scale=4).to_pil())
    assert symbol.text == code.url


# Who may


@pytest.mark.parametrize("part", ["", "qr.svg", "qr.png", "qr.pdf"])
def test_a_code_is_seen_by_its_own_company_alone(demo: Demo, part: str) -> None:
    code = some_codes(demo.staff, "abcd-0001").codes.get()
    foreign = some_codes(demo.other_staff, "abcd-0002").codes.get()
    path = path_of(code, part)
    assert [
        as_(user).get(path).status_code
        for user in (demo.staff, demo.admin, demo.root, demo.other_staff, demo.support, demo.printer)
    ] == [200, 200, 200, 404, 403 if part else 200, 403]
    client = as_(demo.staff)
    own, other = f"/workorders/{code.workorder_id}/codes", f"/workorders/{foreign.workorder_id}/codes"
    for missing in (
        f"{own}/abcd-0002",
        f"{own}/nothing-here",
        f"{own}/{'a' * 500}",
        f"{other}/abcd-0002",
    ):
        assert client.get(f"{missing}/{part}").status_code == 404, missing


def test_who_has_no_codes_cannot_search_them(demo: Demo) -> None:
    some_codes(demo.staff, "abcd-0001")
    for user in (demo.printer, demo.root):
        assert as_(user).get("/codes/?q=abcd").status_code == 403
        assert 'href="/codes/"' not in seen(user, "/")


def test_a_printer_sees_a_workorder_without_its_single_codes(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "abcd-0001")
    secure = {"type": "SSC", "state": "new", "layout": "inside", "uploaded_quantity": 1}
    Workorder.objects.update(**secure, printing_partner=demo.printco)
    page = seen(demo.printer, f"/workorders/{workorder.pk}/")
    assert "sample.svg" in page
    assert "/codes/" not in page
