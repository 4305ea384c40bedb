"""Single sign-on by OpenID Connect, with a real provider that runs in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client

from portal.accounts.sign_on import asking
from portal.models import Company, Invitation, User
from tests.support.demo import Demo
from tests.support.identity_providers import CALLBACK, Real, a_provider, led_to, real_provider
from tests.support.pages import seen
from tests.support.people import code, with_app
from tests.support.security_log import Told

pytestmark = pytest.mark.usefixtures("letters_go_at_once", "own_cache")
NORA = {"username": "nora", "email": "nora@acme.example", "roles": ["code-users"]}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    with real_provider(tmp_path_factory.mktemp("nanoidp")) as found:
        yield found


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that runs other tests may be slow; how long is waited is tried elsewhere."""
    monkeypatch.setattr(asking, "SECONDS", 60)


def back_from(real: Real, client: Client, username: str = "nora", **more: str) -> str:
    """Where the provider sends the browser, once somebody has signed in there."""
    answer = real.signed_in(led_to(client, f"{username}@acme.example", **more), username)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def roles(person: User) -> list[str]:
    return [group.name for group in person.groups.all()]


def test_somebody_comes_in_for_the_first_time_and_again(demo: Demo, real: Real, told: Told) -> None:
    a_provider(demo.company, real.url, "acme.example")
    Invitation.objects.create(
        company=demo.company, email="Nora@acme.example", role="admin", by=demo.admin, sent_at="2026-01-01T00:00Z"
    )
    real.have(NORA)
    client = Client()
    response = client.get(back_from(real, client, next="/products/"))
    assert (response.status_code, response.headers["Location"]) == (302, "/products/")
    assert client.get("/products/").status_code == 200
    person = User.objects.get(email="nora@acme.example")
    assert (person.company, roles(person), person.is_staff, person.is_superuser) == (
        demo.company,
        ["staff"],
        False,
        False,
    )
    assert not person.has_usable_password()
    assert SocialAccount.objects.get(user=person).extra_data == {}
    assert not SocialToken.objects.exists()
    assert "token" not in str(dict(client.session))
    assert not Invitation.objects.exists()
    lines = [(line["message"], line.get("provider"), line.get("methods")) for line in told()]
    assert lines == [
        ("joined", "acme", None),
        ("sign_on_linked", "acme", None),
        ("signed_in", "acme", ["socialaccount"]),
    ]
    again = Client()
    assert again.get(back_from(real, again)).status_code == 302
    assert [line["message"] for line in told()] == ["signed_in"]
    assert User.objects.filter(email__iexact="nora@acme.example").count() == 1
    assert '<span class="status active">' in seen(demo.admin, f"/people/{person.pk}/")


def test_roles_follow_the_claim_at_each_sign_in(demo: Demo, real: Real, told: Told) -> None:
    a_provider(demo.company, real.url, "acme.example")
    real.have(NORA)
    first = Client()
    first.get(back_from(real, first))
    person = User.objects.get(email="nora@acme.example")
    real.have(NORA | {"roles": ["code-users", "code-admins"]})
    told()
    second = Client()
    second.get(back_from(real, second))
    assert roles(person) == ["admin"]
    assert first.get("/products/").status_code == 302  # a new role signs out everywhere else
    assert [(line["message"], line.get("role"), line.get("before")) for line in told()][:2] == [
        ("role_given", "admin", "staff"),
        ("sessions_ended", None, None),
    ]
    real.have(NORA | {"roles": ["of something else"]})
    third = Client()
    response = third.get(back_from(real, third))
    assert response.status_code == 403
    assert "gives you no role in Codeport" in response.content.decode()
    assert roles(person) == []
    assert second.get("/products/").status_code == 302


def test_whoever_was_there_already_keeps_the_account(demo: Demo, real: Real) -> None:
    User.objects.filter(pk=demo.staff.pk).update(email="nora@acme.example")
    a_provider(demo.company, real.url, "acme.example", role_claim="", roles="")
    real.have(NORA)
    client = Client()
    assert client.get(back_from(real, client)).status_code == 302
    assert SocialAccount.objects.get().user == demo.staff
    assert roles(demo.staff) == ["staff"]
    assert User.objects.filter(email="nora@acme.example").count() == 1


def test_a_printing_partner_gets_its_own_roles(demo: Demo, real: Real) -> None:
    a_provider(demo.printco, real.url, "acme.example", roles="code-users = printer")
    real.have(NORA)
    client = Client()
    assert client.get(back_from(real, client)).status_code == 302
    assert roles(User.objects.get(email="nora@acme.example")) == ["printer"]


def test_what_the_browser_came_back_with_holds_once(demo: Demo, real: Real) -> None:
    a_provider(demo.company, real.url, "acme.example")
    real.have(NORA)
    client = Client()
    back = back_from(real, client)
    assert Client().get(back).status_code == 400  # another browser, which has stolen it
    assert client.get(back).status_code == 302
    client.logout()
    replayed = client.get(back)
    assert replayed.status_code == 400
    assert "Begin again from here" in replayed.content.decode()
    code_of_before = back.partition("code=")[2].partition("&")[0]
    state = led_to(client, "nora@acme.example").partition("state=")[2].partition("&")[0]
    spent = client.get(CALLBACK, {"code": code_of_before, "state": state})  # with a fresh state
    assert spent.status_code == 502
    assert "_auth_user_id" not in client.session


def test_a_second_step_in_codeport_is_asked_for_as_well(demo: Demo, real: Real) -> None:
    _client, secret = with_app(demo.staff)
    User.objects.filter(pk=demo.staff.pk).update(email="nora@acme.example")
    a_provider(demo.company, real.url, "acme.example")
    real.have(NORA)
    client = Client()
    response = client.get(back_from(real, client, next="/products/"))
    assert response.headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/products/").status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": code(secret, 1)}).headers["Location"] == "/products/"
    assert client.get("/products/").status_code == 200


@pytest.mark.parametrize("fields", [{}, {"asks_second_step": True}])
def test_a_company_that_asks_for_a_second_step_may_take_the_providers(
    demo: Demo, real: Real, fields: dict[str, Any]
) -> None:
    Company.objects.filter(pk=demo.company.pk).update(needs_second_step=True)
    a_provider(demo.company, real.url, "acme.example", **fields)
    real.have(NORA)
    client = Client()
    client.get(back_from(real, client))
    assert client.get("/products/").status_code == (200 if fields else 302)
    page = client.get("/account/")
    assert page.status_code == 200
    assert "Change the password" not in page.content.decode()
    assert client.get("/accounts/password/set/").headers["Location"] == "/account/"
    assert (
        client.get("/accounts/2fa/totp/activate/").status_code == 200
    )  # nothing to show again, so it is not asked for
    assert not Authenticator.objects.exists()
