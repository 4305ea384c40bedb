"""The page of one's own account."""

from __future__ import annotations

from collections import Counter

from allauth.mfa.models import Authenticator
from django.http import HttpResponse
from django.shortcuts import render

from portal.access import PersonRequest, page
from portal.people import role_of

Type = Authenticator.Type


@page()
def account(request: PersonRequest) -> HttpResponse:
    """Who one is here, and the ways to sign in."""
    has = Counter(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    context = {
        "role": role_of(request.user),
        "passkeys": has[Type.WEBAUTHN],
        "has_app": has[Type.TOTP] > 0,
        "has_recovery_codes": has[Type.RECOVERY_CODES] > 0,
    }
    return render(request, "portal/account.html", context)
