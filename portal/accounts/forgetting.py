"""Forgetting a person: the row stays, for the sake of what it is named in, and tells nothing of who it was.

In the place of the e-mail stands "a former person" with a number, in every list, file and call. Nobody signs in by it,
and no mail goes there. Timelines keep what was done and when.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import BooleanField, CharField, Field, JSONField, Model, Q, QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now

from portal.accounts.people import with_an_admin
from portal.accounts.security_log import tell
from portal.models import Company, Event, Invitation, Letter, User, UserAuthorizationToken
from portal.trail.hashes import GONE

Counts = list[tuple[str, int]]  # what is counted, and how many there are

CONTENT = {"workorders_code", "workorders_codechange", "ingestion_ingestionerror"}
"""Tables of what companies uploaded, which are not searched: what stands there is theirs, and there may be millions."""


VALUES = (
    "(SELECT jsonb_object_agg(key, CASE WHEN value::text ~* %s THEN to_jsonb(%s::text) ELSE value END)"
    " FROM jsonb_each(detail))"
)


def tell_person(user: User) -> tuple[Counts, Counts]:
    """Count what forgetting the person deletes, and what stays without the name."""
    tokens = user.tokens.all()
    goes = [
        ("sessions", UserSession.objects.filter(user=user).count()),
        ("tokens", tokens.count()),
        ("accounts at identity providers", SocialAccount.objects.filter(user=user).count()),
        ("second steps and passkeys", Authenticator.objects.filter(user=user).count()),
        ("e-mails that wait to be sent", Letter.objects.filter(email__iexact=user.email).count()),
        ("invitations of this address", Invitation.objects.filter(email__iexact=user.email).count()),
        ("addresses in lines of timelines", _lines(user).exclude(address=None).count()),
    ]
    return goes, [("lines of timelines", _lines(user).count()), *_made_by(user)]


def forget_person(user: User) -> None:
    """Forget the person. Raise LastAdmin or LastOperator where nobody would be left who looks after the rest."""
    with transaction.atomic():
        with with_an_admin(user):
            forget(user)
        tell("person_forgotten", of=User.objects.get(pk=user.pk))


def forget(user: User) -> None:
    """Delete what belongs to the person, and take name and e-mail out of everything else, in one transaction."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        email, name = user.email, f"a former person ({user.pk})"
        _forget_lines(user, name)
        keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
        Session.objects.filter(session_key__in=keys).delete()
        for model in (UserSession, Authenticator, EmailAddress, SocialAccount, UserAuthorizationToken):
            model.objects.filter(user=user).delete()
        for model in (Letter, Invitation):
            model.objects.filter(email__iexact=email).delete()
        for company in Company.objects.filter(upload_mail__icontains=email):
            company.upload_mail = [each for each in company.upload_mail if each.casefold() != email.casefold()]
            company.save(update_fields=["upload_mail"])
        user.groups.clear()
        user.user_permissions.clear()
        user.set_unusable_password()
        user.email, user.name, user.language, user.time_zone, user.last_login = name, "", "", "", None
        user.is_active = user.is_staff = user.is_superuser = user.wants_mail = False
        user.forgotten_at = Now()
        user.save()
        _replace_everywhere(email, name)


def _lines(user: User) -> QuerySet[Event]:
    """Return the lines of timelines about the person, and about what the person did."""
    tokens = UserAuthorizationToken.objects.filter(user=user).values("pk")
    return Event.objects.filter(
        Q(by=user) | Q(subject="user", subject_id=user.pk) | Q(subject="userauthorizationtoken", subject_id__in=tokens)
    )


def _forget_lines(user: User, name: str) -> None:
    """Take addresses, and names of the person and the tokens, out of timelines and the back office's own log."""
    tokens = list(user.tokens.values_list("pk", flat=True))
    _lines(user).update(address=None, **GONE)
    for model, keys in ((User, [user.pk]), (UserAuthorizationToken, tokens)):
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model), object_id__in=map(str, keys)
        ).update(object_repr=name, change_message="")
    events = Event.objects.filter(subject="userauthorizationtoken", subject_id__in=tokens)
    for event in events.iterator():
        detail = {key: value for key, value in event.detail.items() if key not in ("token_name", "token")}
        Event.objects.filter(pk=event.pk).update(detail=detail, **GONE)
    named = Q(detail__has_any_keys=["before", "after"])  # of a form, with names that the person had earlier
    if user.name:
        named |= Q(detail__icontains=user.name)
    for event in Event.objects.filter(named, subject="user", subject_id=user.pk).iterator():
        is_told = {key: value == user.name or isinstance(value, dict) for key, value in event.detail.items()}
        if any(is_told.values()):
            detail = {key: name if is_told[key] else value for key, value in event.detail.items()}
            Event.objects.filter(pk=event.pk).update(detail=detail, **GONE)


def _made_by(user: User) -> Counts:
    """Count the rows that name the person as who made them, by model."""
    found = []
    for relation in User._meta.related_objects:
        model: type[Model] = relation.related_model
        if relation.field.name == "created_by":
            number = model._default_manager.filter(created_by=user).count()
            found.append((str(model._meta.verbose_name_plural), number))
    return found


def _replace_everywhere(email: str, name: str) -> None:
    """Write `name` for the e-mail wherever it stands in a text, in one pass over each table but those of CONTENT.

    In the audit trail a whole value of a detail gives way, as its trigger demands.
    """
    literally = re.sub(r"(\W)", r"\\\1", email)
    pattern = rf"(?<![\w.+-])(?<![\w.+-]'){literally}(?![\w-]|\.\w)"
    with connection.cursor() as cursor:
        for table, column, is_json, longest in _texts():
            new = f"regexp_replace({column}::text, %(pattern)s, %(name)s, 'gi'){'::jsonb' if is_json else ''}"
            new = f"left({new}, {longest})" if longest else new
            there = f"position(lower(%(email)s) IN lower({column}::text)) > 0"
            cursor.execute(
                f"UPDATE {table} SET {column} = {new} WHERE {there}",  # noqa: S608  # names of ours
                {"pattern": pattern, "name": name, "email": email},
            )
    found = RawSQL("detail::text ~* %s", [pattern], output_field=BooleanField())  # not put together
    named = RawSQL(VALUES, [pattern, name])  # noqa: S611  # not put together
    Event.objects.filter(found, detail__icontains=email).update(detail=named, **GONE)


def _texts() -> Iterator[tuple[str, str, bool, int | None]]:
    """Yield the columns of text and JSON of all tables, whether they are JSON, and how long a text may be there."""
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        left = table in CONTENT or model is Event
        fields: list[Field[Any, Any]] = [] if left else [*model._meta.concrete_fields]
        for field in fields:
            if isinstance(field, CharField | TextField | JSONField) and not field.choices:
                yield table, field.attname, isinstance(field, JSONField), getattr(field, "max_length", None)
