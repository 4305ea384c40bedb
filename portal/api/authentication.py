"""What every API door shares: tokens, permissions, bounded bodies and plain refusals."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain
from math import isinf
from typing import IO, TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from rest_framework import exceptions, serializers, status
from rest_framework.authentication import BaseAuthentication
from rest_framework.filters import BaseFilterBackend
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser, get_encoding  # type: ignore[attr-defined]  # stubs
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils import json

from portal.accounts import security_log
from portal.models import User, UserAuthorizationToken
from portal.values.suggestions import nearest_of

if TYPE_CHECKING:  # the framework's views load this module to find their defaults
    from rest_framework.views import APIView

LAST_USED_PRECISION = timedelta(minutes=1)  # a token's last use is written at most this often
DEEPEST = 100  # levels of lists and objects in a body
MOST_SIGNS = 500_000  # commas and opening brackets of a body, than which it holds no more values
TOO_DEEP = "nested too deeply."
SURROGATE = re.compile("[\ud800-\udfff]")


class UserAuthorizationTokenAuthentication(BaseAuthentication):
    """`Authorization: UAT <token>`."""

    keyword = "UAT"

    def authenticate(self, request: Request) -> tuple[User, UserAuthorizationToken] | None:
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != self.keyword.lower():
            return None
        token = UserAuthorizationToken.find(secret.strip())
        if token is None or not token.is_valid:
            security_log.token_refused(token, secret)
            raise exceptions.AuthenticationFailed("Invalid token: unknown, expired or revoked.")
        now, same = timezone.now(), UserAuthorizationToken.objects.filter(pk=token.pk)
        if token.last_used_at is None and same.filter(last_used_at=None).update(last_used_at=now):
            security_log.tell("token_first_used", of=token, by=token.user)
        elif token.last_used_at is not None and now - token.last_used_at > LAST_USED_PRECISION:
            same.update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class HasPermission(BasePermission):
    """A view names what it needs as `permission`; both the person and, if there is one, the token must hold it."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = request.user
        if not isinstance(user, User) or not user.is_active:
            return False
        codename: str | None = view.permission  # type: ignore[attr-defined]  # a view without it is a bug: fail loudly
        return codename is None or may(request, codename)


def person(request: Request) -> User:
    """Who calls; `HasPermission` has let no one else through."""
    assert isinstance(request.user, User)  # noqa: S101  # tells the type checker
    return request.user


def not_a_brands(request: Request, what: str) -> exceptions.PermissionDenied:
    """403: people of a brand owner do `what`, and the caller is none."""
    return _not_of("a brand owner", request, what)


def not_a_partners(request: Request, what: str) -> exceptions.PermissionDenied:
    """403: people of a printing partner do `what`, and the caller is none."""
    return _not_of("a printing partner", request, what)


def _not_of(company: str, request: Request, what: str) -> exceptions.PermissionDenied:
    lone = person(request).is_superuser and person(request).company is None
    reason = " A superuser belongs to no company: call with a token of one of its people." if lone else ""
    return exceptions.PermissionDenied(f"Only people of {company} {what}.{reason}")


def may(request: Request, codename: str) -> bool:
    """Whether both the person and, if there is one, the token hold the permission."""
    token = request.auth
    if isinstance(token, UserAuthorizationToken) and not token.permissions.filter(codename=codename).exists():
        return False
    return person(request).may(codename)


def caller(request: Request) -> str:
    """What tells one caller from others: the token, or the person where there is none."""
    token = request.auth
    return f"token-{token.pk}" if isinstance(token, UserAuthorizationToken) else f"person-{person(request).pk}"


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE


class TextJSONParser(JSONParser):
    """JSON of bounded depth and number of values, without characters that no text can hold."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            text = codecs.getreader(get_encoding(dict(parser_context or {})))(stream).read()
            if (signs := sum(map(text.count, ",[{"))) > MOST_SIGNS:  # values cost far more than their bytes
                raise TooLarge(f"The body has {signs:,} commas and brackets; a call takes {MOST_SIGNS:,} at most.")
            data = self.load(text)
        except RecursionError:
            raise _unparsable(TOO_DEEP) from None
        except ValueError as error:
            raise _unparsable(str(error)) from None
        _check(data)
        return data

    def load(self, text: str) -> Any:
        """What the text means. ValueError or RecursionError when it means nothing."""
        return json.loads(text, parse_float=_finite, object_pairs_hook=_members)

    def dump(self, data: Any) -> str:
        """The text of what was loaded, by which one body is told from another."""
        text: str = json.dumps(data, sort_keys=True)
        return text


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        key = Counter(key for key, _value in pairs).most_common(1)[0][0]
        raise ValueError(f"an object has the key {json.dumps(key[:100])} more than once.")
    return members


def _finite(text: str) -> float:
    value = float(text)
    if isinf(value):
        raise ValueError(f"the number {text[:20]} is too large.")
    return value


def _unparsable(reason: str) -> exceptions.ParseError:
    return exceptions.ParseError(f"JSON parse error - {reason}")


def _check(data: Any) -> None:
    """Refuse JSON that is nested too deeply, or has a text that cannot be written as UTF-8."""
    level = [data]
    for _depth in range(DEEPEST):
        if any(isinstance(value, str) and not value.isascii() and SURROGATE.search(value) for value in level):
            raise _unparsable("half of a surrogate pair is not a character.")
        objects = [value for value in level if isinstance(value, dict)]
        lists = [value for value in level if isinstance(value, list)]
        level = [*chain.from_iterable(objects), *chain.from_iterable(map(dict.values, objects)), *chain(*lists)]
        if not level:
            return
    raise _unparsable(TOO_DEEP)


class ProgressSerializer(serializers.Serializer[Any]):
    """How far work is that takes long."""

    phase = serializers.CharField(read_only=True)
    rows_done = serializers.IntegerField(read_only=True)
    rows_total = serializers.IntegerField(read_only=True, allow_null=True)


class WhateverIsAccepted(BaseContentNegotiation):
    """Each call answers in one media type, so `Accept` asks for nothing: a zip is no refusal to who accepts zips."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser | None:
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's own answers, a plain 404 that does not name our models, and 413."""
    from rest_framework.views import exception_handler as default_exception_handler

    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, RequestDataTooBig):
        error = TooLarge(f"The request's body may hold {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes.")
    return default_exception_handler(error, context)


def asked_for(request: Request) -> dict[str, str]:
    """What the query string says, without what it leaves empty."""
    return {name: value for name, value in request.query_params.items() if value}  # type: ignore[misc]  # each is a string


def one_of(name: str, value: str, choices: Iterable[object]) -> str:
    """The value of parameter `name` when it is one of `choices`; ValidationError otherwise, with the nearest."""
    known = [str(choice) for choice in choices]
    if value in known:
        return value
    raise exceptions.ValidationError({name: [nearest_of(value, known)]})


class Filters(BaseFilterBackend):
    """Filters of a list from its query string: exact matches, ranges of time (`_after`, `_before`), and `search`.

    `equal` match any text, `choices` one of the values that they list. What is empty asks for nothing where any text
    may stand, and is refused where it cannot be meant.
    """

    equal: ClassVar[tuple[str, ...]] = ()
    choices: ClassVar[Mapping[str, Iterable[str]]] = {}
    flags: ClassVar[tuple[str, ...]] = ()
    ranges: ClassVar[tuple[str, ...]] = ()
    orderings: ClassVar[tuple[str, ...]] = ()
    searched: ClassVar[str] = "Only rows in which this text stands somewhere."

    def search(self, text: str, user: User) -> Q:
        """What `search` looks for; nothing in a list that cannot be searched."""
        return Q(pk__in=())

    def chosen(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """The rows of which one of `choices` holds: those of a column, unless a list says otherwise."""
        return queryset.filter(**{name: value})

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        given, asked = request.query_params, asked_for(request)
        for name in self.equal:
            if name in asked:
                queryset = queryset.filter(**{name.replace("__exact", ""): asked[name]})
        for name, values in self.choices.items():
            if name in given:
                queryset = self.chosen(queryset, name, one_of(name, given[name], values))
        for name in self.flags:
            if name in given:
                queryset = queryset.filter(**{name: _flag(name, given[name])})
        for name in self.ranges:
            for suffix, lookup in (("after", "gte"), ("before", "lt")):
                parameter = f"{name}_{suffix}"
                if parameter in given:
                    queryset = queryset.filter(**{f"{name}__{lookup}": _moment(parameter, given[parameter])})
        if "search" in asked:
            queryset = queryset.filter(self.search(asked["search"], person(request)))
        if "ordering" in asked:
            queryset = queryset.order_by(*self._ordering(asked["ordering"]), "pk")
        return queryset

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The list's parameters for the schema, and all that it takes."""
        text, flag, time = {"type": "string"}, {"type": "boolean"}, {"type": "string", "format": "date-time"}
        found: list[tuple[str, dict[str, Any], str]] = []
        found += [(name, text, "Only rows with exactly this.") for name in self.equal]
        for name, values in self.choices.items():
            found.append((name, {**text, "enum": [*values]}, "Only rows with exactly this."))
        found += [(name, flag, "Only rows where this holds, or does not.") for name in self.flags]
        for name in self.ranges:
            found.append((f"{name}_after", time, "Only rows of this moment or later; UTC unless it says otherwise."))
            found.append((f"{name}_before", time, "Only rows before this moment."))
        if type(self).search is not Filters.search:
            found.append(("search", text, self.searched))
        if self.orderings:
            said = f"By {', '.join(self.orderings)}; several separated by commas, `-` before a name for the reverse."
            found.append(("ordering", text, said))
        return [
            {"name": name, "in": "query", "required": False, "schema": schema, "description": said}
            for name, schema, said in found
        ]

    def _ordering(self, asked: str) -> list[str]:
        fields = asked.split(",")
        for field in fields:
            one_of("ordering", field.removeprefix("-"), self.orderings)
        return fields


def _flag(name: str, value: str) -> bool:
    try:
        return {"true": True, "1": True, "false": False, "0": False}[value.lower()]
    except KeyError:
        raise exceptions.ValidationError({name: ["It must be true or false."]}) from None


def _moment(name: str, value: str) -> datetime:
    """A date or a date and time in ISO 8601; UTC unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(value.replace(" ", "+"))  # a plus sign that was not escaped came as a space
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise exceptions.ValidationError({name: ["It must look like 2026-11-23 or 2026-11-23T17:00:00Z."]}) from None
