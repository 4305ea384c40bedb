"""Pages of workorders: the gallery, filters and order of the list, and the archive flag."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.models import User
from tests.support.demo import Demo
from tests.support.pages import a_workorder, as_, seen
from tests.support.tokens import client_of
from workorders.models import Code, Workorder


def listed(user: User, query: str = "") -> list[str]:
    """The references in the list, in its order."""
    return re.findall(r'<a href="/workorders/\d+/">([^<]*)</a></th>', seen(user, f"/workorders/{query}"))


def archive(client: Client, *workorders: Workorder, archived: str = "yes", query: str = "") -> str:
    """Post the list's form; what the page then says."""
    fields = {"archive": archived, "workorder": [workorder.pk for workorder in workorders]}
    response = client.post(f"/workorders/archive/{query}", fields, follow=True)
    assert response.redirect_chain == [(f"/workorders/{query}", 302)]
    (said,) = re.findall(r'<p class="notice (?:good|bad)" role="status">([^<]*)</p>', response.content.decode())
    return str(said)


# The gallery


def test_the_first_codes_are_shown_with_their_symbols(demo: Demo) -> None:
    order = a_workorder(demo.staff, quantity=25)
    Code.objects.bulk_create(
        Code(identifier=f"more-{place:04}", company=order.company, workorder=order, sequence=place)
        for place in range(3, 26)
    )
    Code.objects.filter(sequence=2).update(activation_status=1)
    page = seen(demo.staff, f"/workorders/{order.pk}/")
    assert "First 20 of 25 codes" in page
    items = re.findall(r"<li> (<img class=\"qr\".*?)</li>", page)
    assert len(items) == 20
    path = f"/workorders/{order.pk}/codes/code-0-2/"
    assert f'src="{path}qr.png?module=4" width="148" height="148" loading="lazy" alt=""' in items[1]
    assert f'href="{path}">code-0-2</a>' in items[1]
    assert ">active<" in items[1]
    assert "more-0021" not in page


@pytest.mark.parametrize("state", ["completed", "cancelled"])
def test_who_looks_at_a_workorder_downloads_nothing(demo: Demo, state: str) -> None:
    order = a_workorder(demo.staff, quantity=2)
    Workorder.objects.filter(pk=order.pk).update(state=state)
    client = as_(demo.staff)
    page = client.get(f"/workorders/{order.pk}/").content.decode()
    pictures = re.findall(r'<img class="qr" src="([^"]*)"', page)
    assert pictures
    assert {client.get(picture).status_code for picture in pictures} == {200}
    order.refresh_from_db()
    assert order.downloaded_at is None


# The list


@pytest.mark.parametrize(
    ("query", "references"),
    [
        ("", ["Autumn", "Summer", "Spring"]),
        ("?sort=oldest", ["Spring", "Summer", "Autumn"]),
        ("?sort=reference", ["Autumn", "Spring", "Summer"]),
        ("?sort=most", ["Summer", "Spring", "Autumn"]),
        ("?sort=fewest", ["Autumn", "Spring", "Summer"]),
        ("?sort=nonsense", ["Autumn", "Summer", "Spring"]),
        ("?type=SSC", ["Summer"]),
        ("?type=SID&sort=oldest", ["Spring", "Autumn"]),
        ("?type=nonsense", ["Autumn", "Summer", "Spring"]),
        ("?q=s&state=ready_to_print&type=SSC&sort=most", ["Summer"]),
        ("?state=completed&type=SSC", []),
        ("?state=archived", ["Winter"]),
        ("?state=archived&type=SSC", []),
    ],
)
def test_the_list_is_filtered_and_ordered_by_url(demo: Demo, query: str, references: list[str]) -> None:
    a_workorder(demo.staff, reference="Winter", is_archived=True)
    a_workorder(demo.staff, reference="Spring", quantity=20)
    a_workorder(demo.staff, reference="Summer", quantity=30, type="SSC", state="ready_to_print")
    a_workorder(demo.staff, reference="Autumn", quantity=10)
    assert listed(demo.staff, query) == references
    page = seen(demo.staff, f"/workorders/{query}")
    assert ("Nothing fits this filter" in page) == (not references)
    for name, value in re.findall(r"[?&](type|sort)=(\w+)", query):
        assert (f'<option value="{value}" selected>' in page) == (value != "nonsense"), name


def test_a_longer_list_takes_no_more_queries(demo: Demo, django_assert_num_queries: Any) -> None:
    a_workorder(demo.staff)
    client, path = as_(demo.admin), "/workorders/?sort=most&type=SID"
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for _ in range(20):
        a_workorder(demo.staff)
    with django_assert_num_queries(len(few)):
        assert client.get(path).content.decode().count('name="workorder"') == 21


# The archive flag


def test_one_workorder_is_archived_and_brought_back(demo: Demo) -> None:
    order = a_workorder(demo.staff)
    client, path = as_(demo.admin), f"/workorders/{order.pk}/"
    assert 'name="archive" value="yes">Hide</button>' in seen(demo.admin, path)
    page = client.post(f"{path}archive/", {"archive": "yes"}, follow=True)
    assert page.redirect_chain == [(path, 302)]
    assert "Order 0 is hidden." in page.content.decode()
    assert 'name="archive" value="no">Show again</button>' in page.content.decode()
    assert listed(demo.admin) == []
    again = client.post(f"{path}archive/", {"archive": "yes"}, follow=True)
    assert "Order 0 is hidden." in again.content.decode()
    back = client.post(f"{path}archive/", {"archive": "no"}, follow=True)
    assert "Order 0 is back in the list." in back.content.decode()
    assert listed(demo.admin) == ["Order 0"]


def test_several_are_archived_from_the_list_which_keeps_its_filter(demo: Demo) -> None:
    orders = [a_workorder(demo.staff) for _ in range(4)]
    client = as_(demo.admin)
    query = "?q=order&sort=oldest"
    page = seen(demo.admin, f"/workorders/{query}")
    assert 'action="/workorders/archive/?q=order&amp;sort=oldest"' in page
    assert f'type="checkbox" name="workorder" value="{orders[0].pk}"' in page
    assert archive(client, orders[0], orders[2], query=query) == "2 workorders are hidden."
    assert listed(demo.admin, query) == ["Order 1", "Order 3"]
    assert archive(client, orders[1]) == "Order 1 is hidden."
    assert archive(client) == "No workorder was chosen."
    query = "?state=archived"
    assert ">Show the chosen again</button>" in seen(demo.admin, f"/workorders/{query}")
    assert archive(client, *orders[:2], archived="no", query=query) == "2 workorders are back in the list."
    assert listed(demo.admin, query) == ["Order 2"]


def test_archived_codes_stay_what_they_are(demo: Demo) -> None:
    order = a_workorder(demo.staff, is_archived=True)
    assert as_(demo.staff).get(f"/workorders/{order.pk}/codes/code-0-1/").status_code == 200
    assert Client().get("/c/demo/code-0-1", REMOTE_ADDR="198.51.100.77").status_code == 200


@pytest.mark.parametrize(("role", "status"), [("staff", 403), ("support", 403), ("printer", 403), ("other_staff", 403)])
def test_archiving_needs_its_permission(demo: Demo, role: str, status: int) -> None:
    order = a_workorder(demo.staff)
    client = as_(getattr(demo, role))
    for path in (f"/workorders/{order.pk}/archive/", "/workorders/archive/"):
        assert client.post(path, {"archive": "yes", "workorder": order.pk}).status_code == status
        assert Client().post(path).headers["Location"] == f"/accounts/login/?next={path}"
    assert 'name="archive"' not in seen(demo.staff, f"/workorders/{order.pk}/")
    assert 'name="workorder"' not in seen(demo.staff, "/workorders/")
    assert not Workorder.objects.filter(is_archived=True).exists()


def test_another_companys_workorder_is_not_there_to_archive(demo: Demo) -> None:
    own, foreign = a_workorder(demo.staff), a_workorder(demo.other_staff)
    client = as_(demo.admin)
    fields = {"archive": "yes", "workorder": [str(own.pk), str(foreign.pk)]}
    assert client.post("/workorders/archive/", fields).status_code == 404
    assert client.post(f"/workorders/{foreign.pk}/archive/", {"archive": "yes"}).status_code == 404
    for wrong in ("x", "", "9" * 30, "-1"):
        assert client.post("/workorders/archive/", {"archive": "yes", "workorder": wrong}).status_code == 404, wrong
    assert not Workorder.objects.filter(is_archived=True).exists()


def test_archiving_takes_a_post_that_says_what(demo: Demo) -> None:
    client, path = as_(demo.admin), f"/workorders/{a_workorder(demo.staff).pk}/archive/"
    for each in (path, "/workorders/archive/"):
        assert client.get(each).status_code == 405
        assert client.post(each, {"archive": "perhaps"}).status_code == 400


# Downloads


@pytest.mark.parametrize(
    ("call", "filename"), [("download", "spring-tea.zip"), ("serial-numbers", "spring-tea-serial-numbers.zip")]
)
def test_page_and_api_name_an_archive_alike(demo: Demo, call: str, filename: str) -> None:
    order = a_workorder(demo.staff, reference="Spring tea")
    for client, path in ((as_(demo.staff), "/workorders"), (client_of(demo.staff), "/api/v2/workorders")):
        response = client.get(f"{path}/{order.pk}/{call}/")
        assert b"".join(response)
        assert response.headers["Content-Disposition"] == f'attachment; filename="{filename}"'


@pytest.mark.parametrize("several", [True, False])
def test_hiding_has_a_button_that_undoes_it(demo: Demo, several: bool) -> None:
    order, client = a_workorder(demo.staff), as_(demo.admin)
    path = "/workorders/archive/" if several else f"/workorders/{order.pk}/archive/"
    page = client.post(path, {"archive": "yes", "workorder": order.pk}, follow=True).content.decode()
    ((undo, form),) = re.findall(r'<form class="undo" method="post" action="([^"]*)">(.*?)</form>', page, re.DOTALL)
    fields = dict(re.findall(r'<input type="hidden" name="(archive|workorder)" value="([^"]*)">', form))
    assert undo == path
    assert 'class="undo"' not in client.post(undo, fields, follow=True).content.decode()
    order.refresh_from_db()
    assert order.is_archived is False
