"""The public page at a code's address."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from portal.models import Company, User
from tests.support.demo import Demo
from workorders.models import ActivationStatus, BlacklistReason, Code, Product, Workorder
from workorders.scans.public_texts import TAGS, TEXTS, choose_language


def address() -> str:
    """An address that has asked for nothing yet, in a network of its own."""
    return f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"


@pytest.fixture
def anybody(client: Client) -> Client:
    """A browser at an address that has asked for nothing yet."""
    client.defaults["REMOTE_ADDR"] = address()
    return client


def a_code(user: User, prefix: str = "") -> Code:
    """An active code of the user's company, for its first product."""
    company = user.company
    assert company is not None
    workorder = Workorder.objects.create(
        company=company,
        created_by=user,
        reference="Spring tea",
        quantity=1,
        url_prefix=prefix or company.url_prefix,
        remarks="for the fair",
    )
    return Code.objects.create(
        identifier="abc12345",
        company=company,
        workorder=workorder,
        sequence=4711,
        product=Product.objects.get(company=company, sku="sku1"),
        activation_status=ActivationStatus.ACTIVE,
        scm_data={"pallet_number": "pal7"},
    )


@pytest.fixture
def code(demo: Demo) -> Code:
    """A code of the demo company."""
    return a_code(demo.staff)


def shown(html: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.partition("<body")[2].partition(">")[2])).strip()


def test_the_page_stands_where_the_symbol_points_to(anybody: Client, code: Code) -> None:
    assert code.url == "http://127.0.0.1:8000/c/demo/abc12345"
    response = anybody.get("/c/demo/abc12345")
    assert response.status_code == 200
    assert shown(response.content.decode()) == (
        "Demo Brands Product sku1 Active This code is registered and active. Codeport"
    )


@pytest.mark.parametrize(
    ("status", "word"),
    [(ActivationStatus.ACTIVE, "Active"), (ActivationStatus.INACTIVE, "Inactive"), (2, "Blacklisted")],
)
def test_the_status_is_said_in_words_and_by_an_icon(anybody: Client, code: Code, status: int, word: str) -> None:
    Code.objects.update(activation_status=status)
    html = anybody.get("/c/demo/abc12345").content.decode()
    assert f"<h1>{word}</h1>" in html
    assert f"<title>{word} · Product sku1 · Demo Brands</title>" in html
    assert html.count("<path") == (2 if word == "Inactive" else 1)


def test_nothing_else_is_told(anybody: Client, code: Code) -> None:
    Code.objects.update(activation_status=2, blacklist_reason=BlacklistReason.STOLEN)
    page = anybody.get("/c/demo/abc12345").content.decode()
    for secret in ("pal7", "pallet", "stolen", code.workorder.reference, "staff@", "4711", "fair", "Other Brands"):
        assert secret.lower() not in page.lower(), secret


@pytest.mark.parametrize(("name", "product"), [("", "Demo Brands sku1 Active"), (None, "Demo Brands Active")])
def test_a_product_without_a_name_is_called_by_its_sku(
    anybody: Client, code: Code, name: str | None, product: str
) -> None:
    if name is None:
        Code.objects.update(product=None)
    Product.objects.update(name="")
    assert shown(anybody.get("/c/demo/abc12345").content.decode()).startswith(product)


def test_names_are_shown_as_text(anybody: Client, code: Code) -> None:
    Product.objects.update(name="<b>Tea</b> & more")
    assert "&lt;b&gt;Tea&lt;/b&gt; &amp; more" in anybody.get("/c/demo/abc12345").content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/c/demo/abc12346",
        "/c/demo/ABC12345",
        "/c/demo/abc1234",
        "/c/demo/abc123456",
        "/c/demo/abc1/2345",
        "/c/demo/abc1%202345",
        "/c/demo/abc12345/x",
        "/c/demo/abc12345%00",
        "/c/demo/abc12346/",
        "/c/demo/abc12346%20",
        "/c/demo/%F0%9F%8D%B5%F0%9F%8D%B5",
        "/c/demo/%FF%FE%FF%FE",
        "/c/demo/'%20OR%201=1--",
        f"/c/demo/{'a' * 101}",
        f"/c/demo/{'a' * 7000}",
        "/c/demo/",
        "/c//abc12345",
        "/c/other/abc12345",
        "/c/printco/abc12345",
        "/c/nobody/abc12345",
        "/c/DEMO/abc12345",
        "/c/de%00mo/abc12345",
        "/c/demo/../demo/abc12345",
    ],
)
def test_whatever_is_not_there_is_unknown_and_looks_the_same(anybody: Client, code: Code, path: str) -> None:
    response = anybody.get(path)
    assert response.status_code == 404
    assert response.content == anybody.get("/c/demo/never-existed").content
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert shown(response.content.decode()).startswith("Unknown There is no such code here.")


@pytest.mark.parametrize(
    "added",
    [
        "{}/",
        "{}//",
        "{}/?utm_source=qr",
        "{}?utm_source=qr",
        "{}%20",
        "{}%09",
        "{}%0A",
        "{}%0D%0A",
        "{}%C2%A0",
        "{}%E2%80%8B",
        "{}%EF%BB%BF",
        "{}%E2%80%AE",
        "{}%E3%80%80",
        "{}%20/",
        "{}/%20",
        "%20{}",
        "/{}",
        "%EF%BB%BF{}%E2%80%8E",
    ],
)
@pytest.mark.parametrize("identifier", ["abc12345", "01/09520123456788/21/12345", "01/09520123456788/10/B%2F/21/A%2F"])
def test_what_scanners_add_to_an_address_raises_no_false_alarm(
    anybody: Client, code: Code, added: str, identifier: str
) -> None:
    Code.objects.update(identifier=identifier)
    whole = anybody.get(f"/c/demo/{identifier}")
    response = anybody.get(f"/c/demo/{added.format(identifier)}")
    assert (response.status_code, response.content) == (200, whole.content)
    assert response.headers["ETag"] == whole.headers["ETag"]


def test_a_serial_that_ends_in_a_slash_is_not_the_one_without(anybody: Client, code: Code) -> None:
    Code.objects.update(identifier="01/09520123456788/21/A%2F")
    other = Code.objects.get()
    Code.objects.create(
        identifier="01/09520123456788/21/A",
        company=other.company,
        workorder=other.workorder,
        sequence=1,
        activation_status=ActivationStatus.INACTIVE,
    )
    assert "<h1>Active</h1>" in anybody.get("/c/demo/01/09520123456788/21/A%2F").content.decode()
    assert "<h1>Inactive</h1>" in anybody.get("/c/demo/01/09520123456788/21/A").content.decode()
    Code.objects.filter(pk=other.pk).delete()
    assert "<h1>Inactive</h1>" in anybody.get("/c/demo/01/09520123456788/21/A/").content.decode()


def test_a_code_with_a_prefix_of_its_own_lives_there_and_not_here(anybody: Client, demo: Demo) -> None:
    a_code(demo.staff, "https://tea.example/")
    assert anybody.get("/c/demo/abc12345").status_code == 404


def test_codes_made_before_the_portal_had_https_still_live_here(anybody: Client, code: Code, settings: Any) -> None:
    settings.PUBLIC_URL = "https://127.0.0.1:8000"
    assert anybody.get("/c/demo/abc12345").status_code == 200
    settings.PUBLIC_URL = "http://codes.example"
    assert anybody.get("/c/demo/abc12345").status_code == 404


def test_codes_made_while_the_portal_had_another_address_still_live_here(
    anybody: Client, code: Code, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://codes.example"
    settings.FORMER_PUBLIC_URLS = ["http://older.example", "https://127.0.0.1:8000"]
    assert anybody.get("/c/demo/abc12345").status_code == 200
    assert anybody.get("/c/other/abc12345").status_code == 404
    settings.FORMER_PUBLIC_URLS = ["http://older.example"]
    assert anybody.get("/c/demo/abc12345").status_code == 404


def test_one_id_of_two_companies_is_two_codes(anybody: Client, code: Code, demo: Demo) -> None:
    a_code(demo.other_staff)
    Code.objects.filter(company=demo.other).update(activation_status=ActivationStatus.INACTIVE)
    assert "Demo Brands" in anybody.get("/c/demo/abc12345").content.decode()
    page = anybody.get("/c/other/abc12345").content.decode()
    assert "Other Brands" in page
    assert "Inactive" in page


# The five languages


@pytest.mark.parametrize(
    ("header", "tag", "word"),
    [
        ("", "en", "Active"),
        ("fr", "fr", "Actif"),
        ("de-CH,de;q=0.9", "de", "Aktiv"),
        ("NL-be", "nl", "Actief"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans", "已激活"),
        ("ja,pl;q=0.9", "en", "Active"),
        ("ja,fr;q=0.4,de;q=0.8", "de", "Aktiv"),
        ("fr;q=0,nl;q=0.1", "nl", "Actief"),
        ("*", "en", "Active"),
        ("*;q=0.1,fr;q=0.5", "fr", "Actif"),
        (";;;,,,q=", "en", "Active"),
        ("fr;q=abc", "en", "Active"),
        ("é" * 1000, "en", "Active"),
    ],
)
def test_it_speaks_the_language_of_the_browser(anybody: Client, code: Code, header: str, tag: str, word: str) -> None:
    response = anybody.get("/c/demo/abc12345", headers={"Accept-Language": header})
    html = response.content.decode()
    assert f'<html lang="{tag}">' in html
    assert response.headers["Content-Language"] == tag
    assert f"<h1>{word}</h1>" in html


def test_every_language_has_its_own_words_for_everything() -> None:
    assert set(TEXTS) == set(TAGS) == {"en", "fr", "de", "nl", "zh"}
    for verdict in TEXTS["en"]:
        assert len({TEXTS[language][verdict] for language in TEXTS}) == 5
    assert [choose_language(language) for language in TEXTS] == list(TEXTS)


# What it costs, and who may repeat it


def test_it_takes_one_query_and_no_session(
    anybody: Client, code: Code, demo: Demo, django_assert_num_queries: Any
) -> None:
    anybody.force_login(demo.staff)
    anybody.defaults["HTTP_COOKIE"] = "other=1"
    anybody.get("/c/demo/abc12345")  # a new connection is told the query once
    for path in ("/c/demo/abc12345", "/c/demo/abc12346", "/c/nobody/abc12345"):
        with django_assert_num_queries(1):
            response = anybody.get(path)
        assert "Set-Cookie" not in response.headers
        assert not response.cookies
        assert response.headers["Vary"] == "Accept-Language"


def test_behind_a_pooler_the_query_leaves_nothing_in_a_session(anybody: Client, code: Code, settings: Settings) -> None:
    settings.DATABASE_POOLER = "transaction"
    with CaptureQueriesContext(connection) as queries:
        assert anybody.get("/c/demo/abc12345").status_code == 200
        assert anybody.get("/c/demo/abc12346").status_code == 404
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "SELECT"]


def test_what_protects_it_is_in_force(anybody: Client, code: Code) -> None:
    response = anybody.get("/c/demo/abc12345")
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert anybody.get("/c/demo/abc12345", headers={"Host": "evil.example"}).status_code == 400


def test_a_connection_that_was_lost_is_made_anew(client: Client, committed_demo: Demo) -> None:
    a_code(committed_demo.staff)
    client.defaults["REMOTE_ADDR"] = address()
    assert client.get("/c/demo/abc12345").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (lost,) = cursor.fetchone()
    with connections.create_connection("default").cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [lost])
        cursor.connection.close()
    assert client.get("/c/demo/abc12345").status_code == 200


def test_the_query_goes_by_the_unique_index(anybody: Client, code: Code) -> None:
    Code.objects.bulk_create(
        Code(identifier=f"other{n:05}", sequence=n, company=code.company, workorder=code.workorder, scm_data={})
        for n in range(5_000)
    )
    anybody.get("/c/demo/abc12345")  # by now the connection knows the query
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE workorders_code")
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute("EXPLAIN EXECUTE code_at ('demo', 'abc12345', '{127.0.0.1:8000/c/demo/}')")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    by_key = (
        "(?:Index Scan using|Bitmap Index Scan on) code_identifier_of_company"  # which of them, pages left over decide
    )
    found = re.search(rf"{by_key} .*\n +Index Cond: (.*)", plan)
    assert found, plan
    assert "company_id = " in found[1]
    assert "(identifier)::text = $2" in found[1]


def test_anybody_may_keep_it_for_a_minute(anybody: Client, code: Code) -> None:
    for path in ("/c/demo/abc12345", "/c/demo/abc12346"):
        assert anybody.get(path).headers["Cache-Control"] == "public, max-age=60"


def test_what_has_not_changed_is_not_sent_again(anybody: Client, code: Code) -> None:
    first = anybody.get("/c/demo/abc12345")
    again = anybody.get("/c/demo/abc12345", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[name] == first.headers[name]
    for headers in ({"Accept-Language": "fr"}, {}):
        Code.objects.update(activation_status=ActivationStatus.ACTIVE if headers else ActivationStatus.BLACKLISTED)
        changed = anybody.get("/c/demo/abc12345", headers={"If-None-Match": first.headers["ETag"], **headers})
        assert changed.status_code == 200


def test_head_is_answered_and_other_methods_are_not(anybody: Client, code: Code) -> None:
    whole, head = anybody.get("/c/demo/abc12345"), anybody.head("/c/demo/abc12345")
    assert (head.status_code, head.content) == (200, b"")
    assert {name: head.headers[name] for name in ("ETag", "Content-Length")} == {
        name: whole.headers[name] for name in ("ETag", "Content-Length")
    }
    strict = Client(enforce_csrf_checks=True)
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        response = strict.generic(method, "/c/demo/abc12345")
        assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD"), method


# The limit


@pytest.fixture
def three_a_day(settings: Any) -> Iterator[None]:
    settings.PUBLIC_PAGE_RATE = "3/day"
    yield


def statuses(client: Client, times: int, **extra: Any) -> list[int]:
    """What so many requests for one page are answered with."""
    return [client.get("/c/demo/abc12345", **extra).status_code for _ in range(times)]


def test_who_asks_too_often_is_told_to_wait(anybody: Client, code: Code, three_a_day: None) -> None:
    assert statuses(anybody, 4) == [200, 200, 200, 429]
    refused = anybody.get("/c/demo/abc12346", headers={"Accept-Language": "nl"})
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == pytest.approx(86_400 - time.time() % 86_400, abs=10)
    assert refused.headers["Cache-Control"] == "no-store"
    assert "Een ogenblik" in refused.content.decode()
    assert "Demo" not in refused.content.decode()
    assert statuses(anybody, 1, REMOTE_ADDR=address()) == [200]


def test_the_count_begins_anew_with_the_period(
    anybody: Client, code: Code, three_a_day: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert statuses(anybody, 4)[3] == 429
    tomorrow = time.time() + 86_400
    monkeypatch.setattr(time, "time", lambda: tomorrow)
    assert statuses(anybody, 1) == [200]


def test_one_household_has_one_limit(anybody: Client, code: Code, three_a_day: None) -> None:
    first = address()
    assert statuses(anybody, 3, REMOTE_ADDR=first) == [200, 200, 200]
    assert statuses(anybody, 1, REMOTE_ADDR=first.replace("::1", "::abcd")) == [429]
    assert statuses(anybody, 3, REMOTE_ADDR="198.51.100.7") == [200, 200, 200]
    assert statuses(anybody, 1, REMOTE_ADDR="198.51.100.8") == [200]


def test_a_client_cannot_make_up_its_address(anybody: Client, code: Code, three_a_day: None) -> None:
    found = [statuses(anybody, 1, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")[0] for number in range(4)]
    assert found == [200, 200, 200, 429]


def test_behind_a_proxy_the_address_before_it_counts(
    anybody: Client, code: Code, three_a_day: None, settings: Any
) -> None:
    settings.NUM_PROXIES = 1
    one, other = address(), address()
    assert statuses(anybody, 4, HTTP_X_FORWARDED_FOR=f"203.0.113.9, {one}") == [200, 200, 200, 429]
    assert statuses(anybody, 1, HTTP_X_FORWARDED_FOR=f"203.0.113.9, {other}") == [200]


def test_without_a_cache_each_process_counts_by_itself(anybody: Client, code: Code, settings: Any) -> None:
    cache = settings.CACHES["default"]
    settings.CACHES = {"default": {**cache, "LOCATION": "unix:///nowhere/valkey.sock"}}
    settings.PUBLIC_PAGE_RATE = "1/day"
    assert statuses(anybody, 2) == [200, 429]


def test_a_company_name_is_read_anew(anybody: Client, code: Code) -> None:
    assert "Demo Brands" in anybody.get("/c/demo/abc12345").content.decode()
    Company.objects.filter(slug="demo").update(name="Tea & Co")
    assert "Tea &amp; Co" in anybody.get("/c/demo/abc12345").content.decode()
