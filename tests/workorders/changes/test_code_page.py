"""The page of one code: its history, and the form that changes it at once."""

from __future__ import annotations

import re

import psycopg
import pytest
from django.contrib.auth.models import Permission
from django.db import connection

from portal.models import User
from tests.support.codes import path_of, some_codes
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from workorders.changes import single
from workorders.changes.single import change_code
from workorders.changes.values import NewValues
from workorders.models import Change, Code


def a_code(demo: Demo, **fields: object) -> Code:
    some_codes(demo.staff, "abcd-0001", **fields)
    return Code.objects.get(identifier="abcd-0001")


def state_of(identifier: str = "abcd-0001") -> tuple[int, int, int | None, dict[str, str]]:
    code = Code.objects.get(identifier=identifier)
    return code.activation_status, code.blacklist_reason, code.product_id, code.scm_data


def lines_of(page: str) -> list[str]:
    """The lines of the history as a person reads them, without their times."""
    found = re.findall(r'<li> <strong>(.*?)</small> <ul class="replaced">(.*?)</ul>', page)
    texts = [re.sub(r"<small>.*", "", head) + ": " + fields for head, fields in found]
    return [
        re.sub(r"\s+", " ", re.sub(r"<span class=\"aside-only\">became</span>|<[^>]*>", "", text)) for text in texts
    ]


# History


def test_the_history_tells_who_changed_what_the_latest_first(demo: Demo) -> None:
    code = a_code(demo, scm_data={"lot": "A"})
    product = demo.company.products.get(sku="sku1").pk
    change_code(code, NewValues(status=2, reason=4, scm={"lot": None, "size": "L"}), Change.Origin.PAGE, demo.admin)
    later = change_code(code, NewValues(status=1, product_id=product), Change.Origin.FILE, demo.staff)
    Change.objects.filter(pk=later.pk).update(record_key="abcdefghijkl")
    page = seen(demo.staff, path_of(code))
    assert lines_of(page) == [
        "Changed by a file by staff@demo.example, record abcdefghijkl : Activation status blacklisted → active "
        " Blacklisted for stolen → none  Product none → sku1 ".replace("  ", " "),
        "Changed on a page by admin@demo.example : Activation status inactive → blacklisted "
        " Blacklisted for none → stolen  lot A → none  size none → L ".replace("  ", " "),
    ]
    assert '<a class="id" href="/ingestions/abcdefghijkl/">' in page


def test_a_code_that_nobody_changed_says_so(demo: Demo) -> None:
    assert "Nothing was changed since the code was made." in seen(demo.staff, path_of(a_code(demo)))


def test_a_long_history_is_cut(demo: Demo) -> None:
    code = a_code(demo)
    for number in range(52):
        change_code(code, NewValues(scm={"lot": str(number)}), Change.Origin.PAGE, demo.staff)
    page = seen(demo.staff, path_of(code))
    lines = lines_of(page)
    assert len(lines) == 50
    assert lines[0].endswith("lot 50 → 51 ")
    assert lines[-1].endswith("lot 1 → 2 ")
    assert "These are the latest 50 changes." in page


def test_people_of_another_company_are_not_named(demo: Demo) -> None:
    code = a_code(demo)
    change_code(code, NewValues(status=2, reason=7), Change.Origin.WORKORDER, demo.printer)
    page = seen(demo.staff, path_of(code))
    assert "Changed with its workorder</strong> by Printco" in page.replace(demo.printco.name, "Printco")
    assert demo.printer.email not in page


# The form


def test_a_code_is_changed_at_once(demo: Demo) -> None:
    code = a_code(demo, scm_data={"lot": "A", "size": "L"})
    response = as_(demo.staff).post(
        path_of(code),
        {
            "activation_status": "2",
            "blacklist_reason": "4",
            "product": "sku1",
            "scm-0-key": "lot",
            "scm-0-value": "B7",
            "scm-3-key": "size",
            "scm-3-remove": "on",
        },
        follow=True,
    )
    assert response.redirect_chain == [(path_of(code), 302)]
    assert "abcd-0001 was changed." in response.content.decode()
    assert state_of() == (2, 4, demo.company.products.get(sku="sku1").pk, {"lot": "B7"})
    change = Change.objects.get()
    assert (change.origin, change.record_key, change.codes, change.created_by) == ("page", "", 1, demo.staff)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose at least one thing to change."),
        ({"activation_status": "2"}, "Say for which reason they are blacklisted."),
        ({"activation_status": "1", "blacklist_reason": "4"}, "A reason goes with Blacklist alone."),
        ({"activation_status": "7"}, "7 is not one of the available choices"),
        ({"activation_status": "2", "blacklist_reason": "9"}, "9 is not one of the available choices"),
        ({"product": "sku"}, "There is no product of this SKU that codes may have. The nearest is <code>sku"),
        ({"scm-0-key": "Lot", "scm-0-value": "B7"}, "A field&#x27;s name begins with a small letter"),
        ({"scm-0-key": "product", "scm-0-value": "B7"}, "product is no SCM field."),
        ({"scm-0-key": "status", "scm-0-value": "1"}, "There is no such field; the nearest is `activation_status`."),
        ({"scm-0-key": "workorder", "scm-0-value": "1"}, "No change gives codes another one."),
        ({"scm-0-value": "B7"}, "A field&#x27;s name begins with a small letter"),
        ({"scm-0-key": "lot"}, "Give a value, or have the field removed."),
        ({"scm-0-key": "lot", "scm-0-value": "B7", "scm-0-remove": "on"}, "not both"),
        ({"scm-0-key": "lot", "scm-0-value": "x" * 1001}, "A value has 1,000 characters at most, this has 1,001."),
        (
            {"scm-0-key": "lot", "scm-0-value": "1", "scm-1-key": "lot", "scm-1-value": "2"},
            "lot is given twice.",
        ),
    ],
)
def test_wrong_values_are_refused_by_name_and_kept(demo: Demo, typed: dict[str, str], said: str) -> None:
    code = a_code(demo)
    response = as_(demo.staff).post(path_of(code), typed)
    page = re.sub(r"\s+", " ", response.content.decode())
    assert said in page
    assert "Nothing was changed yet." in page
    for name, value in typed.items():
        if name.startswith("scm") and not name.endswith("remove"):
            assert f'name="{name}" value="{value}"' in page
    assert state_of() == (0, 0, None, {})
    assert not Change.objects.exists()


def test_values_that_the_code_has_are_no_change(demo: Demo) -> None:
    code = a_code(demo, activation_status=1)
    page = as_(demo.staff).post(path_of(code), {"activation_status": "1"}).content.decode()
    assert "The code has these values already." in page
    assert not Change.objects.exists()


def test_what_a_cancelled_workorder_blacklisted_stays(demo: Demo) -> None:
    code = a_code(demo, activation_status=2, blacklist_reason=9)
    code.workorder.state = "cancelled"
    code.workorder.save()
    page = as_(demo.staff).post(path_of(code), {"activation_status": "1"}).content.decode()
    assert "The code belongs to a cancelled workorder" in page
    assert state_of() == (2, 9, None, {})


# Who may


def test_a_form_waits_for_another_change_no_longer_than_said(
    committed_demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = a_code(committed_demo)
    monkeypatch.setattr(single, "PATIENCE", 1)
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("UPDATE workorders_code SET activation_status = 1")
        answer = as_(committed_demo.staff).post(path_of(code), {"activation_status": "2", "blacklist_reason": "4"})
        assert answer.status_code == 200
        assert "Another change of the same codes is under way; nothing was changed." in answer.content.decode()
        assert 'name="activation_status" value="2" checked' in answer.content.decode()


def test_only_staff_and_admins_of_the_brand_owner_change_a_code(demo: Demo) -> None:
    code = a_code(demo)
    path, wish = path_of(code), {"activation_status": "1"}
    for user, status in (
        (demo.support, 403),
        (demo.printer, 403),
        (demo.other_staff, 404),
        (demo.root, 403),
        (looking_on(demo), 403),
    ):
        assert as_(user).post(path, wish).status_code == status, user
    assert state_of() == (0, 0, None, {})
    assert "Change this code" not in seen(looking_on(demo), path)
    assert "Change this code" in seen(demo.staff, path)
    assert as_(demo.admin).post(path, wish).status_code == 302
    assert state_of() == (1, 0, None, {})


def looking_on(demo: Demo) -> User:
    """A person of the brand owner who may see workorders, and no more."""
    user, _ = User.objects.get_or_create(email="looker@demo.example", company=demo.company)
    user.user_permissions.set(Permission.objects.filter(codename="workorder_view"))
    return User.objects.get(pk=user.pk)
