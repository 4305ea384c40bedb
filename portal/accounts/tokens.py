"""The rules of tokens: whose may be seen, what may be given to one, and for how long."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q, QuerySet
from django.forms.models import ModelChoiceIterator
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from portal.accounts.security_log import tell
from portal.models import User, UserAuthorizationToken
from portal.roles import CODENAMES
from portal.values.texts import PRINTABLE
from portal.values.words import gettext_lazy

gettext_noop("Companies")  # what permissions are about; pages say the others themselves
LONGEST_DAYS, LONGEST_NAME = 3650, 100
UPLOADING = (  # what a system needs that uploads ids, and takes what became of them
    *("ingestion_code_create", "ingestion_view", "product_view", "workorder_view"),
    *("workorder_create", "workorder_download", "workorder_sid_download"),
)
PRESETS = {
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
    "365": gettext_lazy("1 year"),
    "date": gettext_lazy("Until the date below"),
}
STATES = {
    "active": gettext_lazy("active"),
    "expiring": gettext_lazy("expires soon"),
    "expired": gettext_lazy("expired"),
    "stopped": gettext_lazy("stopped"),
    "revoked": gettext_lazy("revoked"),
}
SOON = timedelta(days=14)  # in which a token that expires is told of
WITHOUT_API = ("company_people", "company_tokens", "portal_operate")  # what pages alone can do is nothing for a token


def tokens_for(user: User) -> QuerySet[UserAuthorizationToken]:
    """Return the tokens `user` may see and revoke: the user's own, or the company's for those who manage them."""
    if user.company_id and user.may("company_tokens"):
        return UserAuthorizationToken.objects.filter(user__company_id=user.company_id)
    return UserAuthorizationToken.objects.filter(user=user)


def grantable(user: User) -> QuerySet[Permission]:
    """Return the permissions that `user` holds and may give to a token, grouped by what they are about."""
    held = [codename for codename in CODENAMES if user.may(codename)]
    permissions = Permission.objects.filter(codename__in=held).exclude(codename__in=WITHOUT_API)
    return permissions.select_related("content_type").order_by("content_type__app_label", "content_type__model", "pk")


def last_moment(day: date) -> datetime:
    """Return the end of `day` in the time zone of the request."""
    return datetime.combine(day, time.max, timezone.get_current_timezone())


class ByModel(ModelChoiceIterator):  # type: ignore[type-arg]  # not generic at run time
    """The permissions to choose from, under the name of what they are about."""

    def __iter__(self) -> Any:
        for model, permissions in groupby(self.queryset, lambda permission: permission.content_type):
            about = model.model_class()._meta.verbose_name_plural
            yield gettext(str(about).capitalize()), [self.choice(permission) for permission in permissions]


class PermissionField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Boxes to tick, worded as in the models."""

    iterator = ByModel
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return gettext(str(obj.name))


class TokenForm(forms.Form):
    """The form by which `user` creates a token."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("What it is for, like “packaging line 4”."),
    )
    permissions = PermissionField(
        queryset=Permission.objects.none(), error_messages={"required": gettext_lazy("Choose at least one.")}
    )
    valid = forms.ChoiceField(label=gettext_lazy("Valid for"), choices=PRESETS.items(), initial="90")
    date = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )

    def __init__(self, user: User, data: Any = None, *, uploads: bool = False) -> None:
        super().__init__(data)
        self.user = user
        permissions = grantable(user)
        self.fields["permissions"].queryset = permissions  # type: ignore[attr-defined]  # a choice of rows
        if uploads:
            self.initial["permissions"] = [str(each.pk) for each in permissions.filter(codename__in=UPLOADING)]
        today = timezone.localdate()
        self.fields["date"].widget.attrs |= {"min": today, "max": today + timedelta(days=LONGEST_DAYS)}

    def boxes(self) -> list[tuple[str | None, list[dict[str, Any]], int]]:
        """Return the permissions to tick, in groups."""
        field = self["permissions"]
        groups: list[tuple[str | None, list[dict[str, Any]], int]] = field.field.widget.optgroups(
            field.html_name, field.value() or [], {"id": field.auto_id}
        )
        return groups

    def clean_name(self) -> str:
        """Refuse a second valid token of one name, which nobody could tell apart. This also stops a page sent twice."""
        name: str = self.cleaned_data["name"]
        PRINTABLE(name)
        if valid_tokens(self.user).filter(name=name).exists():
            raise forms.ValidationError(
                gettext("You have a valid token of this name already; revoke it or take another name.")
            )
        return name

    def clean(self) -> None:
        day, today = self.cleaned_data.get("date"), timezone.localdate()
        if self.cleaned_data.get("valid") != "date" or "date" in self.errors:
            return
        if day is None:
            self.add_error("date", gettext("Choose the last day."))
        elif not today <= day <= today + timedelta(days=LONGEST_DAYS):
            self.add_error(
                "date",
                gettext("Choose a day from today on, {years} years ahead at most.").format(years=LONGEST_DAYS // 365),
            )

    def issue(self) -> tuple[UserAuthorizationToken, str]:
        """Create the token and return it with its secret. The form must be valid."""
        asked = self.cleaned_data
        days = asked["valid"]
        expires_at = last_moment(asked["date"]) if days == "date" else timezone.now() + timedelta(days=int(days))
        return make(self.user, asked["name"], expires_at, list(asked["permissions"]))


def make(
    user: User, name: str, expires_at: datetime, permissions: list[Permission]
) -> tuple[UserAuthorizationToken, str]:
    """A new token of `user` and its secret."""
    may = sorted(permission.codename for permission in permissions)
    with transaction.atomic():
        token, secret = UserAuthorizationToken.issue(user, name=name, expires_at=expires_at, permissions=permissions)
        tell("token_made", of=token, token_name=name, expires_at=expires_at.isoformat(), permissions=may)
    return token, secret


def valid_tokens(user: User) -> QuerySet[UserAuthorizationToken]:
    """Return the tokens of `user` that are neither revoked nor expired."""
    return user.tokens.filter(revoked_at=None, expires_at__gt=timezone.now())


def expiring(tokens: QuerySet[UserAuthorizationToken]) -> QuerySet[UserAuthorizationToken]:
    """Keep the tokens that open something now, and will not for long."""
    return tokens.filter(_is("expiring"))


def found(tokens: QuerySet[UserAuthorizationToken], query: str, state: str) -> QuerySet[UserAuthorizationToken]:
    """Keep the tokens of a state, if one is named, that have `query` in their name or e-mail, or begin with it."""
    if query:
        begins = Q(prefix__istartswith=query.rstrip("…"))
        tokens = tokens.filter(begins | Q(name__icontains=query) | Q(user__email__icontains=query))
    return tokens.filter(_is(state)) if state else tokens


def _is(state: str) -> Q:
    """What holds now of the tokens of one of the `STATES`."""
    now, revoked = timezone.now(), ~Q(revoked_at=None)
    ended, shut_out = Q(expires_at__lte=now), Q(user__is_active=False)
    active = ~revoked & ~ended & ~shut_out
    return {
        "active": active,
        "expiring": active & Q(expires_at__lt=now + SOON),
        "expired": ~revoked & ended,
        "stopped": ~revoked & ~ended & shut_out,
        "revoked": revoked,
    }[state]


def revoke(tokens: QuerySet[UserAuthorizationToken]) -> int:
    """Revoke tokens for ever, at once. Return how many were not revoked yet."""
    revoked = 0
    for token in tokens.filter(revoked_at=None).select_related("user__company"):
        with transaction.atomic():
            valid = UserAuthorizationToken.objects.filter(pk=token.pk, revoked_at=None)
            if valid.update(revoked_at=timezone.now()):
                tell("token_revoked", of=token, token_name=token.name)
                revoked += 1
    return revoked


def worded(permissions: Iterable[Permission]) -> list[str]:
    """List what `permissions` allow in words, without the “Can” that all begin with."""
    return sorted(gettext(permission.name).removeprefix("Can ") for permission in permissions)
