"""The back office: Django's admin for those who run the portal, in which nothing can be changed that a rule forbids.

Each app registers its models in its `admin.py`. What is done to them goes through the same services as everywhere.
Its pages cost the same however many rows there are: `portal.back_office.lists` says how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, ClassVar, NamedTuple

from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.db import connection
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from portal.back_office.lists import MOST_AT_ONCE, CountedRows, Rows, RowsPage
from portal.models import Company, User
from portal.values.texts import PRINTABLE, Visible

OPERATE = "portal_operate"  # the permission of operators, which superusers hold as well
MOST_COUNTED = 10_000  # rows that a counter of the first page counts itself


class Counter(NamedTuple):
    """A number on the first page, and where it leads, if anywhere."""

    label: str
    number: int
    url: str = ""


class BackOffice(admin.AdminSite):
    """Django's admin under our name, with counters on its first page and the portal's own sign-in."""

    site_header = site_title = "Codeport back office"
    index_title = "Back office"
    index_template = "admin/back_office.html"
    enable_nav_sidebar = False
    counters: ClassVar[list[Callable[[], Iterable[Counter]]]] = []

    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Sends to the one sign-in, with its limits. Who is signed in and may not enter is refused."""
        if not self.has_permission(request):
            raise PermissionDenied
        return super().login(request, extra_context)

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether the person enters: superusers and operators."""
        return super().has_permission(request) and person(request).may(OPERATE)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Leads to the account's own page, which limits guesses at the old password, logs and mails the change."""
        return redirect("account_change_password")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        numbers = [counter for count in self.counters for counter in count()]
        return super().index(request, (extra_context or {}) | {"counters": numbers})


class Office(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """A kind of row that is never deleted, listed a page at a time, and counted no further than pages go.

    Operators see every kind. What else they may is in `operators_may`: "add", "act". Superusers may what Django says.
    """

    operators_may: ClassVar[tuple[str, ...]] = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they would count all rows for each choice of each filter
    list_per_page = 50
    list_max_show_all = MOST_AT_ONCE
    rows: type[Rows] = CountedRows

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[RowsPage]:
        return RowsPage

    def get_paginator(self, request: HttpRequest, queryset: Any, per_page: int, *args: Any, **options: Any) -> Rows:
        return self.rows(request, queryset, per_page)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the values that the URL gives for a new form, without those that are not valid for their field."""
        asked = super().get_changeform_initial_data(request)
        return {name: value for name, value in asked.items() if self._may_be(name, value)}

    def _may_be(self, name: str, value: Any) -> bool:
        with suppress(FieldDoesNotExist, ValidationError):
            field = self.opts.get_field(name)
            typed = field.formfield() if isinstance(field, Field) else None
            if typed:
                typed.clean(value)
                return True
        return False

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **options: Any) -> Any:
        """Django's, but for chosen keys that no row can have, at which it fails."""
        try:
            queryset.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
        except ValueError:
            self.message_user(request, "Nothing was done: choose rows of the list.", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        return super().response_action(request, queryset, *args, **options)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A text that is typed here has no characters that nobody sees."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, forms.CharField):
            takes_lines = isinstance(field.widget, forms.Textarea)
            field.validators.append(Visible(lines=True) if takes_lines else PRINTABLE)
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A company that was deleted gets nothing new."""
        if db_field.related_model is Company:
            kwargs["queryset"] = Company.objects.exclude(kind=Company.Kind.FORMER)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) or _operates(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_view_permission(request, obj) or _operates(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) or ("add" in self.operators_may and _operates(request))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Say whether the person may use the actions.

        Whoever may change such rows may, even where forms change nothing.
        """
        name = f"{self.opts.app_label}.change_{self.opts.model_name}"
        return request.user.has_perm(name) or ("act" in self.operators_may and _operates(request))

    def act(self, request: HttpRequest, rows: QuerySet[Any], do: Callable[[Any], bool], done: str) -> None:
        """`do` it to each of `rows`, log where something was done, and tell how many that were.

        Nothing is done to more than MOST_AT_ONCE, which would take a thread of the web server for minutes.
        """
        if rows[MOST_AT_ONCE : MOST_AT_ONCE + 1].exists():
            refusal = f"Nothing was done: choose {MOST_AT_ONCE} rows at most, with a filter or a search if need be."
            self.message_user(request, refusal, messages.ERROR)
            return
        acted = [row for row in rows if do(row)]
        for row in acted:
            self.log_change(request, row, done)
        level = messages.SUCCESS if acted else messages.WARNING
        self.message_user(request, f"{done}: {len(acted)} of {len(rows)}.", level)


class ReadOnly(Office):
    """A kind of row that is looked at, and changed by actions alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _operates(request: HttpRequest) -> bool:
    return person(request).may(OPERATE)


def person(request: HttpRequest) -> User:
    """Return the person who acts. Nobody else gets into the back office."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def estimated_rows(model: type[Model]) -> int:
    """Return the number of rows that PostgreSQL's planner estimates for the table; it counts a few thousand itself.

    A table that PostgreSQL has not looked at yet is a small one, or about to be looked at.
    """
    counted = model._default_manager.order_by()[: MOST_COUNTED + 1].count()
    if counted <= MOST_COUNTED:
        return counted
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass", [model._meta.db_table]
        )
        (number,) = cursor.fetchone()
        return max(int(number), counted)
