"""The page of one's own account."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.people import role_of
from portal.models import User
from portal.pages.access import PersonRequest, page
from portal.pages.languages import time_zones
from portal.values.words import gettext_lazy

Type = Authenticator.Type


class LanguageForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """In which language and time zone a person reads the portal."""

    AS_COMPANY = ("", gettext_lazy("As the company"))

    language = forms.ChoiceField(
        label=gettext_lazy("Language"), required=False, choices=[AS_COMPANY, *settings.LANGUAGES]
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        required=False,
        choices=[AS_COMPANY, ("UTC", "UTC"), *((name, name) for name in time_zones())],
    )

    class Meta:
        model = User
        fields: ClassVar = ["language", "time_zone"]


@page()
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: PersonRequest) -> HttpResponse:
    """Show the person's data and ways to sign in, and let the person choose language, time zone and mail."""
    form = LanguageForm(request.POST if "language" in request.POST else None, instance=request.user)
    if form.is_valid():
        form.save()
        with translation.override(form.cleaned_data["language"] or translation.get_language_from_request(request)):
            messages.success(request, gettext("Saved."))
        return redirect("account")
    if request.method == "POST" and not form.is_bound:
        User.objects.filter(pk=request.user.pk).update(wants_mail="wants_mail" in request.POST)
        messages.success(request, gettext("Saved."))
        return redirect("account")
    has = Counter(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    context = {
        "role": role_of(request.user),
        "passkeys": has[Type.WEBAUTHN],
        "has_app": has[Type.TOTP] > 0,
        "form": form,
        "has_recovery_codes": has[Type.RECOVERY_CODES] > 0,
    }
    return render(request, "portal/account.html", context)


@never_cache
@require_safe
def session(request: HttpRequest) -> JsonResponse:
    """Return the person signed in now, if any, and the token for forms, which a new sign-in replaces."""
    return JsonResponse({"person": getattr(request.user, "email", ""), "token": get_token(request)})
