"""SAML 2.0: a request by redirect, and an assertion that the provider has the browser post, checked by python3-saml.

The post comes from another site, so browsers send no session with it. What it asserts is checked at once, and goes on
to a page of the session in an encrypted text of a minute, which opens nothing without the request that the session
remembers. So nothing that a stranger posts is stored. RelayState is neither sent nor read.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from cryptography import x509
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Saml2
from onelogin.saml2.errors import OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from portal.accounts.sign_on.admission import LONGEST_NAME, LONGEST_SUBJECT, Identity
from portal.accounts.sign_on.asking import Asker, Failed
from portal.accounts.sign_on.providers import role_lines
from portal.database.encryption import box
from portal.models import IdentityProvider

PURPOSE: Final = b"codeport assertion 1"
SECONDS: Final = 60  # for which a checked assertion may be on its way to the session
LONGEST: Final = 256 * 1024  # characters of a response
LONGEST_EMAIL: Final = 320  # characters, RFC 3696; a longer one is refused as no address
PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
EMAIL: Final = (
    *("email", "mail", "emailAddress", "urn:oid:0.9.2342.19200300.100.1.3"),
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
)
NAME: Final = (
    *("displayName", "name", "urn:oid:2.16.840.1.113730.3.1.241"),
    "http://schemas.microsoft.com/identity/claims/displayname",
)
ASKED: Final = "/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData/@InResponseTo"
TRANSFORMS: Final = {  # those of SAML's signatures, 5.4.4 of its core
    "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
}
REASONS: Final = {code: name.lower() for name, code in vars(OneLogin_Saml2_ValidationError).items() if name.isupper()}
SECOND_STEPS: Final = {"http://schemas.microsoft.com/claims/multipleauthn", "https://refeds.org/profile/mfa"}


class Saml(SAMLProvider):  # type: ignore[misc]  # allauth carries no types
    """A company's provider of SAML."""

    def begin(self, request: HttpRequest, email: str, next_url: str | None) -> str:
        """Return the URL at which the person signs in. Raise Failed."""
        provider: IdentityProvider = self.app.record
        Asker(provider).check_url(provider.sign_in_url)
        auth = OneLogin_Saml2_Auth(_request(provider), _settings(provider))
        url: str = auth.login(return_to="")
        self.stash_redirect_state(request, "login", next_url, state_id=auth.get_last_request_id())
        return url

    def serialize(self) -> dict[str, Any]:
        return {"id": self.sub_id}


def checked(provider: IdentityProvider, text: str) -> str:
    """Return an encrypted text of what a response asserts. Raise Failed where it is not the provider's, and for us."""
    if len(text) > LONGEST:
        raise Failed("too_long")
    try:
        response = OneLogin_Saml2_Response(OneLogin_Saml2_Settings(_settings(provider)), text)
        _check_signatures(response.document)
        response.is_valid(_request(provider), raise_exceptions=True)
        asked, identity = _asked(provider, response), _identity(provider, response)
    except OneLogin_Saml2_ValidationError as error:
        raise Failed(f"saml_{REASONS.get(error.code, 'invalid')}") from None
    except ProviderException:
        raise
    except Exception:  # a stranger's XML makes the library fail in more ways than it names
        raise Failed("saml_unreadable") from None
    known = {"provider": provider.slug, "asked": asked, "identity": [*identity[:4], [*identity.roles], identity[5]]}
    return box(PURPOSE).encrypt(json.dumps(known).encode()).decode()


def opened(provider: Saml, request: HttpRequest, text: str) -> SocialLogin:
    """Return the sign-in of a text that `checked` made, if this session asked for it. Raise Failed."""
    try:
        known = json.loads(box(PURPOSE).decrypt(text, ttl=SECONDS))
    except InvalidToken:
        raise Failed("state") from None
    if known["provider"] != provider.sub_id:
        raise Failed("state")
    subject, email, verified, name, roles, second_step = known["identity"]
    login = SocialLogin(provider=provider, account=SocialAccount(provider=provider.sub_id, uid=subject))
    login.identity = Identity(subject, email, verified, name, frozenset(roles), second_step)
    login.nonce = None
    login.state = provider.unstash_redirect_state(request, known["asked"])
    return login


def metadata(provider: IdentityProvider) -> bytes:
    """Return what the provider has to know about the portal, as XML."""
    found = OneLogin_Saml2_Settings(_settings(provider), sp_validation_only=True).get_sp_metadata()
    return found if isinstance(found, bytes) else str(found).encode()


def entity_id(provider: IdentityProvider) -> str:
    """Return how the portal is called at the provider, which is the URL of its metadata."""
    return settings.PUBLIC_URL + reverse("saml-metadata", args=[provider.slug])


def acs_url(provider: IdentityProvider) -> str:
    """Return the URL that the provider has browsers post to."""
    return settings.PUBLIC_URL + reverse("saml-acs", args=[provider.slug])


def certificates(text: str) -> list[str]:
    """Return the certificates in a text of PEM, or none where one of them is none."""
    try:
        return [
            x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.PEM).decode()
            for pem in PEM.findall(text)
        ]
    except ValueError:
        return []


def _check_signatures(document: Any) -> None:
    """Raise Failed where a signature refers to more than one part of the response, or runs what SAML does not need.

    The library follows references and runs transforms before it knows whether a signature is good. A stranger's would
    read files of this machine, or run a program without end.
    """
    for signature in document.iter(f"{{{Saml2.NS_DS}}}Signature"):
        uris = [each.get("URI", "") for each in signature.iter(f"{{{Saml2.NS_DS}}}Reference")]
        if len(uris) != 1 or not uris[0].startswith("#"):
            raise Failed("saml_references")
        ways = [each.get("Algorithm") for each in signature.iter(f"{{{Saml2.NS_DS}}}Transform")]
        if len(ways) > len(set(ways)) or not TRANSFORMS.issuperset(ways):
            raise Failed("saml_transforms")


def _asked(provider: IdentityProvider, response: Any) -> str:
    """Return which request the response answers. Raise Failed where the signed part does not say that and for whom.

    The library takes assertions that say neither; those would be good for any portal, and any request.
    """
    if entity_id(provider) not in response.get_audiences():
        raise Failed("saml_no_audience")
    asked: str | None = response.get_in_response_to()
    if not asked or asked not in response._query_assertion(ASKED):
        raise Failed("saml_unasked")
    return asked


def _identity(provider: IdentityProvider, response: Any) -> Identity:
    """Return what the assertion says, as short as an address has to be: of the groups, those that mean a role here.

    Its domains are the operator's word, so its addresses count as verified.
    """
    said: dict[str, list[Any]] = response.get_attributes()
    subject, kind = response.get_nameid() or "", response.get_nameid_format()
    if kind == Saml2.NAMEID_TRANSIENT:
        raise Failed("transient_subject")
    return Identity(
        subject=subject[: LONGEST_SUBJECT + 1],
        email=(_first(said, EMAIL) or (subject if kind == Saml2.NAMEID_EMAIL_ADDRESS else ""))[: LONGEST_EMAIL + 1],
        is_verified=True,
        name=_first(said, NAME)[:LONGEST_NAME],
        roles=frozenset(role_lines(provider.roles)).intersection(map(str, said.get(provider.role_claim, []))),
        second_step=bool(SECOND_STEPS.intersection(response.get_authn_contexts())),
    )


def _first(said: dict[str, list[Any]], names: tuple[str, ...]) -> str:
    found = next((said[name][0] for name in names if said.get(name)), "")
    return found if isinstance(found, str) else ""


def _request(provider: IdentityProvider) -> dict[str, Any]:
    """Return the request as the library wants it: with the address that the provider knows, whatever it came by."""
    parts = urlsplit(acs_url(provider))
    return {
        "https": "on" if parts.scheme == "https" else "off",
        "http_host": parts.netloc,
        "script_name": parts.path,
        "get_data": {},
        "post_data": {},
    }


def _settings(provider: IdentityProvider) -> dict[str, Any]:
    return {
        "strict": True,
        "sp": {
            "entityId": entity_id(provider),
            "assertionConsumerService": {"url": acs_url(provider), "binding": Saml2.BINDING_HTTP_POST},
            "NameIDFormat": Saml2.NAMEID_UNSPECIFIED,
        },
        "idp": {
            "entityId": provider.issuer,
            "singleSignOnService": {"url": provider.sign_in_url, "binding": Saml2.BINDING_HTTP_REDIRECT},
            "x509certMulti": {"signing": certificates(provider.certificate)},
        },
        "security": {
            "requestedAuthnContext": False,
            "rejectDeprecatedAlgorithm": True,
            "allowRepeatAttributeName": True,
            "wantAttributeStatement": False,
            "wantNameId": True,
            "allowSingleLabelDomains": True,
        },
    }


provider_classes = [Saml]
