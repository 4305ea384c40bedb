"""What somebody reads, and the security log keeps, when the sign-in by an identity provider comes to nothing."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.accounts.security_log import tell
from portal.models import IdentityProvider, User
from portal.values.words import format_lazy, gettext_lazy

NOT_TRUSTED: Final = gettext_lazy(
    "{name} answered in a way that cannot be trusted, so nobody was signed in. Try again; if it stays like this, tell"
    " your company’s admin."
)
NOT_LET_IN: Final = gettext_lazy(
    "{name} knows you, but this address cannot sign in to Codeport that way. Ask your company’s admin, or those who run"
    " this portal."
)
AGAIN: Final = gettext_lazy(
    "The sign-in took too long, was begun in another browser, or was sent twice. Begin again from here."
)
TEXTS: Final[dict[str, tuple[int, Any]]] = {
    "unreachable": (
        503,
        gettext_lazy("{name} does not answer at the moment, so nobody can sign in there. Try again in a minute."),
    ),
    "secret_lost": (
        503,
        gettext_lazy("Codeport has lost the secret by which it asks {name}. Ask those who run this portal."),
    ),
    "busy": (503, gettext_lazy("Many people sign in by {name} right now. Try again in a few seconds.")),
    "state": (400, AGAIN),
    "nonce": (400, AGAIN),
    "cancelled": (400, gettext_lazy("The sign-in at {name} was cancelled.")),
    "not_there": (400, gettext_lazy("{name} did not let you in. Ask those who look after it at your company.")),
    "no_address": (403, gettext_lazy("{name} did not say your e-mail address, which Codeport knows people by.")),
    "unverified": (
        403,
        gettext_lazy("{name} has not verified your e-mail address. Have that done there, and come back."),
    ),
    "no_role": (
        403,
        gettext_lazy("{name} knows you, but gives you no role in Codeport. Ask your company’s admin for one."),
    ),
}
"""The status and the words by reason; the words of others tell strangers nothing about who has an account."""
OF_PEOPLE: Final = {"foreign_domain", "other_company", "operator", "deactivated", "other_subject", "inactive_provider"}


def refuse(
    request: HttpRequest, provider: IdentityProvider, reason: str, *, person: User | None = None, email: str = ""
) -> HttpResponse:
    """Log that nobody was signed in, and return the page that says why."""
    about = person or provider.company
    tell("sign_on_refused", of=about, request=request, ok=False, provider=provider.slug, reason=reason, email=email)
    status, words = TEXTS.get(reason) or ((403, NOT_LET_IN) if reason in OF_PEOPLE else (502, NOT_TRUSTED))
    context = {"why": format_lazy(words, name=provider.name)}
    return render(request, "account/sign_on_refused.html", context, status=status)
