"""A page is in the language and the time zone of the person, else of the company, else of the browser."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone, translation

from portal.models import User
from portal.pages.languages import written_for
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.tokens import client_of

GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}


def shown_in(page: str) -> str:
    return str(re.findall(r'<html lang="([^"]*)"', page)[0])


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9", "de"),
        ("fr", "fr"),
        ("nl-BE", "nl"),
        ("zh-CN,zh;q=0.9", "zh-Hans"),
        ("zh-Hans-SG", "zh-Hans"),
        ("pt, fr;q=0.5", "fr"),
        ("pt", "en"),
        ("*", "en"),
        (";;q=x" * 50, "en"),
    ],
)
@pytest.mark.django_db
def test_a_stranger_reads_the_language_of_the_browser(accepted: str, language: str) -> None:
    answer = Client().get("/accounts/login/", headers={"Accept-Language": accepted})
    assert shown_in(answer.content.decode()) == language


def test_the_person_comes_before_the_company_and_that_before_the_browser(demo: Demo) -> None:
    assert shown_in(seen(demo.staff, "/", **GERMAN)) == "de"
    demo.company.language = "fr"
    demo.company.save()
    assert shown_in(seen(demo.staff, "/", **GERMAN)) == "fr"
    assert shown_in(seen(demo.other_staff, "/", **GERMAN)) == "de"
    User.objects.filter(pk=demo.staff.pk).update(language="nl")
    assert shown_in(seen(demo.staff, "/", **GERMAN)) == "nl"
    assert translation.get_language() == "en", "for whoever asks next"


def test_a_person_chooses_language_and_time_zone(demo: Demo) -> None:
    browser = as_(demo.staff)
    answer = browser.post("/account/", {"language": "zh-hans", "time_zone": "Asia/Shanghai"}, follow=True)
    page = answer.content.decode()
    assert shown_in(page) == "zh-Hans"
    assert "CST (Asia/Shanghai)" in page
    demo.staff.refresh_from_db()
    assert (demo.staff.language, demo.staff.time_zone) == ("zh-hans", "Asia/Shanghai")
    browser.post("/account/", {"language": "tlh", "time_zone": "Mars/Olympus"})
    demo.staff.refresh_from_db()
    assert (demo.staff.language, demo.staff.time_zone) == ("zh-hans", "Asia/Shanghai")


def test_an_admin_chooses_for_the_company(demo: Demo) -> None:
    form = {"language": "de", "time_zone": "Europe/Berlin", "label_text": "", "label_sheet": "", "upload_mail": ""}
    as_(demo.admin).post("/company/", form)
    demo.company.refresh_from_db()
    assert (demo.company.language, demo.company.time_zone) == ("de", "Europe/Berlin")
    assert "(Europe/Berlin)" in seen(demo.staff, "/")


def test_the_api_stays_english_and_in_utc(demo: Demo) -> None:
    for of in (demo.staff, demo.company):
        of.language, of.time_zone = "de", "Europe/Berlin"
        of.save()
    client = client_of(demo.staff, "codes_view")
    said = client.get("/api/v2/codes/", {"activation_status": "x"}, headers=GERMAN)
    again = client.get("/api/v2/codes/", {"activation_status": "x"})
    assert said.status_code == 400
    assert said.content == again.content
    assert "Status" not in said.content.decode().replace("activation_status", "")
    assert Client().get("/api/v2/codes/", headers=GERMAN).json()["detail"].startswith("Authentication")


def test_a_mail_is_in_the_language_of_its_addressee(demo: Demo) -> None:
    demo.company.language, demo.company.time_zone = "fr", "Europe/Paris"
    demo.staff.company = demo.company
    with written_for(demo.staff):
        assert translation.get_language() == "fr"
        assert timezone.get_current_timezone_name() == "Europe/Paris"
    demo.staff.language = "de"
    with written_for(demo.staff):
        assert translation.get_language() == "de"
        assert timezone.get_current_timezone_name() == "Europe/Paris"
    with translation.override("nl"), written_for(None):
        assert translation.get_language() == "en"
        assert timezone.get_current_timezone_name() == "UTC"
