"""Identity providers in the back office, and their secrets at rest."""

from __future__ import annotations

import io
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.management import CommandError, call_command
from django.test import Client, override_settings

from portal.accounts.sign_on.providers import role_lines, secret_of
from portal.accounts.sign_on.saml import certificates
from portal.models import Event, IdentityProvider, User
from tests.support.demo import PASSWORD, Demo
from tests.support.identity_providers import CALLBACK, CLIENT_SECRET, a_key_and_certificate, a_provider
from tests.support.pages import as_
from tests.support.security_log import Told

ADD = "/admin/portal/identityprovider/add/"


def form(demo: Demo, **changes: Any) -> dict[str, Any]:
    """What the page posts."""
    fields = {
        "company": demo.company.pk,
        "name": "Acme Login",
        "slug": "acme",
        "protocol": "openid_connect",
        "is_active": "on",
        "issuer": "https://login.acme.example",
        "client_id": "codeport",
        "secret": "s3cret words",
        "roles": "code-admins = admin\r\ncode = users = staff\r\n",
        "role_claim": "groups",
        "default_role": "staff",
        "domains-TOTAL_FORMS": 1,
        "domains-INITIAL_FORMS": 0,
        "domains-0-domain": "acme.example",
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


def test_an_operator_sets_a_provider_up(demo: Demo, told: Told) -> None:
    office = as_(demo.root)
    assert office.post(ADD, form(demo)).status_code == 302
    provider = IdentityProvider.objects.get()
    assert "s3cret" not in provider.client_secret
    assert secret_of(provider) == "s3cret words"
    assert role_lines(provider.roles) == {"code-admins": "admin", "code = users": "staff"}
    assert [str(each) for each in provider.domains.all()] == ["acme.example"]
    page = office.get(f"/admin/portal/identityprovider/{provider.pk}/change/").content.decode()
    assert "/accounts/oidc/acme/login/callback/" in page
    assert "s3cret" not in page
    assert provider.client_secret not in page
    (line,) = [line for line in told() if line["message"] == "provider_made"]
    assert (line["company"], line["by"], line["provider"]) == ("demo", demo.root.email, "acme")
    assert line["domains"] == ["acme.example"]
    assert ("secret" in line["changed"], "secret" in line["after"]) == (True, False)
    assert "s3cret" not in str(list(Event.objects.values()))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"issuer": "http://login.acme.example"}, "This is a URL that begins with https://."),
        ({"issuer": "login.acme.example"}, "This is a URL that begins with https://."),
        ({"client_id": ""}, "OpenID Connect needs one."),
        ({"roles": "code-admins"}, "“code-admins” is no line of a value, = and a role."),
        ({"roles": "code-admins = printer"}, "Somebody of a brand owner cannot be printer, only staff or admin."),
        ({"default_role": "support"}, "Somebody of a brand owner cannot be support, only staff or admin."),
        ({"slug": "saml"}, "Choose another one."),
        ({"protocol": "saml"}, "This is a URL that begins with https://."),
        ({"protocol": "saml"}, "SAML needs a certificate, from BEGIN CERTIFICATE to END CERTIFICATE."),
        (
            {"protocol": "saml", "certificate": "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"},
            "SAML needs a certificate, from BEGIN CERTIFICATE to END CERTIFICATE.",
        ),
        ({"domains-0-domain": "@acme.example"}, "What stands behind the @, in small letters."),
        ({"domains-0-domain": "acme"}, "What stands behind the @, in small letters."),
    ],
)
def test_what_cannot_work_is_refused(demo: Demo, changes: dict[str, str], said: str) -> None:
    response = as_(demo.root).post(ADD, form(demo, **changes))
    assert response.status_code == 200
    assert said in response.content.decode().replace("&quot;", '"')
    assert not IdentityProvider.objects.exists()


def test_an_operator_sets_a_provider_of_saml_up(demo: Demo) -> None:
    _key, certificate = a_key_and_certificate()
    fields = {"protocol": "saml", "client_id": "", "secret": "", "issuer": "urn:acme:login"}
    fields |= {"sign_in_url": "https://login.acme.example/saml", "certificate": certificate * 2}
    office = as_(demo.root)
    assert office.post(ADD, form(demo, **fields)).status_code == 302
    provider = IdentityProvider.objects.get()
    assert len(certificates(provider.certificate)) == 2
    page = office.get(f"/admin/portal/identityprovider/{provider.pk}/change/").content.decode()
    assert "/accounts/saml/acme/metadata/" in page
    assert "/accounts/saml/acme/acs/" in page


def test_a_domain_belongs_to_one_provider(demo: Demo) -> None:
    a_provider(demo.other, "https://login.other.example", "acme.example", slug="theirs")
    assert as_(demo.root).post(ADD, form(demo)).status_code == 200
    assert IdentityProvider.objects.count() == 1


def test_a_change_keeps_the_secret_and_another_issuer_forgets_its_people(demo: Demo) -> None:
    provider = a_provider(demo.company, "https://login.acme.example", "acme.example")
    SocialAccount.objects.create(provider="acme", uid="s-1", user=demo.staff)
    path = f"/admin/portal/identityprovider/{provider.pk}/change/"
    kept = {"company": None, "slug": None, "secret": "", "domains-TOTAL_FORMS": 0}
    assert as_(demo.root).post(path, form(demo, **kept, name="Another name")).status_code == 302
    provider.refresh_from_db()
    assert (provider.name, secret_of(provider)) == ("Another name", CLIENT_SECRET)
    assert SocialAccount.objects.exists()
    assert as_(demo.root).post(path, form(demo, **kept, issuer="https://new.acme.example")).status_code == 302
    assert not SocialAccount.objects.exists()


def test_only_who_runs_the_portal_gets_there(demo: Demo) -> None:
    assert as_(demo.admin).get("/admin/portal/identityprovider/").status_code == 302


def test_a_link_is_forgotten_by_an_operator(demo: Demo, told: Told) -> None:
    SocialAccount.objects.create(provider="acme", uid="s-1", user=demo.staff)
    data = {"action": "forget_link", "_selected_action": [demo.staff.pk]}
    assert as_(demo.root).post("/admin/portal/user/", data).status_code == 302
    assert not SocialAccount.objects.exists()
    assert "sign_on_forgotten" in [line["message"] for line in told()]


def test_secrets_are_encrypted_anew(demo: Demo, settings: Any) -> None:
    provider = a_provider(demo.company, "https://login.acme.example", "acme.example")
    before, old = provider.client_secret, settings.SECRET_KEY
    with override_settings(SECRET_KEY="another key of at least 32 characters", SECRET_KEY_FALLBACKS=[old]):
        out = io.StringIO()
        call_command("renew_secrets", stdout=out)
        assert "1 identity provider" in out.getvalue()
    provider.refresh_from_db()
    assert provider.client_secret != before
    with override_settings(SECRET_KEY="another key of at least 32 characters", SECRET_KEY_FALLBACKS=[]):
        assert secret_of(provider) == CLIENT_SECRET
    with pytest.raises(CommandError, match=r"Identity provider acme: its secret opens with none of the keys"):
        call_command("renew_secrets")


def test_a_secret_that_no_key_opens_is_told_and_no_fault(demo: Demo, told: Told) -> None:
    a_provider(demo.company, "https://login.acme.example", "acme.example", is_required=True)
    User.objects.filter(pk=demo.staff.pk).update(email="staff@acme.example")
    asking: list[tuple[str, dict[str, str]]] = [
        ("/accounts/sign-on/", {"login": "staff@acme.example"}),
        ("/accounts/login/", {"login": "staff@acme.example", "password": PASSWORD}),
    ]
    with override_settings(SECRET_KEY="another key of at least 32 characters", SECRET_KEY_FALLBACKS=[]):
        answers = [Client().post(path, typed) for path, typed in asking]
        answers.append(Client().get(CALLBACK, {"code": "a", "state": "b"}))
    assert [answer.status_code for answer in answers] == [503] * 3
    said = "Codeport has lost the secret by which it asks Acme Login. Ask those who run this portal."
    assert all(said in answer.content.decode() for answer in answers)
    assert [line["reason"] for line in told() if line["message"] == "sign_on_refused"] == ["secret_lost"] * 3
