"""The second step of signing in: allauth's, with its secrets encrypted and no code of an app taken twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.signals import user_logged_in
from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError, transaction
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect

from portal.accounts.sessions import end_sessions
from portal.database.encryption import SEALED, SecretLost, box
from portal.http.unavailable import answer_outage
from portal.models import User
from portal.values.words import gettext_lazy

PURPOSE = b"codeport second step 1"
SECRETS = ("secret", "seed", "migrated_codes")  # what is secret in an authenticator's data; passkeys' are public
LAST_STEP = "last_step"  # in an app's data: of which 30 seconds the newest code was taken


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth carries no types
    """Encrypts what the library would store as it is."""

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)


def seal(text: str) -> str:
    """Return `text` as it is stored."""
    return box(PURPOSE).encrypt(text.encode()).decode()


def unseal(stored: str) -> str:
    """Return the text that `seal` was given. Raise SecretLost when no key opens it.

    A text that the library stored before there was a seal is returned as it is.
    """
    if not stored.startswith(SEALED):
        return stored
    try:
        return box(PURPOSE).decrypt(stored).decode()
    except InvalidToken:
        raise SecretLost(
            "The secret of this second step opens with none of the known keys: "
            "put the SECRET_KEY it was made under into SECRET_KEY_FALLBACKS."
        ) from None


def sealed_anew(data: dict[str, Any]) -> dict[str, Any]:
    """Return an authenticator's data with its secrets encrypted with the newest key."""
    found = {name: data[name] for name in SECRETS if name in data}
    anew = {
        name: [seal(unseal(one)) for one in value] if isinstance(value, list) else seal(unseal(value))
        for name, value in found.items()
    }
    return data | anew


def renew() -> int:
    """Encrypt all secrets with the newest key, and count them. Raise SecretLost when one cannot be opened."""
    renewed = 0
    for authenticator in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).select_for_update():
        try:
            authenticator.data = sealed_anew(authenticator.data)
        except SecretLost as error:
            raise SecretLost(f"Second step {authenticator.pk}: {error}") from None
        authenticator.save(update_fields=["data"])
        renewed += 1
    return renewed


def take(authenticator: Authenticator, code: str) -> bool:
    """Say whether the app shows `code` now, and neither it nor a later one was taken before; then it is."""
    with transaction.atomic():
        app = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        secret, last = unseal(app.data["secret"]), app.data.get(LAST_STEP, -1)
        steps = (step for step in yield_hotp_counters_from_time() if step > last)
        step = next((step for step in steps if compare_user_code(actual=code, expected=_code(secret, step))), None)
        if step is None:
            return False
        app.data[LAST_STEP] = step
        app.save(update_fields=["data"])
    return True


def _code(secret: str, step: int) -> str:
    return str(format_hotp_value(hotp_value(secret, step)))


OPEN = ("/account/", "/accounts/", "/static/", "/storage/", "/c/", "/healthz", "/favicon.ico")
BY_PROVIDER = "second_step_by_provider"  # in a session: the company's identity provider asked for one
FOR_OPERATORS = gettext_lazy(
    "Who runs the portal signs in with a second step. Add an authenticator app or a passkey first."
)
FOR_COMPANY = gettext_lazy("Your company asks for a second step. Add an authenticator app or a passkey first.")


def required(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Lead those who need a second step to the page of their account until they have one.

    Those are the people who run the portal, and those of companies that ask for it. Calls with a token go on.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            needed = None if request.path.startswith(OPEN) else _needed(request)
        except DatabaseError as error:  # which Django shows to no middleware but where a page raises it
            if answer := answer_outage(request, error):
                return answer
            raise
        if needed is None:
            return get_response(request)
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": needed}, status=403)
        messages.error(request, needed)
        return redirect("account")

    return middleware


def _needed(request: HttpRequest) -> Any:
    """Return the sentence that asks the person for a second step, or None."""
    user = request.user
    if not isinstance(user, User):
        return None
    needed: Any = None
    if user.company is not None and user.company.needs_second_step and not request.session.get(BY_PROVIDER):
        needed = FOR_COMPANY
    if settings.SECOND_STEP_FOR_OPERATORS and (user.is_staff or user.is_superuser):
        needed = FOR_OPERATORS
    return None if needed is None or Authenticator.objects.filter(user=user).exists() else needed


@receiver(user_logged_in)
def _by_provider(request: HttpRequest, **told: Any) -> None:
    """Remember whether the provider asked for a second step. A sign-in in an old session begins anew."""
    identity = getattr(told.get("sociallogin"), "identity", None)
    request.session[BY_PROVIDER] = identity is not None and identity.second_step


@receiver(authenticator_added)
def _end_others(user: User, **_: Any) -> None:
    """Sign the person out of other browsers: somebody may have come there by the password alone."""
    end_sessions(user)


class OnceOnly:
    """A form that refuses a code of an app which was taken already; the library forgets it while it still holds."""

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]  # of the form it is mixed into
        authenticator: Authenticator = self.authenticator  # type: ignore[attr-defined]  # set by the line above
        if authenticator.type == Authenticator.Type.TOTP and not take(authenticator, code):
            self._emit_authentication_failed(authenticator)  # type: ignore[attr-defined]  # of the form it is mixed into
            raise MFAAdapter().validation_error("incorrect_code")
        return code


class AuthenticateOnce(OnceOnly, AuthenticateForm):  # type: ignore[misc]  # allauth carries no types
    """The second step."""


class ReauthenticateOnce(OnceOnly, ReauthenticateForm):  # type: ignore[misc]  # allauth carries no types
    """The form in which a signed-in person confirms who they are."""


@receiver(post_save, sender=Authenticator)
def take_the_first_code(instance: Authenticator, created: bool, **_: Any) -> None:
    """The code by which an app was added is taken with that."""
    request = context.request
    if created and instance.type == Authenticator.Type.TOTP and request is not None:
        take(instance, request.POST.get("code", ""))
