"""Companies whose people sign in at their provider alone, and companies that ask for a second step."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.account.signals import user_logged_in
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from portal.accounts.invitations import invite
from portal.models import Company, IdentityProvider, User
from tests.support.demo import PASSWORD, Demo
from tests.support.identity_providers import Scripted, a_provider, scripted_provider
from tests.support.pages import as_, seen
from tests.support.people import LOGIN, SECOND, code, half_way, link, signed_in, with_app
from tests.support.security_log import Told
from tests.support.tokens import client_of

pytestmark = pytest.mark.usefixtures("letters_go_at_once", "own_cache")
HINT = "With this address you sign in by Acme Login"
LEADS = 'http-equiv="refresh" content="0;url='


@pytest.fixture
def provider(demo: Demo) -> IdentityProvider:
    return a_provider(demo.company, "https://login.acme.example", "demo.example", is_required=True, is_private=False)


@pytest.fixture
def scripted(provider: IdentityProvider) -> Iterator[Scripted]:
    with scripted_provider() as found:
        IdentityProvider.objects.filter(pk=provider.pk).update(issuer=found.url, is_private=True)
        yield found


def tried(email: str, password: str) -> str:
    response = Client().post(LOGIN, {"login": email, "password": password})
    return "in" if response.status_code == 302 else response.content.decode()


def test_a_right_password_leads_to_the_provider_and_a_wrong_one_tells_of_it(
    demo: Demo, scripted: Scripted, told: Told
) -> None:
    client = Client()
    response = client.post(LOGIN, {"login": demo.staff.email, "password": PASSWORD, "next": "/products/"})
    page = response.content.decode()
    assert (response.status_code, LEADS in page) == (200, True)
    assert "login_hint=staff%40demo.example" in page
    assert client.get("/products/").status_code == 302
    assert [line["message"] for line in told()] == ["sign_in_elsewhere"]
    back = scripted.says(page.split(LEADS)[1].split('"')[0].replace("&amp;", "&"), email=demo.staff.email)
    assert client.get("/accounts/oidc/acme/login/callback/", back).headers["Location"] == "/products/"
    for email in (demo.staff.email, "nobody@demo.example"):
        assert HINT in tried(email, "wrong")


def test_who_is_not_bound_signs_in_by_password(demo: Demo, provider: IdentityProvider) -> None:
    """Superusers, people at other domains, and people of other companies whose address is at this domain."""
    User.objects.filter(pk=demo.root.pk).update(company=demo.company, email="root@demo.example")
    User.objects.filter(pk=demo.admin.pk).update(email="admin@elsewhere.example")
    for email in ("root@demo.example", "admin@elsewhere.example", demo.support.email, demo.other_staff.email):
        assert tried(email, PASSWORD) == "in"
    IdentityProvider.objects.update(is_required=False)
    assert tried(demo.staff.email, PASSWORD) == "in"
    assert HINT not in tried(demo.staff.email, "wrong")


def test_sessions_that_began_otherwise_end_when_it_becomes_required(
    demo: Demo,
    provider: IdentityProvider,
    scripted: Scripted,
    told: Told,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    IdentityProvider.objects.update(is_required=False)
    by_password, elsewhere, other = (signed_in(person) for person in (demo.staff, demo.support, demo.other_staff))
    IdentityProvider.objects.update(is_required=True)
    at_provider = Client()
    page = at_provider.post(LOGIN, {"login": demo.admin.email, "password": PASSWORD}).content.decode()
    back = scripted.says(page.split(LEADS)[1].split('"')[0].replace("&amp;", "&"), email=demo.admin.email)
    assert at_provider.get("/accounts/oidc/acme/login/callback/", back).status_code == 302
    everybody = (by_password, at_provider, elsewhere, other)
    assert [client.get("/account/").status_code for client in everybody] == [200] * 4
    told()
    kept = {"issuer": scripted.url, "is_private": "on", "name": "Acme Login", "protocol": "openid_connect"}
    kept |= {"client_id": "codeport", "is_active": "on", "is_required": "on"}
    kept |= {"domains-TOTAL_FORMS": "0", "domains-INITIAL_FORMS": "0"}
    path = f"/admin/portal/identityprovider/{provider.pk}/change/"
    with django_capture_on_commit_callbacks(execute=True):
        assert as_(demo.root).post(path, kept).status_code == 302
    assert [client.get("/account/").status_code for client in everybody] == [302, 200, 200, 200]
    ended = [line for line in told() if line["message"] == "sessions_ended"]
    assert [line["number"] for line in ended] == [1]


def test_a_sign_in_under_way_when_it_becomes_required_is_led_to_the_provider(demo: Demo, scripted: Scripted) -> None:
    """After the password and before the second step, or between the question and the session."""
    IdentityProvider.objects.update(is_required=False)
    _client, secret = with_app(demo.staff)
    halfway = half_way(demo.staff)
    IdentityProvider.objects.update(is_required=True)
    response = halfway.post(SECOND, {"code": code(secret, 1)})
    assert LEADS in response.content.decode()
    assert halfway.get("/account/").status_code == 302

    IdentityProvider.objects.update(is_required=False)

    def becomes_required(**_: object) -> None:
        IdentityProvider.objects.update(is_required=True)

    user_logged_in.connect(becomes_required)
    try:
        at_once = Client()
        response = at_once.post(LOGIN, {"login": demo.admin.email, "password": PASSWORD})
    finally:
        user_logged_in.disconnect(becomes_required)
    assert LEADS in response.content.decode()
    assert at_once.get("/account/").status_code == 302
    assert not Session.objects.filter(pk__in=UserSession.objects.filter(user=demo.admin).values("session_key")).exists()


def test_tokens_go_on(demo: Demo, provider: IdentityProvider) -> None:
    Company.objects.update(needs_second_step=True)
    assert client_of(demo.staff, "product_view").get("/api/v2/me/").status_code == 200


def test_an_invitation_leads_to_the_provider(demo: Demo, scripted: Scripted) -> None:
    invite(demo.company, "nora@demo.example", "staff", demo.admin)
    assert LEADS in Client().get(link()).content.decode()
    assert not User.objects.filter(email="nora@demo.example").exists()


def test_a_provider_that_is_down_says_so_after_the_password(demo: Demo, scripted: Scripted) -> None:
    scripted.answers["/.well-known/openid-configuration"] = (500, "")
    response = Client().post(LOGIN, {"login": demo.staff.email, "password": PASSWORD})
    assert response.status_code == 502


def test_the_sign_in_offers_the_providers_where_there_are_any(demo: Demo) -> None:
    offer = "Sign in with your company"
    assert offer not in Client().get(LOGIN).content.decode()
    a_provider(demo.company, "https://login.acme.example", "acme.example")
    assert offer in Client().get(LOGIN).content.decode()
    IdentityProvider.objects.update(is_active=False)
    assert offer not in Client().get(LOGIN).content.decode()


def test_an_address_of_no_provider_is_told_so(demo: Demo, provider: IdentityProvider) -> None:
    for email, said in (
        ("nora@else.example", "Nobody at else.example signs in that way here"),
        ("nora", "valid email"),
    ):
        response = Client().post("/accounts/sign-on/", {"login": email})
        assert response.status_code == 200
        assert said in response.content.decode()
    IdentityProvider.objects.update(is_active=False)
    assert "Nobody at demo.example" in Client().post("/accounts/sign-on/", {"login": demo.staff.email}).content.decode()


def test_an_admin_asks_everybody_for_a_second_step(demo: Demo, told: Told) -> None:
    admin, staff = signed_in(demo.admin), signed_in(demo.staff)
    assert staff.get("/products/").status_code == 200
    told()
    assert admin.post("/people/second-step/", {"needed": "on"}).status_code == 302
    (line,) = told()
    assert (line["message"], line["changed"]) == ("company_changed", ["needs_second_step"])
    for path in ("/products/", "/", "/people/", "/tokens/"):
        assert staff.get(path).headers["Location"] == "/account/"
    assert "Your company asks for a second step" in staff.get("/account/").content.decode()
    assert staff.get("/api/v2/me/").status_code == 403
    assert as_(demo.other_staff).get("/products/").status_code == 200
    with_app(demo.admin)
    assert "checked" in seen(demo.admin, "/people/")
    assert as_(demo.admin).post("/people/second-step/").status_code == 302
    assert staff.get("/products/").status_code == 200
    assert as_(demo.staff).post("/people/second-step/", {"needed": "on"}).status_code == 403
    assert staff.get("/products/").status_code == 200


def test_a_second_step_is_enough(demo: Demo) -> None:
    Company.objects.update(needs_second_step=True)
    client, _secret = with_app(demo.staff)
    assert client.get("/products/").status_code == 200


def test_a_second_step_opens_nothing_to_who_came_by_the_password_before(committed_demo: Demo) -> None:
    Company.objects.update(needs_second_step=True)
    thief = signed_in(committed_demo.staff)
    assert thief.get("/products/").headers["Location"] == "/account/"
    client, _secret = with_app(committed_demo.staff)
    assert client.get("/products/").status_code == 200
    assert thief.get("/products/").headers["Location"].startswith("/accounts/login/")
