"""Long lists of the back office: a page at a time, with as many queries for many rows as for few."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.models import Company, Event, User
from tests.support.back_office import KINDS, every_kind, key_of
from tests.support.demo import Demo
from tests.support.many import many
from tests.support.pages import a_workorder, as_
from workorders.models import Code, OfficeCode, Product, Workorder

MOST_QUERIES, MOST_BYTES = 10, 1_000_000
PAGE = 50
SEARCHES = ("many0000000001", "person7@many.example", "4711", "203.0.113.7", "a+e+1")


def addresses(client: Client, model: Any, *, every: bool = False) -> Iterator[str]:
    """Some of what the list of a kind offers, or `every`, what may be typed into its address, and pages of one row."""
    path = f"/admin/{KINDS[model]}/"
    listed = client.get(path).context["cl"]
    yield path
    for column in range(len(listed.list_display) + 1) if every else (1, len(listed.list_display)):
        yield f"{path}?o=-{column}"
    for offered in listed.filter_specs:
        choices = [*offered.choices(listed)]
        for choice in choices if every else choices[-1:]:
            yield f"{path}?{choice['name']}=demo" if "name" in choice else path + choice["query_string"]
    for search in SEARCHES if every else SEARCHES[:1]:
        yield f"{path}?q={search}"
    for page in ("p=2", "p=100", "p=9999", "all=", "_facets=True", "_popup=1") if every else ("p=2", "all="):
        yield f"{path}?{page}"
    pk = key_of(model.objects.order_by("pk").last())
    yield from (f"{path}{pk}/change/", f"{path}{pk}/history/", f"{path}{pk}/delete/", f"{path}add/")


def costs(client: Client, address: str) -> tuple[int, int]:
    """The queries and the bytes of a page, which is there or refused or leads elsewhere."""
    with CaptureQueriesContext(connection) as taken:
        response = client.get(address)
    assert response.status_code in (200, 302, 403), address
    return len(taken), len(response.content)


@every_kind
def test_no_page_costs_more_for_many_rows_than_for_few(demo: Demo, model: Any) -> None:
    many(demo, 60)
    client = as_(demo.root)
    few = {address: costs(client, address)[0] for address in addresses(client, model)}
    many(demo, 600, begin=61)
    for address, queries in few.items():
        now, size = costs(client, address)
        assert now <= min(queries + ("all=" in address), MOST_QUERIES), address
        assert size < MOST_BYTES / 10, address


@every_kind
def test_a_page_has_fifty_rows(demo: Demo, model: Any) -> None:
    many(demo, 60)
    model.objects.filter(pk__in=model.objects.order_by("-pk").values("pk")[PAGE + 1 :])
    path = f"/admin/{KINDS[model]}/"
    client = as_(demo.root)
    page, following = client.get(path), client.get(f"{path}?p=2")
    shown = [row.pk for row in page.context["cl"].result_list]
    rest = [row.pk for row in following.context["cl"].result_list]
    assert len(shown) == page.content.count(b'<th class="field-') == PAGE
    assert 0 < len(rest) <= PAGE
    assert not set(shown) & set(rest)


def test_codes_are_listed_by_one_query_that_reads_a_page(demo: Demo) -> None:
    many(demo, 60)
    with CaptureQueriesContext(connection) as taken:
        page = as_(demo.root).get(f"/admin/{KINDS[OfficeCode]}/")
    (query,) = (query["sql"] for query in taken if 'FROM "workorders_code"' in query["sql"])
    assert query.endswith('ORDER BY "workorders_code"."company_id" ASC, "workorders_code"."identifier" ASC LIMIT 51')
    text = page.content.decode()
    assert text.count('class="field-identifier"') == PAGE
    assert "More than 50 codes" in text


def test_a_list_that_nobody_counts_does_not_offer_all_of_it(demo: Demo) -> None:
    many(demo, 60)
    client = as_(demo.root)
    lines, people = (client.get(f"/admin/{KINDS[model]}/").content.decode() for model in (Event, User))
    assert re.findall(r'class="showall">([^<]*)<', lines) == ["Show up to 200"]
    assert re.findall(r'class="showall">([^<]*)<', people) == ["Show all"]


@pytest.mark.parametrize(
    ("model", "query"), [(OfficeCode, "o=1"), (OfficeCode, "o=4.2"), (Event, "o=6"), (Event, "o=-2")]
)
def test_a_list_that_offers_no_order_takes_none(demo: Demo, model: Any, query: str) -> None:
    many(demo, 60)
    client, path = as_(demo.root), f"/admin/{KINDS[model]}/"
    usual, asked = client.get(path), client.get(f"{path}?{query}")
    assert list(asked.context["cl"].result_list) == list(usual.context["cl"].result_list)


@pytest.mark.parametrize(
    "query", ["sequence=1", "identifier__contains=many", "scm_data__batch=1", "activation_status__exact=0"]
)
def test_codes_take_no_filter_that_no_index_knows(demo: Demo, query: str) -> None:
    many(demo, 60)
    with CaptureQueriesContext(connection) as taken:
        assert as_(demo.root).get(f"/admin/{KINDS[OfficeCode]}/?{query}").status_code == 400
    assert not any('FROM "workorders_code"' in query["sql"] for query in taken)


def test_a_list_ends_at_its_last_page_and_says_that_there_is_more(demo: Demo) -> None:
    Product.objects.bulk_create(Product(company=demo.company, sku=f"more{n:04}") for n in range(5001))
    client, path = as_(demo.root), f"/admin/{KINDS[Product]}/"
    last = client.get(f"{path}?p=100")
    assert len(last.context["cl"].result_list) == PAGE
    assert "More than 5,000 products" in last.content.decode()
    assert client.get(f"{path}?p=101").headers["Location"] == f"{path}?e=1"
    found = client.get(f"{path}?q=more00").content.decode()
    assert "100 products" in found
    assert "More than" not in found


def test_a_company_is_typed_where_it_was_chosen_from_all(demo: Demo) -> None:
    a_workorder(demo.staff, reference="ours")
    a_workorder(demo.other_staff, reference="theirs")
    listed = as_(demo.root).get(f"/admin/{KINDS[Workorder]}/?company__slug=other").context["cl"].result_list
    assert [workorder.reference for workorder in listed] == ["theirs"]
    kept = as_(demo.root).get(f"/admin/{KINDS[Workorder]}/?company__slug=other&state__exact=completed").content.decode()
    assert '<input type="text" name="company__slug" value="other"' in kept
    assert '<input type="hidden" name="state__exact" value="completed">' in kept


@pytest.mark.parametrize("path", [f"{KINDS[User]}/add/", f"{KINDS[Product]}/add/"])
def test_a_form_does_not_offer_all_companies(demo: Demo, path: str) -> None:
    many(demo, 60)
    page = as_(demo.root).get(f"/admin/{path}").content.decode()
    assert "Company 7" not in page
    found = as_(demo.root).get(
        "/admin/autocomplete/?term=company-7&app_label=portal&field_name=company&model_name=user"
    )
    assert [row["text"] for row in found.json()["results"]] == ["Company 7"]


def test_nothing_is_done_to_thousands_of_rows_at_once(demo: Demo) -> None:
    many(demo, 201)
    client, path = as_(demo.root), f"/admin/{KINDS[Product]}/"
    one = Product.objects.get(sku="many1")
    fields = {"action": "archive", "_selected_action": [one.pk], "select_across": "1"}
    response = client.post(f"{path}?is_archived__exact=0", fields, follow=True)
    (said,) = (str(message) for message in response.context["messages"])
    assert said.startswith("Hidden: ")  # a page can be shown whole
    response = client.post(path, fields | {"action": "bring_back"}, follow=True)
    (said,) = (str(message) for message in response.context["messages"])
    assert said == "Nothing was done: choose 200 rows at most, with a filter or a search if need be."
    one.refresh_from_db()
    assert one.is_archived


def test_events_are_found_by_person_id_and_address(demo: Demo) -> None:
    many(demo, 60)
    client, path = as_(demo.root), f"/admin/{KINDS[Event]}/"
    some = Event.objects.exclude(by=demo.staff).order_by("-pk")[0]
    fitting: dict[str, dict[str, Any]] = {
        str(some.by).upper(): {"by": some.by},
        str(some.subject_id): {"subject_id": some.subject_id},
        "203.0.113.7": {},
        "nothing": {"pk": 0},
        "9" * 30: {"pk": 0},
    }
    for search, fits in fitting.items():
        listed = client.get(path, {"q": search}).context["cl"].result_list
        assert [event.pk for event in listed] == [
            event.pk for event in Event.objects.filter(**fits).order_by("-pk")[:PAGE]
        ], search


def test_events_are_filtered_by_kind_company_and_day(demo: Demo) -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    lines = [
        ("refused", -1, demo.company),
        ("refused", 0, demo.company),
        ("joined", 23, demo.other),
        ("joined", 24, None),
    ]
    made = [
        Event.objects.create(subject="user", subject_id=1, what=what, at=day + timedelta(hours=hours), company=whose)
        for what, hours, whose in lines
    ]
    client, path = as_(demo.root), f"/admin/{KINDS[Event]}/"
    for query, expected in (
        ("what=refused", [1, 0]),
        ("company=other", [2]),
        ("company=nobody", []),
        ("day=2026-03-01", [2, 1]),
        ("day=2026-03-01&what=joined&company=other&subject=user", [2]),
        ("day=2026-03", []),
        ("day=9999-12-31", []),
        ("day=%00", []),
    ):
        page = client.get(f"{path}?{query}")
        listed = [event.pk for event in page.context["cl"].result_list] if page.status_code == 200 else []
        assert listed == [made[number].pk for number in expected], query
    said = client.get(f"{path}{made[1].pk}/change/").content.decode()
    assert ("refused" in said, "Demo Brands" in said, "salt" in said) == (True, True, False)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({"by": 7}, "event_by"),
        ({"company": 7}, "event_of_company"),
        ({"what": "refused"}, "event_what"),
        ({"address": "192.0.2.7"}, "event_address"),
        ({"at__gte": datetime(2026, 3, 1, tzinfo=UTC)}, "event_at"),
    ],
)
def test_each_search_of_events_has_an_index(demo: Demo, query: dict[str, Any], index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    order = ["-at", "-id"] if "at__gte" in query else ["-id"]
    plan = Event.objects.filter(**query).order_by(*order)[:PAGE].explain()
    assert f"Index Scan Backward using {index} on" in plan


@pytest.mark.skipif("LARGE" not in os.environ, reason="LARGE=1 fills a million codes and takes minutes.")
def test_every_page_at_a_million_codes(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    """Tells what docs/performance.md says: the dearest pages by time."""
    many(demo, 100_000, share=10)
    assert (Code.objects.count(), Company.objects.count()) == (1_000_000, 10_003)
    client, seen = as_(demo.root), []
    for model in KINDS:
        for address in {*addresses(client, model, every=True)}:
            begin = time.perf_counter()
            queries, size = costs(client, address)
            seen.append((round((time.perf_counter() - begin) * 1000), queries, size, address))
            assert queries <= MOST_QUERIES, address
            assert size < MOST_BYTES, address
    seen.sort(reverse=True)
    lines = [f"{ms:5} ms {queries:3} queries {size / 1000:5.0f} kB {address}" for ms, queries, size, address in seen]
    with capsys.disabled():
        sys.stdout.write("\n".join(["", *lines[:20], f"{len(seen)} pages, median {seen[len(seen) // 2][0]} ms", ""]))


@every_kind
def test_an_address_that_no_list_has_leads_to_the_list(demo: Demo, model: Any) -> None:
    client = as_(demo.root)

    def refused(asked: str) -> bool:
        response = client.get(f"/admin/{KINDS[model]}/?{asked}")
        assert response.status_code in (200, 302, 400), asked
        return response.status_code == 400 or response.headers.get("Location", "").endswith("?e=1")

    for asked in ("id__regex=(", "id__range=1", "pk__in=1,x", "id__exact=1", "created_at__year=99999", "nothing=1"):
        assert refused(asked), asked
    for asked in ("company__slug__regex=(", "user__password__startswith=p", "company__users__password__regex=("):
        assert refused(asked), asked
    for asked in ("created_at__gte=99999-01-01", "at__gte=x", "p=abc", "p=-1", "o=99", "o=--1", "q=%F0%9F%98%80"):
        refused(asked)


@pytest.mark.parametrize("chosen", ["x", "1.5", "\u00b2", "9" * 5000, "9" * 30, "-1"])
def test_an_action_with_keys_that_no_row_has_does_nothing(demo: Demo, chosen: str) -> None:
    fields = {"action": "deactivate", "_selected_action": [chosen]}
    assert as_(demo.root).post(f"/admin/{KINDS[User]}/", fields).status_code == 302
    assert not User.objects.filter(is_active=False).exists()


@every_kind
def test_a_new_form_takes_from_its_address_what_its_fields_can_hold(demo: Demo, model: Any) -> None:
    client = as_(demo.root)
    for name in ("id", "company", "groups", "user", "created_at", "is_staff", "kind", "nothing"):
        for value in ("abc", "99999999999999999999999", "1,x"):
            response = client.get(f"/admin/{KINDS[model]}/add/?{name}={value}")
            assert response.status_code in (200, 403), (name, value)


def test_a_new_form_is_filled_from_its_address(demo: Demo) -> None:
    page = as_(demo.root).get(f"/admin/portal/user/add/?company={demo.company.pk}&email=new@demo.example&groups=x")
    assert page.context["adminform"].form.initial == {"company": str(demo.company.pk), "email": "new@demo.example"}
