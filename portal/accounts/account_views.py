"""The page of one's own account."""

from __future__ import annotations

from collections import Counter

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.people import role_of
from portal.models import User
from portal.pages.access import PersonRequest, page

Type = Authenticator.Type


@page()
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: PersonRequest) -> HttpResponse:
    """Show the person's data and ways to sign in, and let the person choose whether to get mail."""
    if request.method == "POST":
        User.objects.filter(pk=request.user.pk).update(wants_mail="wants_mail" in request.POST)
        messages.success(request, "Saved.")
        return redirect("account")
    has = Counter(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    context = {
        "role": role_of(request.user),
        "passkeys": has[Type.WEBAUTHN],
        "has_app": has[Type.TOTP] > 0,
        "has_recovery_codes": has[Type.RECOVERY_CODES] > 0,
    }
    return render(request, "portal/account.html", context)


@never_cache
@require_safe
def session(request: HttpRequest) -> JsonResponse:
    """Return the person signed in now, if any, and the token for forms, which a new sign-in replaces."""
    return JsonResponse({"person": getattr(request.user, "email", ""), "token": get_token(request)})
