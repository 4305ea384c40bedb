"""The ids and the language that the public page takes an address for."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from tests.support.codes import some_codes
from tests.support.demo import Demo
from workorders.scans.found import LONGEST_ADDRESS, Answer, list_candidate_ids, look_up
from workorders.scans.public_page import PublicPageThrottle, render_page
from workorders.scans.public_texts import TAGS, TEXTS, choose_language

GTIN = "01/09520123456788"


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        ("abc12345", ["abc12345"]),
        ("abc12345/", ["abc12345"]),
        ("//abc12345///", ["abc12345"]),
        (" \tabc12345\u200b\ufeff", ["abc12345"]),
        ("abc12345 / \u00a0/", ["abc12345"]),
        (f"{'a' * 100}/", ["a" * 100]),
        (f"{'a' * 101}", []),
        ("abc1234", []),
        ("abc/12345", []),
        ("", []),
        ("/", []),
        (f"{GTIN}/21/12345", [f"{GTIN}/21/12345"]),
        (f"/{GTIN}/21/12345", [f"{GTIN}/21/12345"]),
        (f"{GTIN}/21/a/b", [f"{GTIN}/21/a%2Fb"]),
        (f"{GTIN}/21/a/", [f"{GTIN}/21/a%2F", f"{GTIN}/21/a"]),
        (f"{GTIN}/21/a//", [f"{GTIN}/21/a%2F%2F", f"{GTIN}/21/a%2F", f"{GTIN}/21/a"]),
        (f"{GTIN}/21/a////", [f"{GTIN}/21/a%2F%2F%2F", f"{GTIN}/21/a%2F%2F", f"{GTIN}/21/a%2F", f"{GTIN}/21/a"]),
        (f"{GTIN}/10/x/21/y", [f"{GTIN}/10/x/21/y"]),
        (f"{GTIN}/10/x/21/y/21/z", [f"{GTIN}/10/x/21/y%2F21%2Fz", f"{GTIN}/10/x%2F21%2Fy/21/z"]),
        ("01/09520123456789/21/12345", []),
        ("x" * (LONGEST_ADDRESS + 50), []),
    ],
)
def test_an_address_stands_for_these_ids(address: str, ids: list[str]) -> None:
    assert list_candidate_ids(address) == ids


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT", "de"),
        ("zh-Hant-TW", "zh"),
        ("fr;q=0.3, nl;q=0.8", "nl"),
        ("es, fr;q=0.1", "fr"),
        ("es, pt;q=0.5", "en"),
        ("de;q=0, fr;q=0.1", "fr"),
        ("de;q=0", "en"),
        ("*", "en"),
        ("DE-ch, en;q=0.9", "de"),
        ("not a header;;;", "en"),
    ],
)
def test_the_language_is_the_one_that_the_browser_likes_best(accepted: str, language: str) -> None:
    assert choose_language(accepted) == language


def test_every_language_has_every_text() -> None:
    assert TEXTS.keys() == TAGS.keys()
    for language, texts in TEXTS.items():
        assert texts.keys() == TEXTS["en"].keys(), language
        assert all(text.word and text.sentence for text in texts.values()), language
        assert len({text.word for text in texts.values()}) == len(texts), language


def test_pages_that_differ_have_different_etags() -> None:
    answers = [Answer("active"), Answer("inactive"), Answer("active", "Maker"), Answer("active", "Maker", "Tea")]
    etags = {render_page(answer, language)[1] for answer in answers for language in TEXTS}
    assert len(etags) == len(answers) * len(TEXTS)
    assert render_page(answers[0], "en") == render_page(Answer("active"), "en")


def test_an_answer_tells_status_maker_and_product(demo: Demo) -> None:
    some_codes(demo.staff, "abc00001", activation_status=1)
    some_codes(demo.staff, "abc00002", activation_status=2)
    some_codes(demo.staff, f"{GTIN}/21/a%2F")
    assert look_up("demo", "abc00001").answer == Answer("active", "Demo Brands")
    assert look_up("demo", "abc00002/").answer == Answer("blacklisted", "Demo Brands")
    assert look_up("demo", f"{GTIN}/21/a/").answer == Answer("inactive", "Demo Brands")
    for slug, identifier in (("demo", "abc00003"), ("other", "abc00001"), ("DEMO", "abc00001"), ("demo", "short")):
        assert look_up(slug, identifier).answer == Answer("unknown")


def test_a_code_behind_another_prefix_is_unknown_here(demo: Demo) -> None:
    workorder = some_codes(demo.staff, "abc00001")
    workorder.url_prefix = "https://codes.example/"
    workorder.save()
    assert look_up("demo", "abc00001").answer == Answer("unknown")


def test_clients_are_told_apart_by_address_and_networks_of_ipv6_by_prefix(settings: Settings) -> None:
    def client(address: str) -> str:
        request: Any = RequestFactory().get("/", REMOTE_ADDR=address)
        return PublicPageThrottle().client(request)

    assert client("203.0.113.1") == client("203.0.113.1") != client("203.0.113.2")
    assert client("2001:db8:1:2::1") == client("2001:db8:1:2:ffff::9") != client("2001:db8:1:3::1")
    before = client("203.0.113.1")
    assert "203.0.113.1" not in before
    settings.SECRET_KEY = "another key"
    assert client("203.0.113.1") != before
