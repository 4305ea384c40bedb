"""The security log: who came in, who did not, and who changed what somebody may (ASVS 5, V16).

`tell` writes a JSON line by the logger `codeport.security`, and a line of the timeline of the person, company or token
that it is about, which the back office shows. Neither holds a password, a key of a link, or the secret part of a token.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from allauth.account import signals as account_signals
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.mfa import signals as mfa_signals
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user
from django.contrib.auth.signals import user_logged_out
from django.db import DatabaseError
from django.db.models import Model, QuerySet
from django.db.models.signals import post_save
from django.dispatch import Signal, receiver
from django.forms import BaseForm, Field, ModelChoiceField
from django.http import HttpRequest, HttpResponseBase

from portal.http.cache import count
from portal.http.request_ids import current_request_id
from portal.logs import told
from portal.models import Company, User, UserAuthorizationToken
from portal.timeline import note
from portal.values.addresses import address_of

logger = logging.getLogger("codeport.security")

PREFIX = re.compile(r"uat[0-9a-f]{8}")
SECRET = re.compile("secret|password")
EMPTY: tuple[Any, ...] = (None, "", [], {})
MINUTE = 60
MOST_ALIKE = 10  # refusals of one person, token or address that are noted until a minute passes without one
MOST_OF_STRANGERS = 300  # refusals that are noted likewise of everybody who is not signed in
LONGEST_PATH = 300  # characters
NOBODY = User()  # whom an address belongs to that has no account


def tell(
    what: str,
    *,
    of: Model | None = None,
    by: User | None = None,
    request: HttpRequest | None = None,
    ok: bool = True,
    **detail: object,
) -> None:
    """Log that `what` happened, and note it in the timeline of `of`, if that is given.

    Who did it and from where is known from the request that is served, if any, unless it is told.
    """
    request = request or context.request
    if by is None and request is not None:
        by = _person(request)
    address = address_of(request) if request is not None else None
    detail = told(_without_empty(detail))
    if not ok:
        detail["outcome"] = "failure"
    line = {"outcome": "success", "by": by and by.email, "by_id": by and by.pk, "address": address} | detail
    company = _company(of) or _company(by)
    line |= {"company": company and company.slug, "about": of and of.pk and _named(of)}
    logger.info(what, extra={name: value for name, value in line.items() if value is not None})
    if of is not None:
        note(of, what, by, address=address, request_id=current_request_id(), **detail)


def tell_refusal(
    what: str, *, of: Model | None = None, by: User | None = None, request: HttpRequest | None = None, **detail: Any
) -> None:
    """Log that somebody was refused, and note it too, unless that was done just now: programs ask again and again.

    What is answered does not depend on whether it can be noted.
    """
    request = request or context.request
    who = by.pk if by else request and address_of(request)
    try:
        is_noted = count(f"{what}:{who}:{detail.get('token', '')}", MINUTE) <= MOST_ALIKE and (
            by is not None or count(what, MINUTE) <= MOST_OF_STRANGERS
        )
        tell(what, of=(of or by or NOBODY) if is_noted else None, by=by, request=request, ok=False, **detail)
    except DatabaseError as error:
        logging.getLogger(__name__).warning("A refusal is not in the audit trail: %s", error)


def told_of(form: BaseForm) -> dict[str, Any]:
    """Return what a form has changed, before and after. Of what is secret, only that it was changed."""
    names = [name for name in form.changed_data if not SECRET.search(name)]
    before = {name: _plain(form.fields[name], form.initial.get(name)) for name in names}
    after = {name: _plain(form.fields[name], form.cleaned_data.get(name)) for name in names}
    return {"changed": form.changed_data, "before": _without_empty(before), "after": _without_empty(after)}


def _plain(field: Field, value: Any) -> Any:
    """Return a value of a form as JSON has it, rows by their names."""
    if isinstance(field, ModelChoiceField) and not isinstance(value, Model | list | QuerySet):
        value = field.to_python(value)
    if isinstance(value, list | tuple | QuerySet):
        return [str(each) for each in value]
    return value if value is None or isinstance(value, bool | int) else str(value)


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in EMPTY}


def _person(request: HttpRequest) -> User | None:
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def _of_session(request: HttpRequest) -> User | None:
    """Return the person of the session, where the API took the call as anonymous, as for want of a CSRF token."""
    user = get_user(request) if hasattr(request, "session") else None
    return user if isinstance(user, User) else None


def _company(of: Model | None) -> Company | None:
    """Return the company that `of` is or belongs to."""
    owner = of.user if isinstance(of, UserAuthorizationToken) else of
    return owner if isinstance(owner, Company) else getattr(owner, "company", None)


def _named(of: Model) -> str:
    return f"{of._meta.model_name} {of.prefix if isinstance(of, UserAuthorizationToken) else of.pk}"


def refusals(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Log every answer that refuses somebody, of pages and API alike."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code == 403:
            token = getattr(request, "auth", None)
            by = _person(request) or _of_session(request)
            prefix = token.prefix if isinstance(token, UserAuthorizationToken) else ""
            path = request.path[:LONGEST_PATH]
            tell_refusal("refused", by=by, request=request, method=request.method, path=path, token=prefix)
        return response

    return middleware


def token_refused(token: UserAuthorizationToken | None, secret: str) -> None:
    """Log that a token was refused. Of an unknown one, log only what looks like a prefix."""
    if token is not None:
        tell_refusal("token_refused", of=token, by=token.user, reason=token.state, token=token.prefix)
    else:
        prefix = secret.partition("_")[0]
        tell_refusal("token_refused", reason="unknown", token=prefix if PREFIX.fullmatch(prefix) else "")


def sign_in_refused(request: HttpRequest, what: str, email: str) -> None:
    """Log a sign-in that failed. It takes as long for a known address as for an unknown one."""
    user = User.objects.select_related("company").filter(email__iexact=email).first()
    tell(what, of=user or NOBODY, request=request, ok=False, email=email)


@receiver(account_signals.user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    records = get_authentication_records(request, user)
    provider = next((record["provider"] for record in reversed(records) if "provider" in record), "")
    methods = [str(record["method"]) for record in records]
    tell("signed_in", of=user, by=user, request=request, methods=methods, provider=provider)


@receiver(user_logged_out)
def _signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if isinstance(user, User):
        tell("signed_out", of=user, by=user, request=request)


@receiver(post_save, sender=User)
def _by_command(instance: User, created: bool, **_: Any) -> None:
    """Tell what Django's own commands do, `createsuperuser` and `changepassword`: no request is served then."""
    if context.request is not None:
        return
    if created and instance.is_superuser:
        tell("superuser_made", of=instance, email=instance.email)
    elif not created and getattr(instance, "_password", None) is not None:  # a new one is being saved
        tell("password_changed", of=instance)


def _by_signal(signal: Signal, what: str, *, ok: bool = True) -> None:
    """Have a signal about a person, and perhaps a second step of theirs, logged as `what`."""

    def log(request: HttpRequest, user: User, **more: Any) -> None:
        second_step: Authenticator | None = more.get("authenticator")
        again = bool(more.get("reauthenticated") or more.get("reauthentication"))
        kind = second_step and str(second_step.type)
        tell(what, of=user, by=user, request=request, ok=ok, kind=kind, **({"again": True} if again else {}))

    signal.connect(log, weak=False, dispatch_uid=what)


_by_signal(account_signals.password_changed, "password_changed")
_by_signal(account_signals.password_set, "password_set")
_by_signal(account_signals.password_reset, "password_reset")
_by_signal(mfa_signals.authenticator_added, "second_step_added")
_by_signal(mfa_signals.authenticator_removed, "second_step_removed")
_by_signal(mfa_signals.authenticator_reset, "recovery_codes_renewed")
_by_signal(mfa_signals.authenticator_used, "second_step_passed")
_by_signal(mfa_signals.authentication_failed, "second_step_failed", ok=False)
