"""Guards pages: the person must be signed in and hold one permission."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from portal.models import User

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request whose sender is signed in."""

    user: User


PageView = Callable[Concatenate[PersonRequest, P], HttpResponseBase]
GuardedView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def page(permission: str | None = None) -> Callable[[PageView[P]], GuardedView[P]]:
    """Make a view a page for people who hold `permission`. Others are sent to sign in, or refused with 403."""

    def decorate(view: PageView[P]) -> GuardedView[P]:
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person: PersonRequest = request  # type: ignore[assignment]  # login_required saw to it
            if permission and not person.user.may(permission):
                raise PermissionDenied
            return view(person, *args, **kwargs)

        update_wrapper(guarded, view)
        return login_required(guarded)

    return decorate
