"""The public page of GS1 ids as a resolver: linksets, link types, redirects, languages, and who may ask."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.support.codes import some_codes
from tests.support.demo import Demo
from tests.support.scans import Scans, stored
from workorders.links.link import Link
from workorders.links.services import change_links
from workorders.models import Code, Product

GTIN = "09520123456788"
ID = f"01/{GTIN}/21/A1"
HOST = "http://127.0.0.1:8000"
ITEM = f"{HOST}/c/demo/{ID}"
VOC = "https://ref.gs1.org/voc/"
PIP = Link("pip", "https://tea.example/green", "Green tea", ("en",), "text/html", is_default=True)
PIP_FR = Link("pip", "https://tea.example/vert", "Thé vert", ("fr",), "text/html", is_default=True)
RECALL = Link("recallStatus", "https://tea.example/recall?of={id}", "Recall")
HOME = Link("homepage", "https://tea.example/#top", "Home", (), "text/html")
PAGE = {
    "href": f"{ITEM}?linkType=gs1:verificationService",
    "title": "Status of this item",
    "type": "text/html",
}


@pytest.fixture
def anybody(client: Client) -> Client:
    """Somebody with an address of their own, so that no limit of another test counts."""
    client.defaults["REMOTE_ADDR"] = ":".join(secrets.token_hex(2) for _ in range(8))
    return client


@pytest.fixture
def code(demo: Demo) -> Code:
    """An active code of GS1 without links; its product is sku1, called Tea."""
    product = Product.objects.get(company=demo.company, sku="sku1")
    Product.objects.filter(pk=product.pk).update(name="Tea")
    return some_codes(demo.staff, ID, activation_status=1, product=product).codes.get()


@pytest.fixture
def linked(code: Code) -> Code:
    """The code, whose product and company have links."""
    assert code.product is not None
    change_links(code.product, lambda _: [PIP, PIP_FR, RECALL])
    change_links(code.company, lambda _: [HOME])
    return code


def location(client: Client, path: str, **headers: str) -> tuple[int, str]:
    """Status and target of an answer."""
    response = client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    return response.status_code, response.headers.get("Location", "")


def linkset(client: Client, path: str, accept: str = "application/linkset+json") -> Any:
    response = client.get(path, headers={"Accept": accept})
    assert (response.status_code, response.headers["Content-Type"]) == (200, accept)
    return response.json()


def test_without_links_the_page_is_what_it_was(anybody: Client, code: Code) -> None:
    Code.objects.create(
        identifier="abc12345",
        company=code.company,
        workorder=code.workorder,
        sequence=2,
        activation_status=1,
        product=code.product,
    )
    plain, gs1 = anybody.get("/c/demo/abc12345"), anybody.get(f"/c/demo/{ID}")
    assert (gs1.status_code, gs1.content, gs1.headers["ETag"]) == (200, plain.content, plain.headers["ETag"])
    assert "Link" not in plain.headers
    assert "Access-Control-Allow-Origin" not in plain.headers
    assert gs1.headers["Link"] == f'<{ITEM}?linkType=linkset>; rel="linkset"; type="application/linkset+json"'
    assert anybody.get(f"/c/demo/01/{GTIN}").status_code == 404


def test_a_code_without_links_has_its_page_in_the_linkset(anybody: Client, code: Code) -> None:
    for path, accept in ((f"{ID}?linkType=linkset", "application/json"), (ID, "application/linkset+json")):
        assert linkset(anybody, f"/c/demo/{path}", accept) == {
            "linkset": [
                {
                    "anchor": ITEM,
                    "description": "Tea",
                    f"{VOC}verificationService": [PAGE],
                    f"{VOC}defaultLink": [{"href": PAGE["href"], "title": PAGE["title"]}],
                }
            ]
        }


def test_the_linkset_has_the_links_of_product_and_company(anybody: Client, linked: Code) -> None:
    found = anybody.get(f"/c/demo/{ID}?linkType=linkset")
    assert found.headers["Link"] == (
        '<https://ref.gs1.org/standards/resolver/linkset-context>; rel="http://www.w3.org/ns/json-ld#context"; '
        'type="application/ld+json"'
    )
    assert found.headers["Vary"] == "Accept-Language, Accept"
    green = {"href": "https://tea.example/green", "title": "Green tea", "type": "text/html", "hreflang": ["en"]}
    french = {"href": "https://tea.example/vert", "title": "Thé vert", "type": "text/html", "hreflang": ["fr"]}
    default = [{"href": "https://tea.example/green", "title": "Green tea"}]
    of_gtin = {
        "anchor": f"{HOST}/c/demo/01/{GTIN}",
        "description": "Tea",
        f"{VOC}pip": [green, french],
        f"{VOC}homepage": [{"href": "https://tea.example/#top", "title": "Home", "type": "text/html"}],
        f"{VOC}defaultLink": default,
        f"{VOC}defaultLinkMulti": [green, french],
    }
    recall = f"https://tea.example/recall?of=01%2F{GTIN}%2F21%2FA1"
    of_item = {
        "anchor": ITEM,
        "description": "Tea",
        f"{VOC}recallStatus": [{"href": recall, "title": "Recall"}],
        f"{VOC}verificationService": [PAGE],
        f"{VOC}defaultLink": default,
        f"{VOC}defaultLinkMulti": [green, french],
    }
    assert found.json() == {"linkset": [of_gtin, of_item]}
    assert linkset(anybody, f"/c/demo/01/{GTIN}") == {"linkset": [of_gtin]}
    as_json_ld = linkset(anybody, f"/c/demo/{ID}?linkType=linkset", "application/ld+json")
    assert as_json_ld["@context"] == "https://ref.gs1.org/standards/resolver/linkset-context"


def test_a_scan_of_an_active_code_is_led_to_the_default_link(anybody: Client, linked: Code) -> None:
    path = f"/c/demo/{ID}"
    assert location(anybody, path) == (307, "https://tea.example/green")
    assert location(anybody, path, Accept_Language="fr-CA,en;q=0.5") == (307, "https://tea.example/vert")
    assert location(anybody, path, Accept_Language="ja") == (307, "https://tea.example/green")
    assert location(anybody, f"{path}?utm=qr&17=261231") == (307, "https://tea.example/green?utm=qr&17=261231")
    head = anybody.head(path)
    assert (head.status_code, head.headers["Location"]) == (307, "https://tea.example/green")
    assert head.headers["Link"] == f'<{ITEM}?linkType=linkset>; rel="linkset"; type="application/linkset+json"'
    assert head.headers["Cache-Control"] == "public, max-age=60"
    for status, word in ((0, "Inactive"), (2, "Blacklisted")):
        Code.objects.update(activation_status=status)
        page = anybody.get(path)
        assert (page.status_code, f"<h1>{word}</h1>" in page.content.decode()) == (200, True)


def test_a_link_type_is_led_to_whatever_the_status(anybody: Client, linked: Code) -> None:
    Code.objects.update(activation_status=2)
    path = f"/c/demo/{ID}"
    recall = f"https://tea.example/recall?of=01%2F{GTIN}%2F21%2FA1"
    asked = "gs1:recallStatus"
    assert location(anybody, f"{path}?linkType={asked}") == (307, f"{recall}&linkType={asked}")
    for namespace in ("https://ref.gs1.org/voc/", "https://gs1.org/voc/", "https://www.gs1.org/voc/"):
        assert location(anybody, f"{path}?linkType={namespace}recallStatus")[0] == 307
    assert location(anybody, f"{path}?linkType=gs1:homepage") == (
        307,
        "https://tea.example/?linkType=gs1:homepage#top",
    )
    assert location(anybody, f"{path}?linkType=gs1:pip", Accept_Language="fr") == (
        307,
        "https://tea.example/vert?linkType=gs1:pip",
    )
    page = anybody.get(f"{path}?linkType=gs1:verificationService")
    assert (page.status_code, "<h1>Blacklisted</h1>" in page.content.decode()) == (200, True)


def test_a_link_type_that_there_is_not_is_404(anybody: Client, linked: Code) -> None:
    for asked in ("gs1:epil", "gs1:nothing", "pip2", "all", "schema:url"):
        response = anybody.get(f"/c/demo/{ID}?linkType={asked}")
        assert response.status_code == 404, asked
        assert "<h1>Nothing of this kind</h1>" in response.content.decode()
    assert anybody.get(f"/c/demo/01/{GTIN}/21/B2?linkType=gs1:pip").content == anybody.get("/c/demo/unknown1").content


def test_where_several_fit_alike_they_are_all_told(anybody: Client, linked: Code) -> None:
    first = Link("certificationInfo", "https://tea.example/organic.pdf", "Organic", (), "application/pdf")
    second = Link("certificationInfo", "https://tea.example/fair.html", "Fair", (), "text/html")
    change_links(linked.product, lambda _: [first, second])  # type: ignore[arg-type]  # it has one
    path = f"/c/demo/{ID}?linkType=gs1:certificationInfo"
    choice = anybody.get(path)
    assert (choice.status_code, choice.headers["Content-Type"]) == (300, "application/linkset+json")
    assert choice.json() == {
        "linkset": [
            {
                "anchor": ITEM,
                "description": "Tea",
                f"{VOC}certificationInfo": [
                    {"href": "https://tea.example/organic.pdf", "title": "Organic", "type": "application/pdf"},
                    {"href": "https://tea.example/fair.html", "title": "Fair", "type": "text/html"},
                ],
            }
        ]
    }
    query = "?linkType=gs1:certificationInfo"
    assert location(anybody, path, Accept="application/pdf") == (307, f"https://tea.example/organic.pdf{query}")
    assert location(anybody, path, Accept="text/html,*/*;q=0.8") == (307, f"https://tea.example/fair.html{query}")


@pytest.mark.parametrize("kept", [ID, f"01/{GTIN}/10/B7/21/A1"])
@pytest.mark.parametrize(
    "asked",
    [
        f"01/{GTIN}/21/A1",
        "01/9520123456788/21/A1",
        f"01/{GTIN}/10/B7/21/A1",
        f"01/{GTIN}/10/other/21/A1",
        f"01/{GTIN}/22/green/21/A1",
        f"01/{GTIN}/22/green/10/B7/21/A1/",
    ],
)
def test_gtin_and_serial_number_are_one_item_whatever_the_path(
    anybody: Client, code: Code, kept: str, asked: str
) -> None:
    Code.objects.update(identifier=kept)
    response = anybody.get(f"/c/demo/{asked}")
    assert response.status_code == 200
    assert response.headers["Link"].startswith(f"<{ITEM}?linkType=linkset>")
    assert anybody.get(f"/c/demo/{asked.replace('A1', 'A2')}").status_code == 404


def test_a_gtin_leads_to_the_links_of_its_product(anybody: Client, linked: Code) -> None:
    for path in (f"01/{GTIN}", "01/9520123456788", f"01/{GTIN}/10/B7", f"01/{GTIN}/22/x/10/B7/"):
        assert location(anybody, f"/c/demo/{path}") == (307, "https://tea.example/green")
    assert location(anybody, f"/c/demo/01/{GTIN}?linkType=gs1:recallStatus")[0] == 404
    for path in ("01/04006381333931", f"01/{GTIN}/"):
        assert anybody.get(f"/c/other/{path}").status_code == 404
    Code.objects.get().workorder.__class__.objects.update(url_prefix="https://codes.example/")
    assert anybody.get(f"/c/demo/01/{GTIN}").status_code == 404


@pytest.mark.parametrize(
    "path", ["01/09520123456789/21/A1", f"01/{GTIN}/21/{'a' * 21}", f"01/{GTIN}/17/261231", "01/x"]
)
def test_an_address_that_is_no_digital_link_is_400(anybody: Client, linked: Code, path: str) -> None:
    response = anybody.get(f"/c/demo/{path}")
    assert (response.status_code, response.content) == (400, anybody.get("/c/demo/unknown1").content)


def test_what_the_address_says_besides_is_explained(anybody: Client, code: Code) -> None:
    path = f"/c/demo/01/{GTIN}/22/green/21/A1?17=261200&3103=001250&15=999999&10=<b>&utm=1"
    page = anybody.get(path, headers={"Accept-Language": "de"}).content.decode()
    assert (
        "<p>Die Adresse sagt außerdem, ungeprüft:</p>\n      <dl><dt>Variante</dt><dd>green</dd>"
        "<dt>Läuft ab am</dt><dd>2026-12-31</dd><dt>Nettogewicht</dt><dd>1,250 kg</dd></dl>"
    ) in page
    assert "<dt>Net weight</dt><dd>1.250 kg</dd>" in anybody.get(path).content.decode()


def test_scripts_of_other_sites_may_ask(anybody: Client, linked: Code) -> None:
    for path in (ID, f"{ID}?linkType=linkset", f"{ID}?linkType=gs1:epil", f"01/{GTIN}"):
        response = anybody.get(f"/c/demo/{path}")
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.headers["Access-Control-Expose-Headers"] == "Link, Location"
    options = anybody.options(f"/c/demo/{ID}")
    assert (options.status_code, options.content) == (204, b"")
    assert options.headers["Allow"] == options.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    for method in ("post", "put", "delete"):
        assert getattr(anybody, method)(f"/c/demo/{ID}").status_code == 405


def test_the_resolver_describes_itself(anybody: Client, demo: Demo) -> None:
    said = {
        "name": "Codeport",
        "resolverRoot": f"{HOST}/c",
        "supportedPrimaryKeys": ["01"],
        "supportedLinkType": [{"namespace": VOC, "prefix": "gs1:"}],
        "linkTypeDefaultCanBeLinkset": False,
        "jsonLdContextLocation": "https://ref.gs1.org/standards/resolver/linkset-context",
    }
    response = anybody.get("/.well-known/gs1resolver")
    assert (response.json(), response.headers["Content-Type"]) == (said, "application/json")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    of_company = anybody.get("/c/demo/.well-known/gs1resolver").json()
    assert of_company == said | {"resolverRoot": f"{HOST}/c/demo"}


def test_ids_that_are_not_of_gs1_are_led_to_the_default_link_of_their_product(anybody: Client, linked: Code) -> None:
    shop = Link("pip", "https://tea.example/check/{id}?from=qr", "Check", is_default=True)
    change_links(linked.product, lambda _: [shop])  # type: ignore[arg-type]  # it has one
    Code.objects.update(identifier="abc-12345")
    assert location(anybody, "/c/demo/abc-12345") == (307, "https://tea.example/check/abc-12345?from=qr")
    assert location(anybody, "/c/demo/abc-12345?next=https://evil.example") == (
        307,
        "https://tea.example/check/abc-12345?from=qr&next=https://evil.example",
    )
    assert location(anybody, "/c/demo/abc-12346") == (404, "")
    Code.objects.update(activation_status=2)
    assert location(anybody, "/c/demo/abc-12345") == (200, "")
    change_links(linked.product, lambda _: [])  # type: ignore[arg-type]  # it has one
    Code.objects.update(activation_status=1)
    assert location(anybody, "/c/demo/abc-12345") == (200, ""), "links of the company are for ids of GS1"


def test_what_is_led_on_is_a_scan_and_a_linkset_is_none(anybody: Client, linked: Code, scans: Scans) -> None:
    anybody.get(f"/c/demo/{ID}?linkType=linkset")
    anybody.get(f"/c/demo/{ID}?linkType=gs1:epil")
    anybody.get(f"/c/demo/01/{GTIN}")
    anybody.head(f"/c/demo/{ID}")
    anybody.get(f"/c/demo/{ID}", headers={"Sec-Purpose": "prefetch"})
    scans.store()
    assert stored(linked.company) == {}
    anybody.get(f"/c/demo/{ID}")
    scans.store()
    assert stored(linked.company) == {ID: 1}


def test_an_ordinary_code_costs_no_more_than_before(
    anybody: Client, linked: Code, django_assert_num_queries: Any
) -> None:
    for path in (ID, f"{ID}?linkType=linkset", f"{ID}?linkType=gs1:pip"):
        anybody.get(f"/c/demo/{ID}")
        with django_assert_num_queries(1):
            anybody.get(f"/c/demo/{path}")


def test_an_item_is_found_by_the_index_of_those_with_a_batch(anybody: Client, code: Code) -> None:
    Code.objects.bulk_create(
        Code(identifier=f"01/{GTIN}/10/B{n % 7}/21/{n:05}", sequence=n, company=code.company, workorder=code.workorder)
        for n in range(5_000)
    )
    assert anybody.get(f"/c/demo/01/{GTIN}/21/04711").status_code == 200  # by now the connection knows the query
    assert anybody.get(f"/c/demo/01/{GTIN}").status_code == 404
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE workorders_code")
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        for name, about, index in (
            ("item_at", f"01/{GTIN}/21/04711", "code_item_without_batch"),
            ("class_at", f"01/{GTIN}", "code_identifier_of_company"),
        ):
            cursor.execute(f"EXPLAIN EXECUTE {name} ('demo', '{about}', '{{127.0.0.1:8000/c/demo/}}')")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert index in plan, plan
            assert "Seq Scan on workorders_code" not in plan, plan
