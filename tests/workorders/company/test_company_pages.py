"""The pages of a company's settings and of the SCM fields that it declares."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.models import User
from tests.support.declared import declare
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.security_log import Told
from workorders.codes.url_prefixes import claim_url_prefix
from workorders.company import services
from workorders.models import DeclaredField, UrlPrefix

SETTINGS, FIELDS = "/company/", "/company/fields/"
ADMIN = {"by": "admin@demo.example", "company": "demo", "address": "127.0.0.1"}
pytestmark = pytest.mark.usefixtures("letters_go_at_once")


def posted(user: User, path: str, **data: str) -> str:
    """The page that a form leads to, or the form again."""
    return as_(user).post(path, data, follow=True).content.decode()


def test_an_admin_changes_the_settings_and_the_security_log_tells_it(demo: Demo, told: Told) -> None:
    given = {
        "custom_url_prefix": "https://codes.example.com/",
        "label_sheet": "24",
        "upload_mail": "line@demo.example\n line@demo.example\r\nboss@demo.example ",
    }
    assert "Saved." in posted(demo.admin, SETTINGS, **given)
    demo.company.refresh_from_db()
    assert (demo.company.default_url_prefix, demo.company.label_sheet) == ("https://codes.example.com/", "24")
    assert demo.company.upload_mail == ["line@demo.example", "boss@demo.example"]
    assert told() == [
        {
            "message": "company_changed",
            "company_name": "Demo Brands",
            "changed": ["custom_url_prefix", "label_sheet", "upload_mail"],
            "before": {"custom_url_prefix": "", "label_sheet": "", "upload_mail": []},
            "custom_url_prefix": "https://codes.example.com/",
            "label_sheet": "24",
            "upload_mail": ["line@demo.example", "boss@demo.example"],
        }
        | ADMIN
    ]
    page = seen(demo.admin, SETTINGS)
    assert 'value="https://codes.example.com/"' in page
    assert "line@demo.example boss@demo.example</textarea>" in page
    posted(demo.admin, SETTINGS, **given)
    assert told() == []
    assert not UrlPrefix.objects.exists()


def test_without_a_prefix_of_its_own_a_company_has_the_portals(demo: Demo) -> None:
    own = demo.company.url_prefix
    for given in ("", own):
        assert "Saved." in posted(demo.admin, SETTINGS, custom_url_prefix=given)
        demo.company.refresh_from_db()
        assert (demo.company.custom_url_prefix, demo.company.default_url_prefix) == ("", own)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("custom_url_prefix", "codes.example.com", "It must look like https://codes.example.com/"),
        ("custom_url_prefix", "https://taken.example/", "The URLs of another company begin like this"),
        ("label_sheet", "99", "Select a valid choice."),
        ("upload_mail", "nobody", "nobody is no e-mail address."),
        (
            "upload_mail",
            "\n".join(f"a{number}@b.example" for number in range(11)),
            "These are 11 addresses; 10 at most.",
        ),
    ],
)
def test_a_wrong_setting_is_told_beside_it_and_nothing_is_saved(demo: Demo, name: str, value: str, said: str) -> None:
    claim_url_prefix(demo.other, "https://taken.example/")
    page = posted(demo.admin, SETTINGS, **{"label_sheet": "21", name: value})
    assert "Nothing was saved yet." in page
    assert said in page
    demo.company.refresh_from_db()
    assert (demo.company.custom_url_prefix, demo.company.label_sheet, demo.company.upload_mail) == ("", "", [])


def test_who_sees_and_who_changes_the_settings(demo: Demo, client: Client) -> None:
    assert client.get(SETTINGS).status_code == 302
    for user in (demo.staff, demo.printer, demo.support):
        assert as_(user).get(SETTINGS).status_code == 403
        assert as_(user).post(SETTINGS, {"label_sheet": "21"}).status_code == 403
    demo.printer.groups.set(demo.admin.groups.all())
    assert as_(demo.printer).get(SETTINGS).status_code == 403
    assert as_(demo.admin).get(f"{SETTINGS}?company=other").status_code == 200
    assert "Settings of Demo Brands" in seen(demo.admin, f"{SETTINGS}?company=other")
    page = seen(demo.support, f"{SETTINGS}?company=other")
    assert "Settings of Other Brands" in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]
    assert as_(demo.support).post(f"{SETTINGS}?company=other", {"label_sheet": "21"}).status_code == 403
    for slug in ("printco", "nobody"):
        assert as_(demo.support).get(f"{SETTINGS}?company={slug}").status_code == 404
    assert ('href="/company/"' in seen(demo.admin, "/"), 'href="/company/"' in seen(demo.staff, "/")) == (True, False)


def test_a_field_is_declared_changed_and_removed(demo: Demo, told: Told) -> None:
    admin, field = demo.admin, {"key": "line", "label": "Line", "type": "choice", "choices": "North\n\n South\nNorth"}
    assert "line is declared." in posted(admin, f"{FIELDS}create/", **field, is_required="on")
    line = DeclaredField.objects.get()
    assert (line.company, line.key, line.label, line.type) == (demo.company, "line", "Line", "choice")
    assert (line.is_required, line.choices) == (True, ["North", "South"])
    page = seen(admin, FIELDS)
    assert "One of a list<small>North, South</small>" in page
    assert "needs it" in page
    assert "North South</textarea>" in seen(admin, f"{FIELDS}of/line/")
    assert "line is saved." in posted(admin, f"{FIELDS}of/line/", key="other", type="date", label="", choices="")
    line.refresh_from_db()
    assert (line.key, line.label, line.type, line.is_required, line.choices) == ("line", "", "date", False, [])
    assert "It is the last declared field" in seen(admin, f"{FIELDS}of/line/remove/")
    assert DeclaredField.objects.exists()
    assert "line is declared no more." in posted(admin, f"{FIELDS}of/line/remove/")
    assert not DeclaredField.objects.exists()
    told_of = {"message": "company_changed", "company_name": "Demo Brands", "field": "line"} | ADMIN
    assert told() == [
        told_of | {"changed": ["field_declared"], "type": "choice"},
        told_of | {"changed": ["field_changed"], "type": "date"},
        told_of | {"changed": ["field_removed"], "type": "date"},
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"key": "Best Before"}, "A field&#x27;s name begins with a small letter"),
        ({"key": ""}, "This field is required."),
        ({"key": "product"}, "`product` is a field that every code has."),
        ({"key": "lot"}, "The company declares a field of this name already; change that one."),
        ({"type": "money"}, "Select a valid choice."),
        ({"type": "choice"}, "Give the values of the list, one a line."),
        ({"type": "date", "choices": "a"}, "Values go with the type One of a list alone."),
        ({"type": "choice", "choices": "x" * 1001}, "A value has 1,000 characters at most."),
        ({"type": "choice", "choices": "a\u200bb"}, "Character 2 is U+200B"),
        ({"type": "choice", "choices": "\n".join(map(str, range(501)))}, "A list has 500 values"),
        ({"label": "a\u200bb"}, "Character 2 is U+200B"),
    ],
)
def test_a_wrong_field_is_told_beside_what_is_wrong(demo: Demo, given: dict[str, str], said: str) -> None:
    declare(demo.company, "lot")
    page = posted(demo.admin, f"{FIELDS}create/", **({"key": "line", "type": "text"} | given))
    assert "Nothing was saved yet." in page
    assert said in page
    assert DeclaredField.objects.count() == 1


def test_a_company_declares_no_more_fields_than_a_code_can_have(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_SCM_FIELDS", 1)
    declare(demo.company, "lot")
    page = posted(demo.admin, f"{FIELDS}create/", key="line", type="text")
    assert "The company declares 1 fields already; more no code can have." in page


def test_staff_and_support_read_the_fields_and_change_none(demo: Demo) -> None:
    declare(demo.company, "lot")
    declare(demo.other, "elsewhere")
    for user, query in ((demo.staff, ""), (demo.support, "?company=demo")):
        page = seen(user, FIELDS + query)
        assert ("lot" in page, "elsewhere" in page, "Remove" in page) == (True, False, False)
    changes: Any = ((f"{FIELDS}create/", {"key": "x", "type": "text"}), (f"{FIELDS}of/lot/", {"type": "date"}))
    for user in (demo.staff, demo.support, demo.printer):
        for path, data in (*changes, (f"{FIELDS}of/lot/remove/", {})):
            assert as_(user).get(path).status_code == 403
            assert as_(user).post(path, data).status_code == 403
    assert as_(demo.printer).get(FIELDS).status_code == 403
    assert as_(demo.admin).post(f"{FIELDS}of/elsewhere/remove/").status_code == 404
    assert DeclaredField.objects.filter(type="text").count() == 2


def test_fields_are_found_by_name_and_label(demo: Demo) -> None:
    declare(demo.company, "lot", label="Charge")
    declare(demo.company, "line")
    for query, found in (("char", (True, False)), ("lin", (False, True)), ("xyz", (False, False))):
        page = seen(demo.admin, f"{FIELDS}?q={query}").partition('id="found"')[2]
        assert (">lot<" in page, ">line<" in page) == found
    assert "Nothing fits this filter" in seen(demo.admin, f"{FIELDS}?q=xyz")
