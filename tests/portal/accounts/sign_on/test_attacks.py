"""What a provider that lies, is slow, or is somebody else's may not do, and what a browser may not bring back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from portal import outgoing
from portal.accounts.sign_on import asking
from portal.models import User
from tests.support.demo import Demo
from tests.support.identity_providers import (
    CALLBACK,
    CLIENT_SECRET,
    START,
    Scripted,
    a_provider,
    led_to,
    scripted_provider,
)
from tests.support.security_log import Told

pytestmark = pytest.mark.usefixtures("letters_go_at_once", "own_cache")
ADDRESS = "new@acme.example"


@pytest.fixture
def liar() -> Iterator[Scripted]:
    with scripted_provider() as found:
        yield found


def nobody_came(client: Client, told: Told, reason: str) -> None:
    """Nobody was added nor signed in, and the security log says why."""
    assert "_auth_user_id" not in client.session
    assert not User.objects.filter(email__iexact=ADDRESS).exists()
    (line,) = [line for line in told() if line["message"] == "sign_on_refused"]
    assert (line["reason"], line["outcome"], line["provider"]) == (reason, "failure", "acme")


def test_an_honest_answer_is_taken(demo: Demo, liar: Scripted, told: Told) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    client = Client()
    assert liar.came_back(client, email="New@ACME.example").status_code == 302
    assert User.objects.get(email="New@acme.example").company == demo.company
    (token,) = [form for path, form in liar.asked if path == "/token_endpoint"]
    assert len(token["code_verifier"]) == 128


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "somebody else"}, "id_token_InvalidAudienceError"),
        ({"aud": ["codeport", "somebody else"]}, "other_party"),
        ({"azp": "somebody else"}, "other_party"),
        ({"iss": "https://evil.example"}, "id_token_InvalidIssuerError"),
        ({"exp": 1}, "id_token_ExpiredSignatureError"),
        ({"exp": None}, "id_token_MissingRequiredClaimError"),
        ({"iat": int(time.time()) + 9999}, "id_token_ImmatureSignatureError"),
        ({"nbf": int(time.time()) + 9999}, "id_token_ImmatureSignatureError"),
        ({"nonce": "of another sign-in"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"sub": None}, "id_token_MissingRequiredClaimError"),
        ({"sub": ""}, "no_subject"),
        ({"sub": "x" * 192}, "no_subject"),
        ({"sub": 7}, "id_token_InvalidSubjectError"),
        ({"email_verified": False}, "unverified"),
        ({"email_verified": "false"}, "unverified"),
        ({"email_verified": None}, "unverified"),
        ({"email": "new@acme.example.evil.example"}, "foreign_domain"),
        ({"email": "new@evil.example"}, "foreign_domain"),
        ({"email": "new@sub.acme.example"}, "foreign_domain"),
        ({"email": "new@acme.example@evil.example"}, "no_address"),
        ({"email": '"new@evil.example" <x>@acme.example'}, "no_address"),
        ({"email": ["new@acme.example"]}, "no_address"),
        ({"email": "n\u0435w@acme.example"}, "no_address"),
        ({"roles": ["of something else"]}, "no_role"),
        ({"roles": {"code-users": True}}, "no_role"),
        ({"roles": None}, "no_role"),
    ],
)
def test_claims_that_are_not_for_us(
    demo: Demo, liar: Scripted, told: Told, claims: dict[str, Any], reason: str
) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    client = Client()
    response = liar.came_back(client, **claims)
    assert response.status_code in (400, 403, 502)
    assert "Nobody was signed in" in response.content.decode()
    nobody_came(client, told, reason)


def test_tokens_that_the_provider_has_not_signed(demo: Demo, liar: Scripted, told: Told) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    forgeries: list[tuple[Callable[[], str], str]] = [
        (lambda: liar.id_token(algorithm="none"), "id_token_InvalidAlgorithmError"),
        (lambda: liar.id_token(rsa.generate_private_key(65537, 2048)), "id_token_InvalidSignatureError"),
        (lambda: liar.id_token(CLIENT_SECRET.ljust(32), "HS256"), "id_token_InvalidAlgorithmError"),
        (lambda: liar.id_token() + "A", "id_token_"),
        (lambda: "no token", "id_token_DecodeError"),
    ]
    for forged, reason in forgeries:
        client = Client()
        back = liar.says(led_to(client, ADDRESS))
        liar.token = forged()
        response = client.get(CALLBACK, back)
        assert response.status_code == 502
        (line,) = [line for line in told() if line["message"] == "sign_on_refused"]
        assert line["reason"].startswith(reason), line
        assert "_auth_user_id" not in client.session
    liar.token, liar.header = None, {"kid": "another"}
    client = Client()
    assert liar.came_back(client).status_code == 502
    nobody_came(client, told, "unknown_key")


def test_a_page_of_the_person_that_is_about_somebody_else(demo: Demo, liar: Scripted, told: Told) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    liar.page = {"sub": "s-2", "email": ADDRESS, "email_verified": True, "roles": ["code-admins"]}
    client = Client()
    assert liar.came_back(client, email=None).status_code == 502
    nobody_came(client, told, "page_of_another")
    liar.page["sub"] = "s-1"
    client = Client()
    assert liar.came_back(client, email=None).status_code == 302
    assert [group.name for group in User.objects.get(email=ADDRESS).groups.all()] == ["staff"]  # the token says that


@pytest.mark.parametrize(
    ("back", "reason"),
    [
        ({"state": "made up", "code": "a-code"}, "state"),
        ({"code": "a-code"}, "state"),
        ({"iss": "https://evil.example"}, "other_issuer"),
        ({"code": "", "error": "access_denied"}, "cancelled"),
        ({"code": "", "error": "server_error", "error_description": "<script>"}, "not_there"),
    ],
)
def test_what_a_browser_brings_back(demo: Demo, liar: Scripted, told: Told, back: dict[str, str], reason: str) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    client = Client()
    honest = liar.says(led_to(client, ADDRESS))
    if reason == "state":
        honest = {}
    sent = {name: value for name, value in (honest | back).items() if value}
    response = client.get(CALLBACK, sent)
    assert response.status_code in (400, 502)
    assert "<script>" not in response.content.decode()
    nobody_came(client, told, reason)


def test_the_state_of_one_provider_opens_nothing_at_another(demo: Demo, liar: Scripted, told: Told) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    with scripted_provider() as other:
        a_provider(demo.other, other.url, "other.example", slug="theirs")
        client = Client()
        back = liar.says(led_to(client, ADDRESS))
        assert client.get(CALLBACK.replace("acme", "theirs"), back).status_code == 400
        assert [path for path, _ in other.asked] == []
    assert client.get(CALLBACK.replace("acme", "nobodys"), back).status_code == 404


def test_a_provider_speaks_for_its_own_company_alone(demo: Demo, liar: Scripted, told: Told) -> None:
    """It names addresses of another company's domain, and people of another company in its own domain."""
    a_provider(demo.company, liar.url, "acme.example", "demo.example")
    with scripted_provider() as other:
        a_provider(demo.other, other.url, "other.example", slug="theirs")
        for email, reason in (
            (demo.other_staff.email, "foreign_domain"),
            (demo.root.email, "foreign_domain"),
            (demo.support.email, "other_company"),
        ):
            client = Client()
            response = liar.came_back(client, email=email)
            assert response.status_code == 403
            assert "_auth_user_id" not in client.session
            assert [line["reason"] for line in told() if line["message"] == "sign_on_refused"] == [reason]
    User.objects.filter(pk=demo.other_staff.pk).update(email=ADDRESS)
    client = Client()
    refused = liar.came_back(client)
    assert refused.status_code == 403
    assert "other" not in refused.content.decode().lower().replace("another", "")
    assert "_auth_user_id" not in client.session
    assert User.objects.get(email=ADDRESS).company == demo.other


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_staff": True}, "operator"),
        ({"is_superuser": True}, "operator"),
        ({"is_active": False}, "deactivated"),
    ],
)
def test_people_whom_no_provider_may_sign_in(
    demo: Demo, liar: Scripted, told: Told, change: dict[str, bool], reason: str
) -> None:
    a_provider(demo.company, liar.url, "demo.example")
    assert liar.came_back(Client(), via=demo.staff.email, email=demo.staff.email).status_code == 302
    for linked in (True, False):
        person = demo.staff if linked else demo.admin
        User.objects.filter(pk=person.pk).update(**change)
        told()
        client = Client()
        subject = "s-1" if linked else "s-2"
        assert liar.came_back(client, via=person.email, email=person.email, sub=subject).status_code == 403
        assert [line["reason"] for line in told() if line["message"] == "sign_on_refused"] == [reason]
        assert "_auth_user_id" not in client.session


def test_an_address_that_somebody_else_has_got_since_is_no_way_into_the_account(
    demo: Demo, liar: Scripted, told: Told
) -> None:
    a_provider(demo.company, liar.url, "demo.example")
    assert liar.came_back(Client(), via=demo.staff.email, email=demo.staff.email).status_code == 302
    told()
    client = Client()
    assert liar.came_back(client, via=demo.staff.email, email=demo.staff.email, sub="s-2").status_code == 403
    assert [line["reason"] for line in told() if line["message"] == "sign_on_refused"] == ["other_subject"]


@pytest.mark.parametrize("said", [None, True])
def test_a_provider_that_vouches_need_not_say_that_it_verified(demo: Demo, liar: Scripted, said: bool | None) -> None:
    a_provider(demo.company, liar.url, "acme.example", vouches=True)
    assert liar.came_back(Client(), email_verified=said).status_code == 302


def test_a_provider_that_vouches_is_believed_when_it_says_that_it_has_not_verified(demo: Demo, liar: Scripted) -> None:
    a_provider(demo.company, liar.url, "acme.example", vouches=True)
    assert liar.came_back(Client(), email_verified=False).status_code == 403


@pytest.mark.parametrize(
    "next_url",
    ["https://evil.example/", "//evil.example/", "\\\\evil.example", "javascript:alert(1)", "/\\evil.example"],
)
def test_a_sign_in_ends_at_the_portal(demo: Demo, liar: Scripted, next_url: str) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    client = Client()
    back = liar.says(led_to(client, ADDRESS, next=next_url))
    response = client.get(CALLBACK, back | {"next": next_url})
    assert (response.status_code, response.headers["Location"]) == (302, "/")


def test_a_sign_in_is_begun_by_a_form_of_ours(demo: Demo, liar: Scripted) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(START, {"login": ADDRESS}).status_code == 403
    assert Client().get(START, {"login": ADDRESS}).content.decode().count("http-equiv") == 0
    assert liar.asked == []


@pytest.mark.parametrize(
    "path", ["/.well-known/openid-configuration", "/jwks_uri", "/token_endpoint", "/userinfo_endpoint"]
)
@pytest.mark.parametrize(
    "answer",
    [(500, "{}"), (200, "no JSON"), (200, "[]"), (200, "null"), (200, "[" * 100_000), (302, "{}"), (200, "{}")],
)
def test_answers_that_are_none(demo: Demo, liar: Scripted, path: str, answer: tuple[int, str]) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    liar.answers[path] = answer
    client = Client()
    begun = client.post(START, {"login": ADDRESS})
    if begun.status_code == 200:
        assert liar.came_back(client, email=None).status_code == 502
    else:
        assert begun.status_code == 502
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("config", "status"),
    [
        ({"issuer": "https://evil.example"}, 502),
        ({"authorization_endpoint": "javascript:alert(1)"}, 502),
        ({"authorization_endpoint": "http://evil.example/"}, 502),
        ({"authorization_endpoint": 'https://evil.example/"><script>'}, 200),
        ({"token_endpoint": "http://127.0.0.1:1/"}, 502),
        ({"token_endpoint": "file:///etc/passwd"}, 502),
        ({"token_endpoint": None}, 502),
    ],
)
def test_a_configuration_that_leads_elsewhere(
    demo: Demo, liar: Scripted, told: Told, config: dict[str, Any], status: int
) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    liar.config = config
    response = Client().post(START, {"login": ADDRESS})
    assert response.status_code == status
    assert "<script>" not in response.content.decode()


def test_addresses_inside_this_network_are_asked_only_where_the_operator_says_so(
    demo: Demo, liar: Scripted, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "_connected", lambda *_: pytest.fail("connected"))
    a_provider(demo.company, "https://localhost:1", "acme.example", is_private=False)
    monkeypatch.setattr(outgoing, "_public_address", lambda *_: (_ for _ in ()).throw(outgoing.Unreachable("private")))
    response = Client().post(START, {"login": ADDRESS})
    assert response.status_code == 503
    assert "does not answer at the moment" in response.content.decode()


def test_a_provider_that_is_down_or_slow_holds_nobody_up(
    demo: Demo, liar: Scripted, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    monkeypatch.setattr(asking, "SECONDS", 0.3)
    liar.is_slow = True
    began = time.monotonic()
    assert Client().post(START, {"login": ADDRESS}).status_code == 503
    assert time.monotonic() - began < 5
    assert Client().post(START, {"login": ADDRESS}).status_code == 503
    assert len(liar.asked) == 1  # the second one was not sent


def test_no_more_threads_wait_for_providers_than_two(demo: Demo, liar: Scripted, told: Told) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    assert asking.PLACES.acquire(blocking=False)
    assert asking.PLACES.acquire(blocking=False)
    try:
        response = Client().post(START, {"login": ADDRESS})
    finally:
        asking.PLACES.release(2)
    assert response.status_code == 503
    assert "Many people sign in by Acme Login right now" in response.content.decode()
    assert liar.asked == []


def test_an_answer_without_end_is_read_no_further(demo: Demo, liar: Scripted) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    liar.answers["/.well-known/openid-configuration"] = (200, json.dumps({"a": "x" * (asking.MOST_BYTES + 1)}))
    assert Client().post(START, {"login": ADDRESS}).status_code == 502


def test_the_key_may_change(demo: Demo, liar: Scripted) -> None:
    a_provider(demo.company, liar.url, "acme.example")
    assert liar.came_back(Client()).status_code == 302
    liar.key = rsa.generate_private_key(65537, 2048)
    assert liar.came_back(Client()).status_code == 502  # kept for some minutes under the same name
    liar.header = {"kid": "second"}
    keys = json.loads(liar.answer("/jwks_uri")[1])
    keys["keys"][0]["kid"] = "second"
    liar.answers["/jwks_uri"] = (200, json.dumps(keys))
    assert liar.came_back(Client()).status_code == 302
