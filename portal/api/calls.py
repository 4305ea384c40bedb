"""The base of every call of the API. A call declares what it takes, and anything else is refused by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.views import APIView

from portal.values.suggestions import none_such

MOST_NAMED = 20  # wrong names in one refusal
LONGEST_NAME = 100  # characters of a wrong name that are repeated
LONGEST_PARAMETER = 1000  # characters of a query parameter, or of a part of an address
WITH_BODY = ("POST", "PUT", "PATCH")
READ_ONLY = "Codeport says what it is; leave it out."
CALLS = ("GET", "HEAD", "DELETE", *WITH_BODY)

Form = serializers.Serializer[Any]


class Call(APIView):
    """A call of the API. `portal.api.schema` describes what is declared here, and nothing else is let through.

    `takes` declares the fields of the body of a POST or PATCH, and `asks` the query parameters of other methods, beside
    those of a list's filters and pages. `elsewhere` of a form says where a field belongs that people look for in it.
    `other_names` of a form is a pattern of names that it takes besides its fields.
    """

    takes: ClassVar[type[Form] | None] = None
    asks: ClassVar[type[Form] | None] = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what the call does not know, once it is certain that the caller may call it."""
        super().initial(request, *args, **kwargs)
        method = request.method or ""
        if method not in CALLS or not hasattr(self, method.lower()):
            return  # answered 405
        if any(len(str(part)) > LONGEST_PARAMETER for part in kwargs.values()):
            raise Http404
        wrong = _wrong_parameters(request, self.parameters(method))
        if method in (*WITH_BODY, "DELETE"):
            wrong |= _wrong_fields(request.data, self.takes if method in WITH_BODY else None, method)
        if wrong:
            raise exceptions.ValidationError(wrong)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say in every answer how many calls are left, once they were counted."""
        found = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(request, "limits", {}).items():
            found[name] = value
        return found

    def parameters(self, method: str) -> list[str]:
        """Return the names of the query parameters that the method knows."""
        if method in WITH_BODY:
            return []
        found = list(self.asks().fields) if self.asks else []
        if isinstance(self, ListModelMixin):
            sources = [*(backend() for backend in self.filter_backends), self.paginator]  # type: ignore[attr-defined]  # of the view
            found += [each["name"] for source in sources for each in source.get_schema_operation_parameters(self)]
        return found


def refuse_changes(form: serializers.BaseSerializer[Any], given: Any) -> None:
    """Raise ValidationError where `given` says otherwise of what the form of a row only shows."""
    fields, shown = form.fields, form.data  # type: ignore[attr-defined]  # of a form
    wrong = [name for name, field in fields.items() if field.read_only and name in given and given[name] != shown[name]]
    if wrong:
        said = getattr(form, "elsewhere", {})
        raise exceptions.ValidationError({name: [said.get(name, "It cannot be changed.")] for name in wrong})


def _wrong_parameters(request: Request, known: list[str]) -> dict[str, list[str]]:
    asked = request.query_params
    wrong = _unknown("parameter", asked, known)
    for name in known:
        given = asked.getlist(name)
        if len(given) > 1:
            wrong[name] = ["Give it once."]
        elif given and len(given[0]) > LONGEST_PARAMETER:
            wrong[name] = [f"It has {len(given[0]):,} characters; {LONGEST_PARAMETER:,} at most."]
    return wrong


def _wrong_fields(body: Any, form: type[Form] | None, method: str) -> dict[str, list[str]]:
    if not isinstance(body, dict):
        kind = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}.get(type(body), "a number")
        return {"non_field_errors": [f"The body must be a JSON object, like {{}}, and not {kind}."]}
    fields = form().fields if form else {}
    shown = {name for name, field in fields.items() if field.read_only and name in body}
    allowed = shown if method == "PATCH" else set()  # there, what was read may come back with its changes
    known = [name for name in fields if name not in shown - allowed]
    said = dict.fromkeys(shown - allowed, READ_ONLY) | getattr(form, "elsewhere", {})
    others = getattr(form, "other_names", None)
    wrong = _unknown("field", [name for name in body if not (others and others.fullmatch(name))], known)
    return wrong | {name: [said[name]] for name in wrong if name in said}


def _unknown(what: str, given: Iterable[str], known: list[str]) -> dict[str, list[str]]:
    """Say of the first wrong names what they were probably meant to be."""
    wrong = [name for name in given if name not in known][:MOST_NAMED]
    return {name[:LONGEST_NAME]: [none_such(what, name, known)] for name in wrong}
