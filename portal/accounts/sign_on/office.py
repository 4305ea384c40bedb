"""Identity providers of companies in the back office, where those who run the portal set them up."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount
from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest

from portal.accounts.people import wrong_roles
from portal.accounts.security_log import tell, told_of
from portal.accounts.sessions import end_sessions
from portal.accounts.sign_on.openid_connect import callback_url
from portal.accounts.sign_on.providers import domain_of, role_lines, seal
from portal.accounts.sign_on.saml import acs_url, certificates, entity_id
from portal.back_office.admin import Office
from portal.back_office.lists import typed
from portal.models import IdentityProvider, SignInDomain, User

IDENTITY = ("protocol", "issuer")  # with another one, the people whom it names are others
NO_SLUGS = ("saml",)  # names that the library has for kinds of providers


class ProviderForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """An identity provider, whose secret is typed and never shown."""

    secret = forms.CharField(
        label="Client secret",
        required=False,
        max_length=500,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text="OpenID Connect alone. It is stored encrypted, and not shown again. Empty: the one that is stored.",
    )

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"]
        if slug in NO_SLUGS:
            raise forms.ValidationError("Choose another one.")
        return slug

    def clean_roles(self) -> str:
        try:
            role_lines(self.cleaned_data["roles"])
        except ValueError as error:
            raise forms.ValidationError(f"“{error}” is no line of a value, = and a role.") from None
        text: str = self.cleaned_data["roles"]
        return text

    def clean(self) -> dict[str, Any]:
        """Refuse what cannot work: a URL that is none, what is missing, roles that no one of the company can have."""
        data: dict[str, Any] = self.cleaned_data
        is_private, company = data.get("is_private"), data.get("company") or getattr(self.instance, "company", None)
        is_saml = data.get("protocol") == IdentityProvider.Protocol.SAML
        place = "sign_in_url" if is_saml else "issuer"
        parts = urlsplit(data.get(place, ""))
        if parts.scheme not in (("https", "http") if is_private else ("https",)) or not parts.hostname:
            self.add_error(place, "This is a URL that begins with https://.")
        if is_saml and not certificates(data.get("certificate", "")):
            self.add_error("certificate", "SAML needs a certificate, from BEGIN CERTIFICATE to END CERTIFICATE.")
        if not is_saml and not data.get("client_id"):
            self.add_error("client_id", "OpenID Connect needs one.")
        lines = role_lines(data.get("roles", "")).values()
        for name, roles in (("roles", lines), ("default_role", [data.get("default_role")])):
            if company and (wrong := wrong_roles(company.kind, [role for role in roles if role])):
                self.add_error(name, wrong)
        return data


class DomainsInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    model = SignInDomain
    extra = 1
    verbose_name = "domain"
    verbose_name_plural = "domains of e-mail addresses"


@admin.register(IdentityProvider)
class IdentityProviderOffice(Office):
    form = ProviderForm
    inlines = [DomainsInline]
    list_display = ["name", "company", "protocol", "is_active", "is_required", "issuer"]
    list_filter = ["protocol", "is_active", "is_required", typed("company__slug", "company", "Slug")]
    list_select_related = ["company"]
    autocomplete_fields = ["company"]
    search_fields = ["name", "=slug", "issuer"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The slug stands in addresses that the provider knows, and the company in what people may do."""
        return ["company", "slug", "addresses"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = [*super().get_fields(request, obj)]
        names.remove("secret")
        names.insert(names.index("client_id") + 1, "secret")
        return names

    @admin.display(description="Tell the provider")
    def addresses(self, provider: IdentityProvider) -> str:
        if provider.protocol == IdentityProvider.Protocol.SAML:
            return f"Entity ID and metadata: {entity_id(provider)} · Assertion consumer: {acs_url(provider)}"
        return f"Redirect URI: {callback_url(provider)}"

    def save_model(self, request: HttpRequest, obj: IdentityProvider, form: Any, change: bool) -> None:
        if form.cleaned_data["secret"]:
            obj.client_secret = seal(form.cleaned_data["secret"])
        super().save_model(request, obj, form, change)
        if change and set(form.changed_data) & set(IDENTITY):
            SocialAccount.objects.filter(provider=obj.slug).delete()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        provider: IdentityProvider = form.instance
        domains = [row.domain for row in provider.domains.all()]
        if provider.is_active and provider.is_required:
            transaction.on_commit(lambda: _end_others(provider, domains))  # a sign-in after it is led to the provider
        what = "provider_changed" if change else "provider_made"
        tell(what, of=provider.company, provider=provider.slug, domains=domains, **told_of(form))


def _end_others(provider: IdentityProvider, domains: list[str]) -> None:
    """End the sessions, begun elsewhere, of the people whom the provider binds."""
    for person in User.objects.filter(company=provider.company, is_superuser=False):
        if domain_of(person.email) in domains:
            end_sessions(person, but_of=provider.slug)
