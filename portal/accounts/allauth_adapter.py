"""The adapter that fits allauth's sign-in to the portal: no sign-up, and mails link to the public address."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from allauth.account.internal.stagekit import clear_login
from allauth.account.signals import password_reset, user_logged_in
from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext

from portal.accounts import letters
from portal.accounts.guessing import Attempt, remember
from portal.accounts.security_log import sign_in_refused, tell
from portal.accounts.sessions import renew_key
from portal.accounts.sign_on.providers import provider_for, required_of
from portal.accounts.sign_on.views import lead_on
from portal.accounts.tokens import revoke, valid_tokens
from portal.models import IdentityProvider, Letter, User
from portal.values.addresses import address_of
from portal.values.words import gettext_lazy

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104  # nothing is bound to it


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Closes the sign-up page, and looks after mail."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("The e-mail address and the password do not belong together."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        if request.user.is_anonymous:  # who is signed in shows the password again
            sign_in_refused(request, "sign_in_failed", credentials.get("email", ""))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt by our own limits, in place of the library's, which lock an account for its owner too."""
        email = credentials.get("email", "")
        self._attempt = Attempt(request, email)
        if not self._attempt.begin():
            sign_in_refused(request, "sign_in_limited", email)
            raise self.validation_error("too_many_login_attempts")

    def _rollback_login_failed_rl_usage(self) -> None:
        self._attempt.take_back()

    def pre_login(
        self, request: HttpRequest, user: User, *, signal_kwargs: dict[str, Any] | None = None, **told: Any
    ) -> HttpResponseBase | None:
        """Lead those on to their company's provider who may sign in there alone, whatever they showed instead."""
        answer: HttpResponseBase | None = super().pre_login(request, user, signal_kwargs=signal_kwargs, **told)
        provider = None if "sociallogin" in (signal_kwargs or {}) else required_of(user)
        if answer is not None or provider is None:
            return answer
        clear_login(request)
        return _elsewhere(request, provider, user, told)

    def post_login(
        self, request: HttpRequest, user: User, *, signal_kwargs: dict[str, Any] | None = None, **told: Any
    ) -> HttpResponseBase:
        """Ask once more: the provider may have become required since the password was shown.

        The session is in the database by now: whoever saves the provider after this question finds it, and ends it.
        """
        answer: HttpResponseBase = super().post_login(request, user, signal_kwargs=signal_kwargs, **told)
        provider = None if "sociallogin" in (signal_kwargs or {}) else required_of(user)
        if provider is None:
            return answer
        logout(request)
        return _elsewhere(request, provider, user, told)

    def reauthenticate(self, user: User, password: str) -> bool:
        shown = bool(super().reauthenticate(user, password))
        tell("shown_again" if shown else "show_again_failed", of=user, by=user, ok=shown)
        if shown:
            renew_key(self.request)
        return shown

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address of the client. Allauth's own method fails where a proxy's header is missing."""
        return address_of(request) or UNKNOWN_ADDRESS

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link of a mail. The request has no influence on its host."""
        uid, _, secret = key.partition("-")
        return settings.PUBLIC_URL + reverse("account_reset_password_from_key", args=[uid, secret])

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Mail the person, at the account's own address, about a change to how they sign in."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """The library's mails that tell of a change; those with a link are letters of our own."""
        told = {name: str(value) for name, value in context.items()}
        letters.write(Letter.Kind.NOTICE, email, template=template_prefix, **told)


def _elsewhere(request: HttpRequest, provider: IdentityProvider, user: User, told: dict[str, Any]) -> HttpResponse:
    sign_in_refused(request, "sign_in_elsewhere", user.email)
    return lead_on(request, provider, user.email, told.get("redirect_url"))


@receiver(user_logged_in)
def _know_the_browser(request: HttpRequest, response: HttpResponseBase, user: User, **_: Any) -> None:
    remember(request, response, user.email)


@receiver(password_reset)
def _begin_anew(request: HttpRequest, user: User, **_: Any) -> None:
    Attempt(request, user.email).forget()


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth carries no types
    """The form for address and password, which tells those who have no password here where to go instead."""

    @property
    def offers_sign_on(self) -> bool:
        """Say whether any company has an identity provider."""
        return IdentityProvider.objects.filter(is_active=True).exists()

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            provider = provider_for(self.cleaned_data.get("login", ""))
            if provider is None or not provider.is_required:
                raise
            raise ValidationError(
                gettext("With this address you sign in by {name}: choose “Sign in with your company”.").format(
                    name=provider.name
                )
            ) from None
        return cleaned


class RevokesTokens:
    """A form for a new password that offers to revoke the person's tokens, which otherwise stay valid."""

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.user is not None and (number := valid_tokens(self.user).count()):
            self.fields["revoke_tokens"] = forms.BooleanField(  # type: ignore[attr-defined]  # of the form it is mixed into
                label=gettext("Revoke my tokens too: {number}").format(number=number),
                required=False,
                help_text=gettext(
                    "They go on working otherwise. Revoke them if somebody may have known the old password."
                ),
            )

    def save(self) -> None:
        super().save()  # type: ignore[misc]  # of the form it is mixed into
        if self.cleaned_data.get("revoke_tokens"):  # type: ignore[attr-defined]  # of the form it is mixed into
            revoke(valid_tokens(self.user))


class ChangeForm(RevokesTokens, ChangePasswordForm):  # type: ignore[misc]  # allauth carries no types
    """The form for a new password of a person who knows the old one."""


class NewPasswordForm(RevokesTokens, ResetPasswordKeyForm):  # type: ignore[misc]  # allauth carries no types
    """The form for a new password of a person who followed the link of a mail."""


class ResetForm(ResetPasswordForm):  # type: ignore[misc]  # allauth carries no types
    """The form that asks for a new password.

    It looks no address up before the letter is made, so nobody can tell known addresses from others.
    """

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email

    def save(self, request: HttpRequest, **_: Any) -> str:
        email: str = self.cleaned_data["email"]
        tell("password_reset_asked", request=request, email=email)
        letters.write(Letter.Kind.RESET, email)
        return email
