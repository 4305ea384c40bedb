"""Pages of single sign-on: who asks where to sign in is led to the company's provider, and comes back from there."""

from __future__ import annotations

from allauth.account.utils import get_next_redirect_url
from allauth.core.internal import ratelimit
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from portal.accounts.sign_on import saml
from portal.accounts.sign_on.adapter import app_of
from portal.accounts.sign_on.asking import Failed
from portal.accounts.sign_on.openid_connect import Adapter
from portal.accounts.sign_on.providers import domain_of, provider_for
from portal.accounts.sign_on.refusals import refuse
from portal.models import IdentityProvider
from portal.values.words import gettext_lazy

LIMITS = {"sign_on": "300/m/ip"}


class AddressForm(forms.Form):
    """The e-mail address, whose domain says where its people sign in. It is named as the sign-in's own."""

    login = forms.EmailField(
        label=gettext_lazy("E-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "username"})
    )

    def clean_login(self) -> str:
        email: str = self.cleaned_data["login"]
        self.provider = provider_for(email)
        if self.provider is None:
            said = gettext("Nobody at {domain} signs in that way here. Sign in with your password.")
            raise forms.ValidationError(said.format(domain=domain_of(email)))
        return email


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_on(request: HttpRequest) -> HttpResponseBase:
    """Ask for the address, and lead on to the company's provider."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    next_url = get_next_redirect_url(request)
    if not form.is_valid():
        return render(request, "account/sign_on.html", {"form": form, "next": next_url})
    assert form.provider is not None  # noqa: S101  # a valid form has one
    limited: HttpResponseBase | None = ratelimit.consume_or_429(request, app="portal", action="sign_on", config=LIMITS)
    return limited or lead_on(request, form.provider, form.cleaned_data["login"], next_url)


def lead_on(request: HttpRequest, provider: IdentityProvider, email: str, next_url: str | None = None) -> HttpResponse:
    """Return the page that leads to the provider by itself.

    It is no redirect, since browsers apply our policy for forms to what a form's answer leads to.
    """
    try:
        url = app_of(provider).get_provider(request).begin(request, email, next_url)
    except Failed as failed:
        return refuse(request, provider, failed.reason)
    return render(request, "account/sign_on_leads.html", {"url": url, "provider": provider})


@never_cache
@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Take what a provider of OpenID Connect sent the browser back with."""
    try:
        adapter = Adapter(request, provider_id)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    except Failed as failed:
        return refuse(request, IdentityProvider.objects.get(slug=provider_id), failed.reason)
    try:
        response: HttpResponseBase = OAuth2CallbackView.adapter_view(adapter)(request)
    except Failed as failed:
        return refuse(request, adapter.record, failed.reason)
    return response


def _saml(slug: str) -> IdentityProvider:
    found = IdentityProvider.objects.select_related("company")
    return get_object_or_404(found, slug=slug, is_active=True, protocol=IdentityProvider.Protocol.SAML)


@never_cache
@csrf_exempt  # the provider's page posts it; what it asserts is signed, and opens nothing but the session that asked
@require_POST
def saml_acs(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Take what a provider of SAML has a browser post, and lead on to where the session is known."""
    provider = _saml(slug)
    limited: HttpResponseBase | None = ratelimit.consume_or_429(request, app="portal", action="sign_on", config=LIMITS)
    if limited:
        return limited
    try:
        text = saml.checked(provider, request.POST.get("SAMLResponse", ""))
    except Failed as failed:
        return refuse(request, provider, failed.reason)
    return HttpResponseRedirect(f"{reverse('saml-finish', args=[slug])}?{urlencode({'text': text})}")


@never_cache
@require_GET
def saml_finish(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Sign in whom a checked assertion names, in the session that asked for it."""
    provider = _saml(slug)
    try:
        login = saml.opened(app_of(provider).get_provider(request), request, request.GET.get("text", ""))
    except (Failed, PermissionDenied):
        return refuse(request, provider, "state")
    response: HttpResponseBase = complete_social_login(request, login)
    return response


@require_safe
def saml_metadata(request: HttpRequest, slug: str) -> HttpResponse:
    """Return what a provider of SAML has to know about the portal."""
    return HttpResponse(saml.metadata(_saml(slug)), content_type="application/samlmetadata+xml")
