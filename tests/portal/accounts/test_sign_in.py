"""Signing in: a forgotten password, the second step, recovery codes, sessions, and the limits on guessing."""

from __future__ import annotations

import hashlib
import io
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core import mail, signing
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from portal import tasks
from portal.models import Letter, User, UserAuthorizationToken
from tests.support.demo import PASSWORD, Demo
from tests.support.pages import seen
from tests.support.people import LOGIN, SECOND, code, confirmed, half_way, signed_in, tried, with_app
from tests.support.tokens import issue

NEW = "another long phrase"
pytestmark = pytest.mark.usefixtures("letters_go_at_once", "own_cache")


# Passwords


def test_a_forgotten_password_is_set_by_a_link_that_holds_once(demo: Demo) -> None:
    Client().post("/accounts/password/reset/", {"email": "STAFF@demo.example"}, headers={"host": "localhost"})
    (message,) = mail.outbox
    assert message.to == ["staff@demo.example"]
    (path,) = re.findall(rf"{settings.PUBLIC_URL}(/accounts/password/reset/key/\S+)", str(message.body))
    client = Client()
    form = client.get(path, follow=True)
    response = client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW}, follow=True)
    assert "The password is saved" in response.content.decode()
    assert Client().post(LOGIN, {"login": demo.staff.email, "password": PASSWORD}).status_code == 200
    signed_in(demo.staff, NEW)
    assert "This link is not valid" in Client().get(path, follow=True).content.decode()
    assert mail.outbox[1].subject == "Codeport: Password Reset"


def test_what_is_no_address_is_shown_again_with_the_reason(db: None) -> None:
    page = Client().post("/accounts/password/reset/", {"email": "staff@"}).content.decode()
    assert '<label for="id_email">E-mail</label>' in page
    assert 'value="staff@"' in page
    assert "Enter a valid email address." in page


def test_asking_for_a_new_password_looks_no_address_up(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.filter(pk=demo.admin.pk).update(is_active=False)
    answers = []
    monkeypatch.setattr("portal.accounts.letters.on_commit", lambda send: None)
    for email in ("nobody@demo.example", demo.staff.email, demo.admin.email):
        with CaptureQueriesContext(connection) as taken:
            response = Client().post("/accounts/password/reset/", {"email": email})
        asked = [re.sub(r"'[^']*'", "", query["sql"]) for query in taken]
        assert not any("portal_user" in sql for sql in asked)
        page = Client().get(response.headers["Location"]).content.decode()
        answers.append((response.status_code, re.sub(r'value="\w{64}"', "", page), asked))
    assert answers[0] == answers[1] == answers[2]
    assert "If the address has an account" in answers[0][1]
    assert mail.outbox == []
    for letter in Letter.objects.all():
        tasks.send_letter(letter.pk)
    assert [message.to for message in mail.outbox] == [[demo.staff.email]]
    assert not Letter.objects.exists()


def test_a_very_long_address_is_answered_like_any_other(db: None) -> None:
    email = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.example"
    response = Client().post("/accounts/password/reset/", {"email": email}, follow=True)
    assert "If the address has an account" in response.content.decode()


def test_nobody_signs_up_and_the_page_does_not_tell_who_has_an_account(demo: Demo) -> None:
    pages = [
        Client().post("/accounts/signup/", {"email": email, "password1": NEW}).content.decode()
        for email in ("nobody@demo.example", demo.staff.email)
    ]
    assert pages[0] == pages[1]


def test_an_outage_of_the_mail_server_is_not_the_readers_business(demo: Demo, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    response = Client().post("/accounts/password/reset/", {"email": demo.staff.email}, follow=True)
    assert "If the address has an account" in response.content.decode()
    assert Letter.objects.get().attempts == 1


def test_a_changed_password_is_told_by_mail_and_ends_other_sessions(demo: Demo) -> None:
    other, client = signed_in(demo.staff), signed_in(demo.staff)
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post("/accounts/password/change/", fields).status_code == 302
    assert (client.get("/products/").status_code, other.get("/products/").status_code) == (200, 302)
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["staff@demo.example"], "Codeport: Password Changed")
    ]


def test_a_password_is_changed_by_who_knows_it(demo: Demo) -> None:
    client = signed_in(demo.staff)
    for known in ({}, {"oldpassword": ""}, {"oldpassword": "guess"}, {"oldpassword": NEW}):
        fields = known | {"password1": NEW, "password2": NEW}
        assert client.post("/accounts/password/change/", fields).status_code == 200
    signed_in(demo.staff)


@pytest.mark.parametrize(
    "password",
    ["zqjxkvbwmfhy", "ZQJXKVBWMFHY", "739184620517", "!?;:#*~+&%$/", "\u65e5\u672c\u8a9e" * 4, "correct horse " * 18],
)
def test_any_characters_make_a_password_and_all_of_them_count(demo: Demo, password: str) -> None:
    fields = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert signed_in(demo.staff).post("/accounts/password/change/", fields).status_code == 302
    found = [tried(demo.staff.email, said) for said in (password[:-1], password.swapcase(), password)]
    assert found == ["wrong", "in" if password.swapcase() == password else "wrong", "in"]


def test_a_password_set_by_mail_does_not_stand_for_the_second_step(demo: Demo) -> None:
    with_app(demo.staff)
    mail.outbox.clear()
    Client().post("/accounts/password/reset/", {"email": demo.staff.email})
    (path,) = re.findall(rf"{settings.PUBLIC_URL}(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    client = Client()
    form = client.get(path, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert client.get("/products/").status_code == 302, "it signs nobody in"
    assert client.post(LOGIN, {"login": demo.staff.email, "password": NEW}).headers["Location"] == SECOND
    assert client.get("/products/").status_code == 302


def test_fields_of_passwords_are_masked_and_known_to_password_managers(demo: Demo) -> None:
    Client().post("/accounts/password/reset/", {"email": demo.staff.email})
    (path,) = re.findall(rf"{settings.PUBLIC_URL}(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    by_mail = Client().get(path, follow=True)
    client = signed_in(demo.staff)
    pages = {
        "current-password": [Client().get(LOGIN), client.get("/accounts/reauthenticate/")],
        "current-password new-password new-password": [client.get("/accounts/password/change/")],
        "new-password new-password": [by_mail],
    }
    for kinds, responses in pages.items():
        for response in responses:
            tags = re.findall(r'<input[^>]*name="\w*password\w*"[^>]*>', response.content.decode())
            assert [re.findall(r'(?:type|autocomplete)="([^"]*)"', tag) for tag in tags] == [
                ["password", kind] for kind in kinds.split()
            ]


def test_guessing_is_stopped_and_the_right_password_waits_too(demo: Demo) -> None:
    for _ in range(5):
        Client().post(LOGIN, {"login": demo.staff.email, "password": "guess"})
    response = Client().post(LOGIN, {"login": demo.staff.email, "password": PASSWORD})
    assert response.status_code == 200
    assert "Too many failed login attempts" in response.content.decode()
    signed_in(demo.admin)


def test_tokens_are_revoked_with_a_new_password_if_that_is_chosen(demo: Demo) -> None:
    client = signed_in(demo.staff)
    assert "revoke_tokens" not in client.get("/accounts/password/change/").content.decode()
    issue(demo.staff, name="one")
    issue(demo.admin, name="not mine")
    assert "Revoke my tokens too: 1" in client.get("/accounts/password/change/").content.decode()
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client.post("/accounts/password/change/", fields)
    assert not UserAuthorizationToken.objects.exclude(revoked_at=None).exists()
    fields = {"oldpassword": NEW, "password1": PASSWORD, "password2": PASSWORD, "revoke_tokens": "on"}
    client.post("/accounts/password/change/", fields)
    assert [token.name for token in UserAuthorizationToken.objects.exclude(revoked_at=None)] == ["one"]


def test_tokens_are_revoked_with_a_password_set_by_mail_if_that_is_chosen(demo: Demo) -> None:
    issue(demo.staff)
    Client().post("/accounts/password/reset/", {"email": demo.staff.email})
    (path,) = re.findall(rf"{settings.PUBLIC_URL}(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    client = Client()
    form = client.get(path, follow=True)
    assert "Revoke my tokens too: 1" in form.content.decode()
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW, "revoke_tokens": "on"})
    assert UserAuthorizationToken.objects.get().revoked_at is not None


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("elevenchars", "It must contain at least 12 characters."),
        ("Codeport 1234", "This password is mostly a name that is known here."),
        ("demoBrands-demo2026", "This password is mostly a name that is known here."),
        ("password1234", "This password is too common."),
        ("staff@demo.example", "The password is too similar to the email."),
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(demo: Demo, password: str, said: str) -> None:
    fields = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    page = signed_in(demo.staff).post("/accounts/password/change/", fields).content.decode()
    assert said in page


def test_a_password_of_a_breach_is_refused(demo: Demo, settings: Settings, tmp_path: Path) -> None:
    settings.BREACHED_PASSWORDS = tmp_path / "pwned.txt"
    known = [f"a long password of number {number}" for number in range(200)]
    digests = sorted(hashlib.sha1(password.encode()).hexdigest().upper() for password in known)  # noqa: S324
    settings.BREACHED_PASSWORDS.write_text("".join(f"{digest}:{number}\r\n" for number, digest in enumerate(digests)))
    for password in known:
        with pytest.raises(ValidationError, match="known from a breach of another service"):
            validate_password(password, demo.staff)
    for number in range(200, 400):
        validate_password(f"a long password of number {number}", demo.staff)
    fields = {"oldpassword": PASSWORD, "password1": known[7], "password2": known[7]}
    page = signed_in(demo.staff).post("/accounts/password/change/", fields).content.decode()
    assert "This password is known from a breach of another service." in page


def test_a_password_keeps_its_spaces_wherever_it_is_asked_for(demo: Demo) -> None:
    client, spaced = signed_in(demo.staff), "  another long phrase  "
    fields = {"oldpassword": PASSWORD, "password1": spaced, "password2": spaced}
    assert client.post("/accounts/password/change/", fields).status_code == 302
    assert tried(demo.staff.email, spaced.strip()) == "wrong"
    assert tried(demo.staff.email, spaced) == "in"
    assert client.post("/accounts/reauthenticate/", {"password": spaced.strip()}).status_code == 200
    assert client.post("/accounts/reauthenticate/", {"password": spaced}).status_code == 302


def test_a_strangers_guesses_do_not_lock_the_owner_out(demo: Demo) -> None:
    email = demo.staff.email
    assert [tried(email, "guess") for _ in range(7)] == ["wrong"] * 5 + ["limited"] * 2
    assert tried(email, PASSWORD) == "limited", "the stranger does not learn that it is right"
    assert tried(email, PASSWORD, "198.51.100.1") == "in"


@pytest.mark.parametrize("spelled", ["STAFF@demo.example", "\u017ftaff@demo.example"])
def test_another_spelling_of_an_address_is_no_other_account_to_guess_at(demo: Demo, spelled: str) -> None:
    assert [tried(demo.staff.email, "guess") for _ in range(5)] == ["wrong"] * 5
    assert tried(spelled, PASSWORD) == "limited"


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_a_browser_that_knows_the_account_is_not_stopped_by_others_at_its_address(demo: Demo, address: str) -> None:
    email, own = demo.staff.email, Client()
    assert tried(email, PASSWORD, address, own) == "in"
    own.post("/accounts/logout/")
    for _ in range(6):
        tried(email, "guess", address)
    assert tried(email, PASSWORD, address.replace("::1", "::2")) == "limited"
    assert tried(email, PASSWORD, address, own) == "in"
    own.post("/accounts/logout/")
    assert [tried(email, "guess", address, own) for _ in range(6)] == ["wrong"] * 5 + ["limited"]
    assert tried(demo.admin.email, PASSWORD, address, own) == "in", "it guesses for the account it knows alone"


def test_an_office_does_not_lock_itself_out(demo: Demo) -> None:
    found = [tried(f"person{number}@demo.example", "typo") for number in range(15)]
    assert (set(found), tried(demo.staff.email, PASSWORD)) == ({"wrong"}, "in")


def test_guesses_from_everywhere_stop_all_but_browsers_that_know_the_account(demo: Demo) -> None:
    email, own = demo.staff.email, Client()
    assert tried(email, PASSWORD, browser=own) == "in"
    own.post("/accounts/logout/")
    found = [tried(email, "guess", f"203.0.113.{number}") for number in range(101)]
    assert (found[99], found[100]) == ("wrong", "limited")
    assert tried(email, PASSWORD, "198.51.100.1") == "limited"
    assert tried(email, PASSWORD, "198.51.100.1", own) == "in"
    Client().post("/accounts/password/reset/", {"email": email})
    (path,) = re.findall(rf"{settings.PUBLIC_URL}(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    client = Client()
    form = client.get(path, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    assert tried(email, NEW, "198.51.100.1") == "in", "a new password set by mail begins anew"


def test_one_network_guesses_at_many_accounts_no_faster_than_sixty_a_minute(demo: Demo) -> None:
    found = [tried(f"person{number}@demo.example", "guess") for number in range(61)]
    assert (found[59], found[60]) == ("wrong", "limited")


def test_a_browser_cannot_say_that_it_knows_an_account(demo: Demo) -> None:
    stranger = Client()
    assert tried(demo.other_staff.email, PASSWORD, browser=stranger) == "in"
    stranger.post("/accounts/logout/")
    for _ in range(5):
        tried(demo.staff.email, "guess", browser=stranger)
    assert tried(demo.staff.email, PASSWORD, browser=stranger) == "limited"
    cookie = stranger.cookies["codeport-device-8000"]
    assert (cookie["httponly"], cookie["samesite"], demo.other_staff.email in cookie.value) == (True, "Lax", False)
    stranger.cookies["codeport-device-8000"] = cookie.value[:-1] + "x"
    assert tried(demo.other_staff.email, "guess", browser=stranger) == "wrong"


def test_an_address_is_not_changed_by_its_owner_and_nobody_signs_up(demo: Demo) -> None:
    client = signed_in(demo.staff)
    assert client.post("/accounts/email/", {"email": "x@demo.example", "action_add": ""}).status_code == 302
    assert User.objects.get(pk=demo.staff.pk).email == "staff@demo.example"
    count = User.objects.count()
    Client().post("/accounts/signup/", {"email": "x@demo.example", "password1": NEW, "password2": NEW})
    assert User.objects.count() == count


# The second step


def test_an_authenticator_app_is_asked_for_after_the_password(committed_demo: Demo) -> None:
    demo = committed_demo
    _, secret = with_app(demo.staff)
    assert mail.outbox[0].subject == "Codeport: Authenticator App Activated"
    assert "Its code is asked for after the password." in seen(demo.staff, "/account/")
    client = half_way(demo.staff)
    wrong = f"{(int(code(secret)) + 1) % 10**6:06}"
    assert "Incorrect code." in client.post("/accounts/2fa/authenticate/", {"code": wrong}).content.decode()
    assert client.get("/products/").status_code == 302
    assert client.post("/accounts/2fa/authenticate/", {"code": code(secret, 1)}).status_code == 302
    assert client.get("/products/").status_code == 200


def test_no_code_of_an_app_is_taken_twice(demo: Demo) -> None:
    client, secret = with_app(demo.staff)
    shown = code(secret)
    cache.clear()  # where the library remembers codes for 30 of the 90 seconds in which they hold
    assert "Incorrect code." in half_way(demo.staff).post(SECOND, {"code": shown}).content.decode()
    later = code(secret, 1)
    assert half_way(demo.staff).post(SECOND, {"code": later}).status_code == 302
    for path, browser in ((SECOND, half_way(demo.staff)), ("/accounts/2fa/reauthenticate/", client)):
        for used in (later, shown):
            cache.clear()
            assert "Incorrect code." in browser.post(path, {"code": used}).content.decode()


def test_secrets_of_second_steps_are_encrypted_and_move_to_a_new_key(demo: Demo, settings: Any) -> None:
    _, secret = with_app(demo.staff)
    kinds = {kept.type: kept for kept in Authenticator.objects.filter(user=demo.staff)}
    codes = kinds["recovery_codes"].wrap().get_unused_codes()
    assert secret not in str(kinds["totp"].data)
    stored = (kinds["totp"].data["secret"], kinds["recovery_codes"].data["seed"])
    assert all(text.startswith("gAAAAA") for text in stored)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key, of 32 characters and more"
    with pytest.raises(CommandError, match=r"^Second step \d+: .* into SECRET_KEY_FALLBACKS\. Nothing was changed\.$"):
        call_command("renew_secrets")
    settings.SECRET_KEY_FALLBACKS = [old]
    said = io.StringIO()
    call_command("renew_secrets", stdout=said)
    assert said.getvalue() == "Encrypted anew: 0 workorders, 2 second steps.\n"
    settings.SECRET_KEY_FALLBACKS = []
    assert half_way(demo.staff).post(SECOND, {"code": code(secret, 1)}).status_code == 302
    assert half_way(demo.staff).post(SECOND, {"code": codes[3]}).status_code == 302


def test_secrets_that_the_library_stored_in_plain_text_open_and_are_encrypted_by_the_upgrade(demo: Demo) -> None:
    secret, seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "0123456789abcdef" * 5
    rows = [("totp", {"secret": secret}), ("recovery_codes", {"seed": seed, "used_mask": 1})]
    for kind, data in rows:
        Authenticator.objects.create(user=demo.staff, type=kind, data=data)
    Authenticator.objects.create(user=demo.admin, type="recovery_codes", data={"migrated_codes": ["12345678"]})
    Authenticator.objects.create(user=demo.admin, type="webauthn", data={"credential": {}})
    assert half_way(demo.staff).post(SECOND, {"code": code(secret)}).status_code == 302
    import_module("portal.migrations.0005_seal_second_steps").seal(apps, None)
    stored = " ".join(str(kept.data) for kept in Authenticator.objects.all())
    assert [secret in stored, seed in stored, "12345678" in stored, "{'credential': {}}" in stored] == [
        *[False] * 3, True
    ]  # fmt: skip
    assert half_way(demo.staff).post(SECOND, {"code": code(secret, 1)}).status_code == 302
    kept = Authenticator.objects.get(user=demo.staff, type="recovery_codes")
    assert (kept.data["used_mask"], len(kept.wrap().get_unused_codes())) == (1, 9)
    assert Authenticator.objects.get(user=demo.admin, type="recovery_codes").wrap().get_unused_codes() == ["12345678"]


def test_a_secret_not_yet_confirmed_is_encrypted_in_the_session_too(demo: Demo) -> None:
    client = confirmed(demo.staff)
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    (secret,) = re.findall(r'id="authenticator_secret" value="(\w+)"', page)
    assert client.session["mfa.totp.secret"] == secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        stored = [row[0] for row in cursor.fetchall()]
    assert all(data.startswith("gAAAAA") for data in stored)


def test_a_session_from_before_the_upgrade_goes_on(demo: Demo) -> None:
    client = signed_in(demo.staff)
    key = client.session.session_key
    plain = signing.dumps(dict(client.session), salt="django.contrib.sessions.SessionStore", compress=True)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_session SET session_data = %s WHERE session_key = %s", [plain, key])
    assert client.get("/products/").status_code == 200


def test_the_apps_qr_code_is_drawn_without_breaking_the_policy(demo: Demo) -> None:
    response = confirmed(demo.staff).get("/accounts/2fa/totp/activate/")
    (source,) = re.findall(r'<img class="qr" src="(data:image/svg\+xml[^"]+)"', response.content.decode())
    assert len(source) > 1000
    assert "img-src 'self' data:" in response.headers["Content-Security-Policy"]


def test_a_recovery_code_opens_once(demo: Demo) -> None:
    client, _ = with_app(demo.staff)
    page = client.get("/accounts/2fa/recovery-codes/").content.decode()
    (kept,) = re.findall(r'<textarea class="id" id="recovery_codes" rows="10" readonly>([^<]*)<', page)
    codes = kept.split()
    assert (len(set(codes)), {len(each) for each in codes}) == (10, {8})
    assert half_way(demo.staff).post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 302
    again = half_way(demo.staff).post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert "Incorrect code." in again.content.decode()


def test_codes_of_the_second_step_are_not_guessed(demo: Demo) -> None:
    _, secret = with_app(demo.staff)
    client = half_way(demo.staff)
    wrong = f"{(int(code(secret)) + 1) % 10**6:06}"
    assert ["Incorrect code." in client.post(SECOND, {"code": wrong}).content.decode() for _ in range(5)] == [True] * 5
    for browser in (client, half_way(demo.staff)):
        page = browser.post(SECOND, {"code": code(secret, 1)}).content.decode()
        assert "Too many failed login attempts. Try again later." in page
        assert browser.get("/products/").status_code == 302


def test_ways_to_sign_in_change_only_after_showing_the_password_again(demo: Demo) -> None:
    client = signed_in(demo.staff)
    for path in ("totp/activate/", "webauthn/add/"):
        response = client.get(f"/accounts/2fa/{path}")
        assert response.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    with_app(demo.staff)
    client = signed_in_by_code(demo.staff)
    for path in ("totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "webauthn/add/"):
        response = client.get(f"/accounts/2fa/{path}")
        assert "reauthenticate/?next=" in response.headers["Location"], path
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert Authenticator.objects.filter(user=demo.staff, type="totp").exists()


def signed_in_by_code(user: User) -> Client:
    """A browser in which the person used a recovery code."""
    client = half_way(user)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    return client


# Sessions


def test_other_sessions_are_listed_and_signed_out(demo: Demo) -> None:
    other, client = signed_in(demo.staff), confirmed(demo.staff)
    page = client.get("/accounts/sessions/").content.decode()
    assert (page.count('data-label="Address">127.0.0.1'), page.count("this one")) == (2, 1)
    client.post("/accounts/sessions/")
    assert (client.get("/products/").status_code, other.get("/products/").status_code) == (200, 302)
    assert "Sign out the others" not in client.get("/accounts/sessions/").content.decode()


@pytest.mark.parametrize("who", ["staff", "printer", "support", "root"])
def test_everybody_finds_the_own_account_in_the_menu(demo: Demo, who: str) -> None:
    user = getattr(demo, who)
    assert 'href="/account/">Your account' in seen(user, "/")
    page = seen(user, "/account/")
    assert user.email in page
    for path in ("/accounts/password/change/", "/accounts/2fa/webauthn/", "/accounts/2fa/totp/activate/"):
        assert f'href="{path}"' in page
