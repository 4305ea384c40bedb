"""OpenID Connect: allauth's code flow, with what it leaves out: a nonce, PKCE, verified signatures, guarded requests.

A sign-in begins at `begin`, which remembers in the browser's session a state, a nonce and a verifier. The provider
sends the browser back with the state and a code, each of which holds once. The code is exchanged for an ID token, which
has to be signed by the provider for this client and this nonce; the provider's page of the person is read only where
the token leaves something out.
"""

from __future__ import annotations

import base64
import re
import secrets
from typing import Any
from urllib.parse import urlencode

import jwt
from allauth.core.internal.httpkit import add_query_params
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from portal.accounts.sign_on.admission import Identity
from portal.accounts.sign_on.asking import VISIBLE, Asker, Failed
from portal.models import IdentityProvider

WELL_KNOWN = "/.well-known/openid-configuration"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY = 60  # seconds that the provider's clock may be off
SECOND_STEP = "mfa"  # in the claim amr, RFC 8176
SUBJECT = re.compile("[ -~]{1,191}")


class OpenIDConnect(OpenIDConnectProvider):  # type: ignore[misc]  # allauth carries no types
    """A company's provider of OpenID Connect."""

    def begin(self, request: HttpRequest, email: str, next_url: str | None) -> str:
        """Return the URL at which the person signs in. Raise Failed."""
        adapter = Adapter(request, self.sub_id)
        nonce, pkce = secrets.token_urlsafe(32), generate_code_challenge()
        client = adapter.get_client(request, self.app)
        authorize_url = adapter.authorize_url
        verifier = pkce.pop("code_verifier")
        client.state = self.stash_redirect_state(
            request, "login", next_url, nonce=nonce, pkce_code_verifier=verifier, state_id=secrets.token_urlsafe(32)
        )
        params = {"nonce": nonce, "login_hint": email} | pkce
        url: str = client.get_redirect_url(authorize_url, ["openid", "profile", "email"], params)
        return url

    def serialize(self) -> dict[str, Any]:
        return {"id": self.sub_id}


class Client(OAuth2Client):  # type: ignore[misc]  # allauth carries no types
    """Exchanges a code for tokens by requests that are guarded."""

    asker: Asker

    def get_redirect_url(self, authorization_url: str, scope: list[str], extra_params: dict[str, str]) -> str:
        """Return the URL that asks for a code. That of the provider may have parameters of its own."""
        own = {
            "client_id": self.consumer_key,
            "redirect_uri": self.callback_url,
            "response_type": "code",
            "scope": " ".join(scope),
            "state": self.state,
        }
        url: str = add_query_params(authorization_url, own | extra_params)
        return url

    def get_access_token(self, code: str, pkce_code_verifier: str | None = None, **_: Any) -> dict[str, Any]:
        """Return what the provider gives for the code. Raise Failed."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.callback_url}
        form["code_verifier"] = pkce_code_verifier or ""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self.basic_auth:
            pair = f"{self.consumer_key}:{self.consumer_secret}"  # as they are, which is what providers take
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self.consumer_key, "client_secret": self.consumer_secret}
        return self.asker.json(self.access_token_url, urlencode(form).encode(), headers)


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth carries no types
    """One way of a browser to the provider and back."""

    client_class = Client

    def __init__(self, request: HttpRequest, provider_id: str) -> None:
        super().__init__(request, provider_id)
        self.provider = self.get_provider()
        self.record: IdentityProvider = self.provider.app.record
        self.asker = Asker(self.record)

    def get_provider(self) -> OpenIDConnect:
        """Return the provider. Raise SocialApp.DoesNotExist."""
        found = getattr(self, "provider", None) or super().get_provider()
        if not isinstance(found, OpenIDConnect):
            raise SocialApp.DoesNotExist
        return found

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says about itself, which has to be the one that the operator named. Raise Failed."""
        config = self.asker.kept(self.record.issuer.rstrip("/") + WELL_KNOWN)
        if config.get("issuer") != self.record.issuer:
            raise Failed("other_issuer")
        return config

    @property
    def authorize_url(self) -> str:
        return self.asker.check_url(self.openid_config.get("authorization_endpoint"))

    @property
    def access_token_url(self) -> str:
        return self.asker.check_url(self.openid_config.get("token_endpoint"))

    @property
    def basic_auth(self) -> bool:
        methods = self.openid_config.get("token_endpoint_auth_methods_supported")
        return not isinstance(methods, list) or "client_secret_basic" in methods or "client_secret_post" not in methods

    def get_client(self, request: HttpRequest, app: SocialApp) -> Client:
        client = super().get_client(request, app)
        client.asker = self.asker
        return client  # type: ignore[no-any-return]  # allauth carries no types

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return callback_url(self.record)

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: Client, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        if request.GET.get("iss", self.record.issuer) != self.record.issuer:  # RFC 9207, against mixed-up providers
            raise Failed("other_issuer")
        return client.get_access_token(request.GET["code"], pkce_code_verifier=pkce_code_verifier)

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """Return an access token that nobody stores: it is used once, if at all."""
        token = data.get("access_token")
        return SocialToken(token=token if isinstance(token, str) and VISIBLE.fullmatch(token) else "")

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, *, response: dict[str, Any], **_: Any
    ) -> SocialLogin:
        """Return the sign-in with what the provider says about the person. Raise Failed."""
        claims = self._id_token(response.get("id_token"))
        says_all = "email" in claims and (not self.record.role_claim or _values(claims, self.record.role_claim))
        if token.token and "userinfo_endpoint" in self.openid_config and not says_all:
            headers = {"Authorization": f"Bearer {token.token}"}
            more = self.asker.json(self.openid_config["userinfo_endpoint"], headers=headers)
            if more.get("sub") != claims["sub"]:
                raise Failed("page_of_another")
            claims = more | claims
        login = SocialLogin(provider=self.provider, account=SocialAccount(provider=app.provider_id, uid=claims["sub"]))
        login.identity, login.nonce = identity_of(claims, self.record.role_claim), claims.get("nonce")
        return login

    def _id_token(self, token: object) -> dict[str, Any]:
        """Return the claims of a token that the provider signed for this client. Raise Failed."""
        if not isinstance(token, str):
            raise Failed("no_id_token")
        url = self.asker.check_url(self.openid_config.get("jwks_uri"))
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = _key(self.asker.kept(url), kid) or _key(self.asker.json(url), kid)
            if key is None:
                raise Failed("unknown_key")
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self.record.client_id,
                issuer=self.record.issuer,
                leeway=LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise Failed(f"id_token_{type(error).__name__}") from None
        others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (others or "azp" in claims) and claims.get("azp") != self.record.client_id:
            raise Failed("other_party")
        if not SUBJECT.fullmatch(claims["sub"]):
            raise Failed("no_subject")
        return claims


def callback_url(provider: IdentityProvider) -> str:
    """Return the URL that the provider sends people back to. The request has no influence on its host."""
    return settings.PUBLIC_URL + reverse("openid_connect_callback", args=[provider.slug])


def identity_of(claims: dict[str, Any], role_claim: str) -> Identity:
    """Return what the claims say about the person."""
    verified = claims.get("email_verified")
    email, name, amr = claims.get("email"), claims.get("name"), claims.get("amr")
    return Identity(
        subject=claims["sub"],
        email=email if isinstance(email, str) else "",
        is_verified=None if verified is None else verified in (True, "true"),
        name=name if isinstance(name, str) else "",
        roles=_values(claims, role_claim),
        second_step=isinstance(amr, list) and SECOND_STEP in amr,
    )


def _values(claims: dict[str, Any], name: str) -> frozenset[str]:
    """Return the texts of a claim by its name, or by its path where there is no such name: realm_access.roles."""
    found: Any = claims
    for part in [name] if name in claims else name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return frozenset(value for value in (found if isinstance(found, list) else [found]) if isinstance(value, str))


def _key(keys: dict[str, Any], kid: object) -> jwt.PyJWK | None:
    """Return the provider's key of that id; of a token without an id, the only key."""
    usable = [key for key in jwt.PyJWKSet.from_dict(keys).keys if key.public_key_use in (None, "sig")]
    if kid is None:
        return usable[0] if len(usable) == 1 else None
    return next((key for key in usable if key.key_id == kid), None)


provider_classes = [OpenIDConnect]
