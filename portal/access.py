"""Who may pass a door: the signed-in person, checked for one permission."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from portal.models import User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class PersonRequest(HttpRequest):
    """A request whose sender is signed in."""

    user: User


def page(
    permission: str | None = None,
) -> Callable[[Callable[Concatenate[PersonRequest, P], HttpResponseBase]], View[P]]:
    """A page for signed-in people who hold `permission`; others are sent to sign in, or refused with 403."""

    def decorate(view: Callable[Concatenate[PersonRequest, P], HttpResponseBase]) -> View[P]:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person: PersonRequest = request  # type: ignore[assignment]  # login_required saw to it
            if permission and not person.user.may(permission):
                raise PermissionDenied
            return view(person, *args, **kwargs)

        return guarded

    return decorate
