"""Support reads workorders and codes of every company, and has and changes none of them."""

from __future__ import annotations

import pytest

from portal.timeline import note
from tests.support.changes import changed
from tests.support.codes import path_of, some_codes
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.secure import a_secure_order
from tests.support.tokens import client_of
from workorders.models import Code, ScanDay, Workorder
from workorders.scans.lookup import today

API = "/api/v2"


@pytest.fixture
def order(demo: Demo) -> Workorder:
    """A workorder of demo's with codes, one of whose ids another company has, too."""
    some_codes(demo.other_staff, "shared-01", "other-001")
    return some_codes(demo.staff, "shared-01", "demo-0001")


def test_support_calls_for_workorders_of_every_company(demo: Demo, order: Workorder) -> None:
    support = client_of(demo.support)
    rows = support.get(f"{API}/workorders/").json()["results"]
    assert {row["id"] for row in rows} == {*Workorder.objects.values_list("pk", flat=True)}
    assert support.get(f"{API}/workorders/{order.pk}/").json()["reference"] == order.reference
    note(order, "downloaded", demo.staff, archive="archive", resumed=False)
    (line,) = support.get(f"{API}/workorders/{order.pk}/timeline/").json()["results"]
    assert line["by"] == demo.staff.email
    assert client_of(demo.support, "ingestion_view").get(f"{API}/workorders/").status_code == 403


def test_support_calls_for_codes_of_the_company_that_it_names(demo: Demo, order: Workorder) -> None:
    support = client_of(demo.support)

    def ids(slug: str) -> list[str]:
        return [row["id"] for row in support.get(f"{API}/codes/?company={slug}").json()["results"]]

    assert (ids("demo"), ids("other")) == (["demo-0001", "shared-01"], ["other-001", "shared-01"])
    for query, said in (
        ("", "Say whose codes: the slug of a brand owner."),
        ("?company=printco", "There is no such brand owner."),
        ("?company=nobody", "There is no such brand owner."),
    ):
        refused = support.get(f"{API}/codes/{query}")
        assert (refused.status_code, refused.json()) == (400, {"company": [said]})


def test_support_calls_for_one_code_and_its_history(demo: Demo, order: Workorder) -> None:
    support = client_of(demo.support)
    for part in ("", "history/"):
        assert support.get(f"{API}/codes/demo-0001/{part}").status_code == 200
        assert support.get(f"{API}/codes/unknown-1/{part}").status_code == 404
        assert support.get(f"{API}/codes/demo-0001/{part}?company=other").status_code == 404
        assert support.get(f"{API}/codes/shared-01/{part}").json() == {
            "company": ["Say whose codes: the slug of a brand owner."]
        }
    assert support.get(f"{API}/codes/shared-01/?company=demo").json()["workorder"] == order.pk


def test_support_calls_for_changes_and_scans_of_every_company(demo: Demo, order: Workorder) -> None:
    support = client_of(demo.support)
    ScanDay.objects.create(company=demo.company, day=today(), count=3)
    task = changed(demo.staff, {"search": "demo"}, activation_status=1)
    told = support.get(f"{API}/scm/tasks/{task.key}/").json()
    assert (told["state"], told["codes_affected"], told["created_by"]) == ("completed", 1, demo.staff.email)
    assert client_of(demo.other_staff).get(f"{API}/scm/tasks/{task.key}/").status_code == 404
    assert support.get(f"{API}/scans/?company=demo").json()["scans"] == 3
    assert support.get(f"{API}/scans/?company=other").json()["scans"] == 0
    assert support.get(f"{API}/scans/").json() == {"company": ["Say whose codes: the slug of a brand owner."]}
    assert client_of(demo.staff).get(f"{API}/scans/?company=other").status_code == 400


def test_support_sees_the_scans_of_a_company_that_it_chose(demo: Demo, order: Workorder) -> None:
    ScanDay.objects.create(company=demo.company, day=today(), count=3)
    at = f"/codes/scans/?company={demo.company.pk}"
    assert f'href="{at}"' in seen(demo.support, f"/codes/?company={demo.company.pk}")
    page = seen(demo.support, f"{at}&days=90")
    assert f'href="?company={demo.company.pk}&amp;days=365"' in page
    assert "No scans in these 90 days" not in page
    for query in ("", "?company=x", f"?company={demo.printco.pk}"):
        assert as_(demo.support).get(f"/codes/scans/{query}").status_code == 404
    assert as_(demo.printer).get(at).status_code == 403
    assert "No scans in these 30 days" in seen(demo.other_staff, at)


def test_people_of_a_brand_owner_name_no_other(demo: Demo, order: Workorder) -> None:
    staff = client_of(demo.staff)
    assert [row["id"] for row in staff.get(f"{API}/codes/?company=demo").json()["results"]] == [
        "demo-0001",
        "shared-01",
    ]
    for path in ("codes/", "codes/other-001/", "codes/other-001/history/"):
        refused = staff.get(f"{API}/{path}?company=other")
        assert (refused.status_code, refused.json()) == (400, {"company": ["There is no such brand owner."]})
    assert staff.get(f"{API}/codes/other-001/").status_code == 404
    assert client_of(demo.printer).get(f"{API}/codes/?company=demo").status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "codes/demo-0001/image/?images=svg"),
        ("PATCH", "codes/demo-0001/"),
        ("POST", "codes/download/"),
        ("GET", "workorders/{order}/download/"),
        ("GET", "workorders/{order}/serial-numbers/"),
        ("POST", "workorders/{order}/archive/"),
    ],
)
def test_support_calls_for_nothing_else(demo: Demo, order: Workorder, method: str, path: str) -> None:
    client = client_of(demo.support)
    assert client.generic(method, f"{API}/{path.format(order=order.pk)}").status_code == 403


def test_a_superuser_of_no_company_calls_for_no_code(demo: Demo, order: Workorder) -> None:
    client = client_of(demo.root)
    assert client.get(f"{API}/codes/demo-0001/").status_code == 403
    assert client.patch(f"{API}/codes/demo-0001/", {"activation_status": 1}, format="json").status_code == 403


def test_support_reads_the_pages(demo: Demo, order: Workorder) -> None:
    secure = a_secure_order(demo, "Vintage")
    page = seen(demo.support, "/workorders/")
    assert order.reference in page
    assert "Demo Brands" in page
    assert "demo-0001" in seen(demo.support, f"/workorders/{order.pk}/")
    assert "What happened" in seen(demo.support, f"/workorders/{secure.pk}/")
    assert "Choose a company" in seen(demo.support, "/codes/")
    listed = seen(demo.support, f"/codes/?company={demo.company.pk}&q=demo")
    assert "demo-0001" in listed
    assert "shared-01" not in listed
    assert "demo-0001" in seen(demo.support, f"/codes/?company={demo.company.pk}&workorder={order.pk}")
    assert seen(demo.support, "/search/?q=shared-01").count("shared-01</a>") == 2


def test_the_pages_offer_support_no_code_and_no_change(demo: Demo, order: Workorder) -> None:
    code = Code.objects.get(company=demo.company, identifier="demo-0001")
    taken = ("qr.svg", "qr.png", "qr.pdf", "sample.svg", "/download", "/export", "/scans/limit", "images", "/change/")
    for path in (f"/workorders/{order.pk}/", path_of(code), "/codes/", f"/codes/?company={demo.company.pk}"):
        page = seen(demo.support, path)
        main = page.partition("<main")[2].partition("</main>")[0]
        assert not [word for word in taken if word in main], path
        assert "<form" not in main.replace('<form class="filter"', ""), path
    for part in ("qr.svg", "qr.png", "qr.pdf"):
        assert as_(demo.support).get(path_of(code, part)).status_code == 403
        assert as_(demo.staff).get(path_of(code, part)).status_code == 200
    assert as_(demo.support).get(f"/workorders/{order.pk}/sample.svg").status_code == 403
    for path in ("images/", "download/", "serial-numbers/", "archive/"):
        assert as_(demo.support).post(f"/workorders/{order.pk}/{path}").status_code == 403
    assert as_(demo.support).post(path_of(code), {"activation_status": "1"}).status_code == 403
