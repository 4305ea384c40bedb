"""The page of tokens: what is shown, made and revoked, and by whom."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from portal.accounts.tokens import TokenForm, expiring, grantable
from portal.models import User, UserAuthorizationToken
from tests.support.demo import Demo
from tests.support.pages import as_, seen
from tests.support.people import fields
from tests.support.tokens import issue


def a_token(user: User, *codenames: str, **changes: Any) -> UserAuthorizationToken:
    secret = issue(user, *codenames, **changes)
    return UserAuthorizationToken.objects.get(prefix=secret.partition("_")[0])


def refusal(user: User, **posted: Any) -> str:
    """What the form says to `posted`; no token is made."""
    before = UserAuthorizationToken.objects.count()
    response = as_(user).post("/tokens/create/", posted)
    assert (response.status_code, UserAuthorizationToken.objects.count()) == (200, before)
    return " ".join(re.findall(r"<li>([^<]*)</li>", response.content.decode()))


def test_a_token_is_shown_once_and_works_with_the_permissions_chosen(demo: Demo) -> None:
    client = as_(demo.staff)
    response = client.post("/tokens/create/", fields("product_view", "ingestion_view"))
    assert "no-store" in response.headers["Cache-Control"]
    (secret,) = re.findall(r'id="secret" value="(uat[0-9a-f]{8}_[\w-]{43})"', response.content.decode())
    line = f"curl -H &#x27;Authorization: UAT {secret}&#x27; http://127.0.0.1:8000/api/v2/me/"
    assert line in response.content.decode()
    api = APIClient()
    me = api.get("/api/v2/me/", HTTP_AUTHORIZATION=f"UAT {secret}").json()
    assert (me["email"], me["permissions"]) == ("staff@demo.example", ["ingestion_view", "product_view"])
    token = UserAuthorizationToken.objects.get()
    assert timedelta(days=30, minutes=-1) < token.expires_at - timezone.now() <= timedelta(days=30)
    page = seen(demo.staff, "/tokens/")
    assert secret not in page
    assert f'Line 4<small class="id">{token.prefix}…</small>' in page
    assert "see ingestion records, see products</td>" in page


def test_the_form_offers_what_the_person_may_in_groups(demo: Demo) -> None:
    page = seen(demo.staff, "/tokens/create/")
    assert re.findall(r"<legend>([^<]*)</legend>", page) == [
        "What it may do", "Ingestion records", "Codes", "Products", "Workorders"
    ]  # fmt: skip
    labels = re.findall(r'<label for="id_permissions_\w+">([^<]*)</label>', page)
    assert labels == [
        "Can upload codes",
        "Can see ingestion records",
        "Can see codes",
        "Can change single codes",
        "Can change many codes at once",
        "Can see products",
        "Can create and edit products",
        "Can see workorders",
        "Can download a workorder&#x27;s archive",
        "Can download a workorder&#x27;s serial numbers",
        "Can create workorders",
    ]


@pytest.mark.parametrize("language", ["de", "fr", "nl", "zh-Hans"])
def test_what_permissions_are_about_is_said_in_the_readers_language(demo: Demo, language: str) -> None:
    def told(language: str) -> list[str]:
        page = seen(demo.admin, "/tokens/create/", **{"Accept-Language": language})
        return re.findall(r'<fieldset class="stack"> <legend>([^<]*)</legend>', page)

    assert told("en") == ["Ingestion records", "Companies", "Codes", "Products", "Workorders"]
    alike = {"Codes"}  # in German and French
    assert not {*told(language)} & ({*told("en")} - alike)


def test_nothing_is_given_that_the_person_does_not_hold(demo: Demo) -> None:
    assert "is not one of the available choices" in refusal(demo.staff, **fields("ingestion_cancel"))
    assert "is not one of the available choices" in refusal(demo.admin, **fields("company_people"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 101}, "Ensure this value has at most 100 characters (it has 101)."),
        ({"name": "a\nb"}, "Use printable characters only. Character 2 is U+000A, which nobody sees."),
        ({"permissions": []}, "Choose at least one."),
        ({"permissions": ["x"]}, "“x” is not a valid value."),
        ({"valid": "0"}, "Select a valid choice. 0 is not one of the available choices."),
        ({"valid": "date"}, "Choose the last day."),
        ({"valid": "date", "date": "tomorrow"}, "Enter a valid date."),
        ({"valid": "date", "date": "2020-01-01"}, "Choose a day from today on, 10 years ahead at most."),
        ({"valid": "date", "date": "9999-12-31"}, "Choose a day from today on, 10 years ahead at most."),
    ],
)
def test_a_form_that_is_wrong_says_what_and_makes_nothing(demo: Demo, changes: dict[str, Any], said: str) -> None:
    assert refusal(demo.staff, **fields("product_view") | changes) == said


def test_a_form_sent_twice_makes_one_token(demo: Demo) -> None:
    client = as_(demo.staff)
    client.post("/tokens/create/", fields("product_view"))
    assert "You have a valid token of this name already" in refusal(demo.staff, **fields("product_view"))
    UserAuthorizationToken.objects.update(revoked_at=timezone.now())
    client.post("/tokens/create/", fields("product_view"))
    assert UserAuthorizationToken.objects.count() == 2


def test_a_date_means_to_its_end(demo: Demo) -> None:
    day = timezone.now().date() + timedelta(days=3)
    as_(demo.staff).post("/tokens/create/", fields("product_view", valid="date", date=day.isoformat()))
    expires_at = UserAuthorizationToken.objects.get().expires_at
    assert expires_at == datetime(day.year, day.month, day.day, 23, 59, 59, 999999, UTC)


def test_a_date_is_a_day_of_the_readers_zone(demo: Demo) -> None:
    User.objects.filter(pk=demo.staff.pk).update(time_zone="Asia/Shanghai")
    day = timezone.now().date() + timedelta(days=3)
    as_(demo.staff).post("/tokens/create/", fields("product_view", valid="date", date=day.isoformat()))
    expires_at = UserAuthorizationToken.objects.get().expires_at
    assert expires_at == datetime(day.year, day.month, day.day, 15, 59, 59, 999999, UTC)


def test_revoking_asks_first_and_stops_the_token_at_once(demo: Demo) -> None:
    secret = issue(demo.staff, name="Old one")
    token = UserAuthorizationToken.objects.get()
    client, api = as_(demo.staff), APIClient()
    assert "Revoke this token?" in client.get(f"/tokens/{token.pk}/revoke/").content.decode()
    assert api.get("/api/v2/me/", HTTP_AUTHORIZATION=f"UAT {secret}").status_code == 200
    page = client.post(f"/tokens/{token.pk}/revoke/", follow=True).content.decode()
    assert "Old one is revoked. It opens nothing any more." in page
    assert api.get("/api/v2/me/", HTTP_AUTHORIZATION=f"UAT {secret}").status_code == 401
    revoked_at = UserAuthorizationToken.objects.get().revoked_at
    assert "was revoked already" in client.post(f"/tokens/{token.pk}/revoke/", follow=True).content.decode()
    assert UserAuthorizationToken.objects.get().revoked_at == revoked_at


def test_each_state_is_shown_and_only_an_active_token_can_be_revoked(demo: Demo) -> None:
    past = timezone.now() - timedelta(days=1)
    a_token(demo.admin, name="one")
    a_token(demo.admin, name="two", expires_at=past)
    token = a_token(demo.admin, name="three", expires_at=past)
    UserAuthorizationToken.objects.filter(pk=token.pk).update(revoked_at=past)
    a_token(demo.staff, name="four")
    User.objects.filter(pk=demo.staff.pk).update(is_active=False)
    page = seen(demo.admin, "/tokens/")
    assert re.findall(r'<span class="status \w+">(\w+)</span>', page) == ["stopped", "revoked", "expired", "active"]
    assert re.findall(r'aria-label="Revoke (\w+)"', page) == ["one"]


def test_tokens_are_found_by_state_name_beginning_and_person(demo: Demo) -> None:
    past, soon = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=3)
    line = a_token(demo.admin, name="Line 4", expires_at=timezone.now() + timedelta(days=30))
    a_token(demo.admin, name="soon", expires_at=soon)
    a_token(demo.admin, name="expired", expires_at=past)
    a_token(demo.staff, name="stopped")
    for name, expires_at in (("revoked", soon), ("revoked late", past)):
        token = a_token(demo.admin, name=name, expires_at=expires_at)
        UserAuthorizationToken.objects.filter(pk=token.pk).update(revoked_at=past)
    a_token(demo.other_staff, name="Line of others")
    User.objects.filter(pk=demo.staff.pk).update(is_active=False)

    def found(**asked: str) -> list[str]:
        page = seen(demo.admin, f"/tokens/?{urlencode(asked)}")
        return sorted(re.findall(r'<th scope="row">([^<]*)<', page))

    assert len(found()) == 6
    assert found(state="active") == ["Line 4", "soon"]
    assert found(state="expiring") == ["soon"]
    assert found(state="expired") == ["expired"]
    assert found(state="stopped") == ["stopped"]
    assert found(state="revoked") == ["revoked", "revoked late"]
    assert found(q="line") == found(q=f"{line.prefix}…") == found(q=line.prefix.upper(), state="active") == ["Line 4"]
    assert found(q="staff@") == ["stopped"]
    assert found(q="staff@", state="active") == []
    assert "Nothing fits this filter" in seen(demo.admin, "/tokens/?q=nothing")


def test_a_token_lasts_ten_years_and_has_a_hundred_characters_at_most(demo: Demo) -> None:
    def wrong(**changes: Any) -> list[str]:
        held = [grantable(demo.staff)[0].pk]
        return [*TokenForm(demo.staff, {"name": "line 4", "permissions": held, "valid": "date"} | changes).errors]

    today = timezone.localdate()
    for days, fields_ in ((-1, ["date"]), (0, []), (3650, []), (3651, ["date"])):
        assert wrong(date=today + timedelta(days=days)) == fields_
    assert wrong(valid="30", name="x" * 100) == []
    assert wrong(valid="30", name="x" * 101) == ["name"]


def test_a_token_is_told_of_in_its_last_fourteen_days(demo: Demo) -> None:
    for days in (-0.1, 0.1, 13.9, 14.1):
        a_token(demo.staff, name=f"{days}", expires_at=timezone.now() + timedelta(days=days))
    revoked = a_token(demo.staff, name="revoked")
    UserAuthorizationToken.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now())
    told = expiring(UserAuthorizationToken.objects.order_by("pk"))
    assert [token.name for token in told] == ["0.1", "13.9"]
    User.objects.filter(pk=demo.staff.pk).update(is_active=False)
    assert list(told.all()) == []


def test_an_admin_sees_the_companys_tokens_and_a_person_the_own_ones(demo: Demo) -> None:
    own, admins, foreign = (a_token(user, name=user.email) for user in (demo.staff, demo.admin, demo.other_staff))
    assert (own.name in seen(demo.admin, "/tokens/"), foreign.name in seen(demo.admin, "/tokens/")) == (True, False)
    assert f"{admins.prefix}…" not in seen(demo.staff, "/tokens/")
    for user, token, status in (
        (demo.admin, foreign, 404),
        (demo.staff, admins, 404),
        (demo.staff, foreign, 404),
        (demo.root, own, 404),
        (demo.admin, own, 302),
    ):
        assert as_(user).post(f"/tokens/{token.pk}/revoke/").status_code == status
    states = {token.name: token.state for token in UserAuthorizationToken.objects.select_related("user")}
    assert states == {own.name: "revoked", admins.name: "active", foreign.name: "active"}


def test_the_last_use_is_written_at_most_once_a_minute(demo: Demo) -> None:
    secret = issue(demo.staff)
    api, tokens = APIClient(), UserAuthorizationToken.objects

    def use() -> datetime | None:
        assert api.get("/api/v2/me/", HTTP_AUTHORIZATION=f"UAT {secret}").status_code == 200
        return tokens.get().last_used_at

    assert "never" in seen(demo.staff, "/tokens/")
    first = use()
    assert first is not None
    assert use() == first
    earlier = first - timedelta(seconds=61)
    tokens.update(last_used_at=earlier)
    later = use()
    assert later is not None
    assert later >= first


def test_more_tokens_cost_no_more_queries(demo: Demo) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as taken:
            assert client.get("/tokens/").status_code == 200
        return len(taken)

    client = as_(demo.admin)
    a_token(demo.admin, "product_view")
    client.get("/tokens/")
    few = queries()
    for number in range(20):
        a_token(demo.staff, name=f"number {number}")
    assert queries() == few


def test_what_uploading_needs_is_ticked_by_one_click(demo: Demo) -> None:
    def ticked(path: str) -> list[str]:
        form = seen(demo.staff, path)
        return re.findall(r'checked> <label for="[^"]*">[^<]*</label> <small class="id soft">(\w+)</small>', form)

    assert ticked("/tokens/create/") == []
    assert 'href="?for=uploads"' in seen(demo.staff, "/tokens/create/")
    assert sorted(ticked("/tokens/create/?for=uploads")) == [
        "ingestion_code_create",
        "ingestion_view",
        "product_view",
        "workorder_create",
        "workorder_download",
        "workorder_sid_download",
        "workorder_view",
    ]
