"""The adapter by which allauth takes its providers from our rows, and lets in nobody but whom our rules admit."""

from __future__ import annotations

import logging
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError
from django.http import HttpRequest

from portal.accounts.sign_on.admission import Refused, admit
from portal.accounts.sign_on.asking import Failed
from portal.accounts.sign_on.providers import secret_of
from portal.accounts.sign_on.refusals import refuse
from portal.database.encryption import SecretLost
from portal.models import IdentityProvider

logger = logging.getLogger(__name__)


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Rows of our own, encrypted secrets, no sign-up, no connections that people make themselves."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Return none: which providers there are is nobody's business."""
        return []

    def get_app(self, request: HttpRequest, provider: str, client_id: str | None = None) -> SocialApp:
        """Return a company's provider by its slug, as allauth wants it. Raise SocialApp.DoesNotExist."""
        rows = IdentityProvider.objects.select_related("company").filter(is_active=True)
        row = rows.filter(slug=client_id or provider).first()
        if row is None:
            raise SocialApp.DoesNotExist
        return app_of(row)

    def get_requests_session(self) -> NoReturn:
        """Refuse: whatever goes out goes through `portal.outgoing`."""
        raise NotImplementedError

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let the person in whom the provider names, or answer with a page that says why not."""
        provider, identity = sociallogin.provider.app.record, sociallogin.identity
        try:
            if sociallogin.state.get("process") != "login" or sociallogin.state.get("nonce") != sociallogin.nonce:
                raise Refused("nonce")
            person = admit(provider, identity)
        except Refused as refused:
            page = refuse(request, provider, refused.reason, person=refused.person, email=identity.email[:254])
            raise ImmediateHttpResponse(page) from None
        sociallogin.user = person
        sociallogin.identity = identity._replace(second_step=identity.second_step or provider.asks_second_step)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> NoReturn:
        """Answer with a page that says why the way there and back came to nothing."""
        knows = "state" in (extra_context or {})
        if isinstance(exception, Failed):
            reason = exception.reason
        elif error == AuthError.CANCELLED:
            reason = "cancelled"
        else:
            reason = "not_there" if knows and exception is None else "bad_answer" if exception else "state"
        raise ImmediateHttpResponse(refuse(request, provider.app.record, reason))


def app_of(provider: IdentityProvider) -> SocialApp:
    """Return what allauth calls a social app, which is not stored. Raise Failed where no key opens its secret."""
    try:
        secret = secret_of(provider)
    except SecretLost as lost:
        logger.error("%s", lost)
        raise Failed("secret_lost") from None
    app = SocialApp(
        provider=provider.protocol,
        provider_id=provider.slug,
        name=provider.name,
        client_id=provider.client_id,
        secret=secret,
    )
    app.record = provider
    return app
