"""Single sign-on by SAML, with a real provider in a process of its own, and what may be done to its answers."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from lxml import etree
from signxml.algorithms import SignatureConstructionMethod
from signxml.signer import XMLSigner

from portal.models import Company, IdentityProvider, User
from tests.support.demo import Demo
from tests.support.identity_providers import Real, a_key_and_certificate, a_provider, led_to, real_provider
from tests.support.security_log import Told

pytestmark = pytest.mark.usefixtures("letters_go_at_once", "own_cache")
ACS = "/accounts/saml/acme/acs/"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
NORA = {"username": "nora", "email": "nora@acme.example", "roles": ["code-users"]}
NS = {
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    with real_provider(tmp_path_factory.mktemp("nanoidp")) as found:
        yield found


def saml(company: Company, real: Real, *domains: str, **fields: Any) -> IdentityProvider:
    """A provider of SAML of the company."""
    usual = {"protocol": "saml", "client_id": "", "client_secret": "", "sign_in_url": f"{real.url}/saml/sso"}
    usual["certificate"] = requests.get(f"{real.url}/saml/cert.pem", timeout=10).text
    return a_provider(company, f"{real.url}/saml", *domains, **(usual | fields))


def answered(real: Real, client: Client, username: str = "nora", **more: str) -> str:
    """What the provider has the browser post, once somebody has signed in there."""
    page = real.signed_in(led_to(client, f"{username}@acme.example", **more), username)
    assert page.status_code == 200, page.text
    (found,) = re.findall(r'name="SAMLResponse" value="([^"]+)"', page.text)
    return html.unescape(found)


def posted(client: Client, response: str, acs: str = ACS, **more: str) -> HttpResponse:
    """The last answer to a browser that posts the response, without a session, as another site's page does."""
    checked = Client().post(acs, {"SAMLResponse": response} | more)
    if checked.status_code != 302:
        return checked  # type: ignore[return-value]  # of a test client
    return client.get(checked.headers["Location"])  # type: ignore[return-value]  # of a test client


def reason(told: Told) -> str:
    (line,) = [line for line in told() if line["message"] == "sign_on_refused"]
    return str(line["reason"])


def test_somebody_comes_in_for_the_first_time_and_again(demo: Demo, real: Real, told: Told) -> None:
    saml(demo.company, real, "acme.example")
    real.have(NORA)
    client = Client()
    response = posted(client, answered(real, client, next="/products/"), RelayState="https://evil.example/")
    assert (response.status_code, response.headers["Location"]) == (302, "/products/")
    assert client.get("/products/").status_code == 200
    person = User.objects.get(email="nora@acme.example")
    assert (person.company, [group.name for group in person.groups.all()]) == (demo.company, ["staff"])
    assert [line["message"] for line in told()] == ["joined", "sign_on_linked", "signed_in"]
    again = Client()
    assert posted(again, answered(real, again)).headers["Location"] == "/"
    assert User.objects.filter(email__iexact="nora@acme.example").count() == 1


def test_somebody_of_many_groups_comes_in_by_an_address_that_servers_take(demo: Demo, real: Real) -> None:
    saml(demo.company, real, "acme.example")
    groups = [f"cn=group-{number},ou=groups,dc=acme,dc=example" for number in range(300)]
    real.have(NORA | {"roles": [*groups, "code-users"]})
    client = Client()
    checked = Client().post(ACS, {"SAMLResponse": answered(real, client)})
    assert len(checked.headers["Location"]) < 2000
    assert client.get(checked.headers["Location"]).headers["Location"] == "/"
    assert [group.name for group in User.objects.get(email="nora@acme.example").groups.all()] == ["staff"]


def test_whoever_was_there_already_is_linked_by_the_domain(demo: Demo, real: Real) -> None:
    User.objects.filter(pk=demo.staff.pk).update(email="nora@acme.example")
    saml(demo.company, real, "acme.example")
    real.have(NORA)
    client = Client()
    assert posted(client, answered(real, client)).status_code == 302
    assert client.session["_auth_user_id"] == str(demo.staff.pk)


def test_a_provider_speaks_for_its_own_company_alone(demo: Demo, real: Real, told: Told) -> None:
    saml(demo.company, real, "acme.example", "demo.example")
    for email, why in (
        (demo.other_staff.email, "foreign_domain"),
        (demo.support.email, "other_company"),
        ("nora@elsewhere.example", "foreign_domain"),
    ):
        real.have(NORA | {"email": email})
        client = Client()
        assert posted(client, answered(real, client)).status_code == 403
        assert reason(told) == why
        assert "_auth_user_id" not in client.session


def test_a_response_holds_once_and_in_the_browser_that_asked(demo: Demo, real: Real, told: Told) -> None:
    saml(demo.company, real, "acme.example")
    real.have(NORA)
    client = Client()
    response = answered(real, client)
    assert posted(Client(), response).status_code == 400
    assert posted(client, response).status_code == 302
    client.logout()
    told()
    assert posted(client, response).status_code == 400
    assert reason(told) == "state"
    for text in ("", "x", "gAAAAA"):
        assert client.get("/accounts/saml/acme/finish/", {"text": text}).status_code == 400
    assert "_auth_user_id" not in client.session


def test_a_response_to_somebody_else_opens_nothing_here(demo: Demo, real: Real, told: Told) -> None:
    """The provider serves two companies: what it says for one is not taken for the other."""
    saml(demo.company, real, "acme.example")
    saml(demo.other, real, "other.example", slug="theirs")
    real.have(NORA)
    client = Client()
    assert posted(client, answered(real, client), ACS.replace("acme", "theirs")).status_code == 502
    assert reason(told) == "saml_wrong_destination"
    checked = Client().post(ACS, {"SAMLResponse": answered(real, client)}).headers["Location"]
    assert client.get(checked.replace("/acme/", "/theirs/")).status_code == 400


# What may be done to an answer


def assertion(tree: Any) -> Any:
    return tree.find("saml:Assertion", NS)


def renamed(node: Any) -> None:
    """Make the assertion be about somebody else."""
    for text in [node.find(".//saml:NameID", NS), *node.iterfind(".//saml:AttributeValue", NS)]:
        text.text = text.text.replace("nora@", "boss@").replace("code-users", "code-admins")


def unsigned(tree: Any) -> Any:
    signature = assertion(tree).find("ds:Signature", NS)
    signature.getparent().remove(signature)
    return tree


def altered(tree: Any) -> Any:
    renamed(assertion(tree))
    return tree


def signed_by_another(tree: Any) -> Any:
    node = assertion(unsigned(tree))
    renamed(node)
    node.find("saml:Issuer", NS).addnext(etree.Element(f"{{{NS['ds']}}}Signature", Id="placeholder"))
    key, certificate = a_key_and_certificate()
    signer = XMLSigner(SignatureConstructionMethod.enveloped, c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
    signed = signer.sign(node, key=key, cert=certificate, reference_uri=node.get("ID"))
    tree.replace(node, signed)
    return tree


def copied(tree: Any) -> tuple[Any, Any]:
    """The signed assertion, and a forged copy without its signature and with an ID of its own."""
    good = assertion(tree)
    evil = etree.fromstring(etree.tostring(good))
    evil.remove(evil.find("ds:Signature", NS))
    evil.set("ID", "_evil")
    renamed(evil)
    return good, evil


def wrapped_before(tree: Any) -> Any:
    good, evil = copied(tree)
    good.addprevious(evil)
    return tree


def wrapped_in_the_signature(tree: Any) -> Any:
    good, evil = copied(tree)
    tree.replace(good, evil)
    signature = good.find("ds:Signature", NS)
    evil.insert(1, signature)
    etree.SubElement(signature, f"{{{NS['ds']}}}Object").append(good)
    return tree


def wrapped_in_extensions(tree: Any) -> Any:
    good, evil = copied(tree)
    tree.replace(good, evil)
    extensions = etree.Element(f"{{{NS['samlp']}}}Extensions")
    tree.insert(1, extensions)
    extensions.append(good)
    return tree


def wrapped_with_the_same_id(tree: Any) -> Any:
    good, evil = copied(tree)
    evil.set("ID", good.get("ID"))
    evil.insert(1, etree.fromstring(etree.tostring(good.find("ds:Signature", NS))))
    tree.replace(good, evil)
    extensions = etree.Element(f"{{{NS['samlp']}}}Extensions")
    tree.insert(1, extensions)
    extensions.append(good)
    return tree


def with_a_program(tree: Any) -> Any:
    """Of work for whoever checks the signature: transforms run before it is known whether the signature is good."""
    (transforms,) = tree.iterfind(".//ds:Transforms", NS)
    program = etree.SubElement(transforms, f"{{{NS['ds']}}}Transform", Algorithm=XPATH)
    etree.SubElement(program, f"{{{NS['ds']}}}XPath").text = "count(//*[count(//*) > 0]) > 0"
    return tree


def with_many_transforms(tree: Any) -> Any:
    (transforms,) = tree.iterfind(".//ds:Transforms", NS)
    for _ in range(100):
        etree.SubElement(transforms, f"{{{NS['ds']}}}Transform", Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
    return tree


def with_a_file_of_this_machine(tree: Any) -> Any:
    """/dev/zero would be read for ever."""
    (reference,) = tree.iterfind(".//ds:Reference", NS)
    another = etree.fromstring(etree.tostring(reference))
    another.set("URI", "file:///dev/null")
    reference.addnext(another)
    return tree


def for_another_request(tree: Any) -> Any:
    tree.set("InResponseTo", "ONELOGIN_another")
    return tree


def for_no_request(tree: Any) -> Any:
    del tree.attrib["InResponseTo"]
    return tree


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (unsigned, "saml_no_signature_found"),
        (altered, "saml_invalid_signature"),
        (signed_by_another, "saml_invalid_signature"),
        (wrapped_before, "saml_wrong_number_of_assertions"),
        (wrapped_in_the_signature, "saml_wrong_number_of_assertions"),
        (wrapped_in_extensions, "saml_wrong_number_of_assertions"),
        (wrapped_with_the_same_id, "saml_wrong_number_of_assertions"),
        (with_a_program, "saml_transforms"),
        (with_many_transforms, "saml_transforms"),
        (with_a_file_of_this_machine, "saml_references"),
        (for_another_request, "saml_wrong_subjectconfirmation"),
        (for_no_request, "saml_unasked"),
    ],
)
def test_what_the_provider_has_not_signed_is_not_taken(
    demo: Demo, real: Real, told: Told, change: Callable[[Any], Any], why: str
) -> None:
    saml(demo.company, real, "acme.example")
    real.have(NORA)
    client = Client()
    tree = etree.fromstring(base64.b64decode(answered(real, client)))
    response = posted(client, base64.b64encode(etree.tostring(change(tree))).decode())
    assert response.status_code == 502
    assert reason(told) == why
    assert "_auth_user_id" not in client.session
    assert not User.objects.filter(email__endswith="@acme.example").exists()


def test_a_comment_cuts_no_address_short(demo: Demo, real: Real) -> None:
    """A comment is no part of what is signed: whoever puts one in must not get another address by it."""
    saml(demo.company, real, "acme.example")
    real.have(NORA | {"email": "nora@acme.example.evil.example"})
    client = Client()
    response = base64.b64decode(answered(real, client))
    cut = response.replace(b"nora@acme.example.evil.example", b"nora@acme.example<!---->.evil.example")
    assert cut != response
    assert posted(client, base64.b64encode(cut).decode()).status_code in (403, 502)
    assert not User.objects.filter(email__endswith="@acme.example").exists()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no base 64 ???",
        base64.b64encode(b"no XML").decode(),
        base64.b64encode(b"<a/>").decode(),
        base64.b64encode(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>').decode(),
        base64.b64encode(b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>').decode(),
        "A" * 300_000,
    ],
)
def test_what_is_no_response(demo: Demo, real: Real, text: str) -> None:
    saml(demo.company, real, "acme.example")
    assert Client().post(ACS, {"SAMLResponse": text}).status_code == 502
    assert Client().get(ACS).status_code == 405
    assert Client().post(ACS.replace("acme", "nobodys"), {"SAMLResponse": text}).status_code == 404


def test_the_provider_is_told_who_asks(demo: Demo, real: Real) -> None:
    saml(demo.company, real, "acme.example")
    response = Client().get("/accounts/saml/acme/metadata/", headers={"host": "localhost"})
    tree = etree.fromstring(response.content)
    assert tree.get("entityID") == f"{settings.PUBLIC_URL}/accounts/saml/acme/metadata/"
    (acs,) = tree.iterfind(".//{*}AssertionConsumerService")
    assert acs.get("Location") == settings.PUBLIC_URL + ACS


def test_a_provider_of_one_protocol_answers_nothing_of_the_other(demo: Demo, real: Real) -> None:
    a_provider(demo.company, real.url, "acme.example")
    assert Client().post(ACS, {"SAMLResponse": "x"}).status_code == 404
    IdentityProvider.objects.update(protocol="saml")
    assert Client().get("/accounts/oidc/acme/login/callback/", {"state": "x", "code": "x"}).status_code == 404
