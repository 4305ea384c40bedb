"""Companies, people and tokens in the back office."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from ipaddress import ip_address
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from portal.accounts import people
from portal.accounts.people_office import UserOffice  # noqa: F401  # registers itself
from portal.accounts.security_log import tell, told_of
from portal.accounts.sign_on.office import IdentityProviderOffice  # noqa: F401  # registers itself
from portal.accounts.tokens import revoke
from portal.back_office.admin import Office, ReadOnly, person
from portal.back_office.lists import Rows, TypedFilter, typed
from portal.models import Company, Event, User, UserAuthorizationToken

MOST_DIGITS = 19  # of an id

# Roles stand in `portal.roles`; the others hold addresses nobody uses, session keys, and secrets of second steps, or
# are the library's own rows of single sign-on, of which we use one as links.
for model in (Group, EmailAddress, UserSession, Authenticator, SocialApp, SocialToken, SocialAccount):
    admin.site.unregister(model)


@admin.register(Company)
class CompanyOffice(Office):
    operators_may = ("add",)
    list_display = ["name", "slug", "kind", "created_at"]
    list_filter = ["kind"]
    search_fields = ["name", "=slug"]
    readonly_fields = ["created_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Slug and kind are in codes' URLs and in what its people may do."""
        return ["slug", "kind", "created_at"] if obj else ["created_at"]

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer no former company: `manage.py forget` alone makes one."""
        kinds = [kind for kind in Company.Kind.choices if kind[0] != Company.Kind.FORMER]
        return super().formfield_for_choice_field(db_field, request, **kwargs | {"choices": kinds})

    def save_model(self, request: HttpRequest, obj: Company, form: ModelForm[Company], change: bool) -> None:
        super().save_model(request, obj, form, change)
        tell("company_changed" if change else "company_made", of=obj, company_name=obj.name, **told_of(form))


class OfCompany(TypedFilter):
    """Lines of a company, which are looked up by its number: their index is by that."""

    parameter_name, title, hint = "company", "company", "Slug"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        value = (self.value() or "").strip()
        found = Company.objects.filter(slug=value).values_list("pk", flat=True)
        return queryset.filter(company__in=list(found)) if value else queryset


class OfDay(TypedFilter):
    """Lines of a day, as the clock of UTC has it, which the list shows."""

    parameter_name, title, hint = "day", "day", "2026-11-30"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        value = (self.value() or "").strip()
        if not value:
            return queryset
        try:
            begin = datetime.combine(date.fromisoformat(value), time.min, UTC)
            return queryset.filter(at__gte=begin, at__lt=begin + timedelta(days=1))
        except (ValueError, OverflowError):
            return queryset.none()


@admin.register(Event)
class EventOffice(ReadOnly):
    list_display = ["at", "what", "subject", "subject_id", "company", "by", "address", "detail"]
    list_filter = [typed("what", "what"), OfCompany, OfDay, typed("subject", "subject", "Model's name")]
    list_select_related = ["by", "company"]
    fields = ["at", "what", "subject", "subject_id", "company", "by", "address", "detail", "seal"]
    search_fields = ["by__email", "=subject_id", "=address"]
    search_help_text = "The whole e-mail of who did it, the id of what it was done to, or an address."
    rows = Rows
    sortable_by = ()

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """The latest first: of a day by time, which its index is by."""
        return ("-at", "-id") if request.GET.get(OfDay.parameter_name) else ("-id",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Event], search_term: str
    ) -> tuple[QuerySet[Event], bool]:
        """By what the term is, so that one column is looked through, or one person's events found by their index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if term.isascii() and term.isdecimal():
            return queryset.filter(subject_id=int(term) if len(term) < MOST_DIGITS else -1), False
        if "@" in term:
            found = User.objects.filter(email__iexact=term).values_list("pk", flat=True)
            return queryset.filter(by__in=list(found)), False
        try:
            return queryset.filter(address=str(ip_address(term))), False
        except ValueError:
            return queryset.none(), False


@admin.register(UserAuthorizationToken)
class TokenOffice(ReadOnly):
    operators_may = ("act",)
    list_display = ["name", "prefix", "user", "company", "state", "expires_at", "last_used_at"]
    list_filter = [typed("user__company__slug", "company", "Slug"), "expires_at", "revoked_at"]
    list_select_related = ["user__company"]
    search_fields = ["name", "=prefix", "user__email"]
    ordering = ["-id"]
    fields = ["user", "name", "prefix", "permissions", "created_at", "expires_at", "last_used_at", "revoked_at"]
    actions = ["revoke"]

    @admin.display
    def company(self, token: UserAuthorizationToken) -> Company | None:
        return token.user.company

    @admin.display
    def state(self, token: UserAuthorizationToken) -> str:
        return token.state

    @admin.action(description="Revoke", permissions=["act"])
    def revoke(self, request: HttpRequest, rows: QuerySet[UserAuthorizationToken]) -> None:
        one, by = UserAuthorizationToken.objects, person(request)
        self.act(
            request,
            rows,
            lambda token: people.in_reach(token.user, by) and revoke(one.filter(pk=token.pk)) > 0,
            "Revoked",
        )
