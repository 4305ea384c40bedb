"""Links of products and companies: what they may be, by the API and on the pages, and who may keep them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portal.models import Company
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.tokens import client_of
from workorders.links.link import Link, fitting
from workorders.links.rules import check_target
from workorders.links.services import TooMany, change_links
from workorders.models import Product

COMPANY = "/api/v2/company/links/"
PIP = {"link_type": "gs1:pip", "url": "https://tea.example/{id}", "title": "Green tea"}
WHOLE = {"languages": [], "media_type": "", "is_default": False}


def product(demo: Demo) -> Product:
    return Product.objects.get(company=demo.company, sku="sku1")


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("https://tea.example/", ""),
        ("http://tea.example:8080/a/{id}/b?c={id}#d={id}", ""),
        ("https://tee-größe.example/", ""),
        ("javascript:alert(1)", "It must be a whole address, like https://www.example.com/product."),
        ("data:text/html,x", "It must be a whole address, like https://www.example.com/product."),
        ("ftp://tea.example/", "It must be a whole address, like https://www.example.com/product."),
        ("//tea.example/", "It must be a whole address, like https://www.example.com/product."),
        ("tea.example", "It must be a whole address, like https://www.example.com/product."),
        ("https://tea.example/\r\nSet-Cookie: a", "It must be a whole address, like https://www.example.com/product."),
        ("https://{id}.example/", "{id} stands behind the host, in the path or the query."),
        ("https://{id}/", "It must be a whole address, like https://www.example.com/product."),
        ("https://tea.example/{sku}", "{sku} means nothing here; {id} stands for the code's id."),
        ("https://tea.example/{id", "{id means nothing here; {id} stands for the code's id."),
        ("https://me:secret@tea.example/", "An address of a link has no name or password."),
        ("http://127.0.0.1:8000/c/demo/{id}", "It leads to a code's page, which would lead here again."),
    ],
)
def test_a_link_leads_to_a_web_page_and_never_where_an_id_says(url: str, fault: str) -> None:
    if not fault:
        check_target(url)
        return
    with pytest.raises(ValidationError) as error:
        check_target(url)
    assert error.value.messages == [fault]


def test_no_link_leads_back_by_a_former_address(settings: Any) -> None:
    settings.FORMER_PUBLIC_URLS = ["https://Old.example"]
    with pytest.raises(ValidationError) as error:
        check_target("https://old.example/c/demo/{id}")
    assert error.value.messages == ["It leads to a code's page, which would lead here again."]


def test_an_id_is_data_wherever_it_stands() -> None:
    link = Link("pip", "https://tea.example/{id}?c={id}", "Tea")
    assert link.to("01/09520123456788/21/a%2F?#&") == (
        "https://tea.example/01%2F09520123456788%2F21%2Fa%252F%3F%23%26?c=01%2F09520123456788%2F21%2Fa%252F%3F%23%26"
    )


@pytest.mark.parametrize(
    ("accepted", "titles"),
    [
        ("", ["any"]),
        ("fr", ["fr"]),
        ("fr-CA", ["fr"]),
        ("fr-BE", ["fr-BE"]),
        ("ja, de;q=0.5", ["de", "de too"]),
        ("de;q=0", ["any"]),
        ("ja", ["any"]),
    ],
)
def test_the_link_in_the_best_language_fits(accepted: str, titles: list[str]) -> None:
    said = [("fr", "fr"), ("fr-BE", "fr-BE"), ("de", "de"), ("de too", "de"), ("any", "")]
    links = [Link("pip", "https://tea.example/", title, (each,) if each else ()) for title, each in said]
    assert [link.title for link in fitting(links, accepted, "*/*")] == titles


def test_links_are_kept_by_the_api(demo: Demo) -> None:
    client: Any = client_of(demo.admin)
    for path in (COMPANY, f"/api/v2/products/{product(demo).pk}/links/"):
        assert client.get(path).json() == {"links": []}
        kept = {"links": [PIP | WHOLE, PIP | WHOLE | {"languages": ["fr-BE"], "is_default": True}]}
        answer = client.put(path, {"links": [PIP, PIP | {"languages": ["fr-BE"], "is_default": True}]}, format="json")
        assert (answer.status_code, answer.json()) == (200, kept)
        assert client.get(path).json() == kept
        assert client.put(path, {"links": []}, format="json").json() == {"links": []}
    other: Any = client_of(demo.other_staff, "product_view")
    assert other.get(COMPANY).status_code == 403
    assert client_of(demo.staff).get(COMPANY).status_code == 403


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ({"link_type": "gs1:pipp"}, 'Link 1, link_type: "gs1:pipp" is not a valid choice. It must be one of '),
        ({"url": "javascript:x"}, "Link 1, url: It must be a whole address, like https://www.example.com/product."),
        ({"title": ""}, "Link 1, title: This field may not be blank."),
        ({"languages": ["zh-Hans"]}, "Link 1, languages: zh-Hans is no language tag; it looks like en or fr-BE."),
        ({"languages": ["EN"]}, "Link 1, languages: EN is no language tag; it looks like en or fr-BE."),
        ({"media_type": "text/htm"}, 'Link 1, media_type: "text/htm" is not a valid choice. It must be one of '),
        ({"tittle": "x"}, "Link 1, tittle: There is no such field; the nearest is `title`."),
    ],
)
def test_a_wrong_link_is_refused_with_its_number(demo: Demo, link: dict[str, Any], said: str) -> None:
    client: Any = client_of(demo.admin)
    answer = client.put(COMPANY, {"links": [PIP | link]}, format="json")
    assert answer.status_code == 400
    assert [*answer.json()] == ["links"]
    assert answer.json()["links"][0].startswith(said)
    assert Company.objects.get(pk=demo.company.pk).links == []


def test_links_have_a_limit(demo: Demo) -> None:
    client: Any = client_of(demo.admin)
    many = client.put(COMPANY, {"links": [PIP] * 51}, format="json")
    assert (many.status_code, many.json()) == (400, {"links": ["Ensure this field has no more than 50 elements."]})
    link = Link("pip", "https://tea.example/", "Tea")
    with pytest.raises(TooMany, match=r"There are 50 links already; remove one first."):
        change_links(demo.company, lambda _: [link] * 51)


def test_admins_keep_links_on_the_pages(demo: Demo) -> None:
    browser = as_(demo.admin)
    for path, owner in ((f"/products/{product(demo).pk}/links/", product(demo)), ("/company/links/", demo.company)):
        form = {
            "link_type": "gs1:recallStatus",
            "url": "https://tea.example/recall",
            "title": "Recall",
            "languages": "en, fr-BE",
            "media_type": "text/html",
            "is_default": "on",
        }
        assert browser.post(path, form).status_code == 302
        owner.refresh_from_db()
        kept = {
            "link_type": "gs1:recallStatus",
            "url": "https://tea.example/recall",
            "title": "Recall",
            "languages": ["en", "fr-BE"],
            "media_type": "text/html",
            "is_default": True,
        }
        assert owner.links == [kept]
        assert browser.post(path, form | {"title": "Recalled?"}).status_code == 302, "saved again it is changed"
        owner.refresh_from_db()
        assert owner.links == [kept | {"title": "Recalled?"}]
        page = browser.get(path).content.decode()
        assert "gs1:recallStatus · default" in page
        wrong = browser.post(path, form | {"url": "javascript:alert(1)", "languages": "english"}).content.decode()
        assert "It must be a whole address, like https://www.example.com/product." in wrong
        assert "english is no language tag; it looks like en or fr-BE." in wrong
        assert browser.post(path, {"remove": "recallStatus en fr-BE https://tea.example/recall"}).status_code == 302
        owner.refresh_from_db()
        assert owner.links == []


def test_who_keeps_no_links_sees_none_of_it(demo: Demo) -> None:
    path = f"/products/{product(demo).pk}/"
    assert f"{path}links/" in seen(demo.admin, path)
    assert "/company/links/" in seen(demo.admin, "/company/")
    assert f"{path}links/" not in seen(demo.staff, path)
    for at in (f"{path}links/", "/company/links/"):
        assert as_(demo.staff).get(at).status_code == 403
    assert as_(demo.admin).get(f"/products/{Product.objects.get(company=demo.other).pk}/links/").status_code == 404


def test_the_security_log_tells_where_codes_lead(demo: Demo, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "codeport.security"):
        change_links(product(demo), lambda _: [Link("pip", "https://tea.example/", "Tea", is_default=True)])
    (line,) = [record for record in caplog.records if record.name == "codeport.security"]
    told = {name: getattr(line, name) for name in ("changed", "product", "links", "company")}
    assert json.loads(json.dumps(told)) == {
        "changed": ["links"],
        "product": "sku1",
        "links": ["pip https://tea.example/"],
        "company": "demo",
    }
