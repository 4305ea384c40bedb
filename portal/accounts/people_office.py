"""People in the back office."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import ManyToManyField, QuerySet
from django.forms import CheckboxSelectMultiple, ModelForm
from django.http import HttpRequest

from portal.accounts import invitations, people
from portal.accounts.people import LastAdmin
from portal.accounts.security_log import tell, told_of
from portal.accounts.sessions import end_sessions
from portal.back_office.admin import Office, person
from portal.back_office.lists import typed
from portal.models import User


class PersonForm(ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A person, whose roles fit the company."""

    def clean(self) -> None:
        """Refuse roles that people of such a company, or of none, cannot hold."""
        company, groups = self.cleaned_data.get("company"), self.cleaned_data.get("groups", ())
        if wrong := people.wrong_roles(company.kind if company else None, [group.name for group in groups]):
            self.add_error("groups", wrong)


@admin.register(User)
class UserOffice(Office):
    operators_may = ("add", "act")
    form = PersonForm
    list_display = ["email", "name", "company", "role", "state", "is_staff", "last_login"]
    list_filter = ["is_active", "groups", "is_staff", typed("company__slug", "company", "Slug")]
    list_select_related = ["company"]
    autocomplete_fields = ["company"]
    search_fields = ["email", "name"]
    fields = [
        "email",
        "name",
        "company",
        "groups",
        "is_staff",
        "is_superuser",
        "is_active",
        "last_login",
        "date_joined",
    ]
    formfield_overrides = {ManyToManyField: {"widget": CheckboxSelectMultiple}}
    readonly_fields = ["is_staff", "is_superuser", "is_active", "last_login", "date_joined"]
    actions = ["invite", "deactivate", "reactivate", "sign_out", "forget_second_step", "forget_link"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display
    def role(self, user: User) -> str:
        if user.is_superuser:
            return "superuser"
        roles = [group.name for group in user.groups.all()]
        said = people.role_of(user) or ", ".join(roles)
        return f"{said} (counts for nothing)" if people.wrong_roles(user.company_kind, roles) else said

    @admin.display
    def state(self, user: User) -> str:
        return people.state_of(user)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer every role to superusers, and to operators all but their own."""
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is not None and not person(request).is_superuser:
            field.queryset = Group.objects.exclude(name=people.OPERATOR)
        return field

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        """A new person gets an invitation; nobody sets somebody else's password. Operators enter the back office."""
        obj.is_staff = obj.is_superuser or any(role.name == people.OPERATOR for role in form.cleaned_data["groups"])
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change:
            self.act(request, User.objects.filter(pk=obj.pk), lambda user: self._invite(request, user), "Invited")

    def save_related(self, request: HttpRequest, form: ModelForm[User], formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        user = form.instance
        tell(
            "person_changed" if change else "person_made",
            of=user,
            **told_of(form),
            role=self.role(User.objects.get(pk=user.pk)),
            is_staff=user.is_staff,
        )
        if change and form.changed_data:
            end_sessions(user)

    def _invite(self, request: HttpRequest, user: User) -> bool:
        by = person(request)
        if people.state_of(user) != "invited" or not people.in_reach(user, by):
            return False
        invitations.welcome(user, by)
        return True

    @admin.action(description="Invite again who has not come yet", permissions=["act"])
    def invite(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self.act(request, rows, lambda user: self._invite(request, user), "Invited")

    @admin.action(description="Deactivate", permissions=["act"])
    def deactivate(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self._act(request, rows, _deactivated, "Deactivated, never the last admin or superuser")

    @admin.action(description="Reactivate", permissions=["act"])
    def reactivate(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self._act(request, rows.filter(is_active=False), _reactivated, "Reactivated")

    @admin.action(description="Sign out everywhere", permissions=["act"])
    def sign_out(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self._act(request, rows, lambda user: end_sessions(user) > 0, "Signed out")

    @admin.action(description="Forget the second step and the passkeys", permissions=["act"])
    def forget_second_step(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self._act(request, rows, _forgotten, "Forgotten")

    def _act(self, request: HttpRequest, rows: QuerySet[User], do: Callable[[User], bool], done: str) -> None:
        """As `act`, to those alone whom the person may touch."""
        self.act(request, rows, lambda user: people.in_reach(user, person(request)) and do(user), done)

    @admin.action(description="Forget the link to the company's identity provider", permissions=["act"])
    def forget_link(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self._act(request, rows, _unlinked, "Forgotten")


def _deactivated(user: User) -> bool:
    try:
        people.deactivate(user)
    except LastAdmin:
        return False
    return True


def _forgotten(user: User) -> bool:
    if not Authenticator.objects.filter(user=user).delete()[0]:
        return False
    tell("second_step_forgotten", of=user)
    return True


def _unlinked(user: User) -> bool:
    if not SocialAccount.objects.filter(user=user).delete()[0]:
        return False
    tell("sign_on_forgotten", of=user)
    return True


def _reactivated(user: User) -> bool:
    people.reactivate(user)
    return True
