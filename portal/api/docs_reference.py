"""The calls of the schema as the page for people shows them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

DEEPEST = 4  # levels of objects within objects that the page shows
ARGUMENTS = {"{key}": "$KEY", "{id}": "$ID"}  # as the examples in curl name them


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI schema of the whole API."""
    from portal.api.schema_generator import Generator  # which takes long, and few ask for it

    made: dict[str, Any] = Generator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # no stubs
    return made


@dataclass(frozen=True)
class Field:
    """A parameter or a part of a body: its name with those of what holds it, and what it may be."""

    name: str
    kind: str
    said: SafeString
    is_required: bool = False
    place: str = ""


@dataclass(frozen=True)
class Answer:
    """One answer that a call may give."""

    status: str
    said: SafeString
    media_types: str
    fields: list[Field]
    example: str


@dataclass(frozen=True)
class Call:
    """One operation as the page shows it."""

    name: str
    tag: str
    method: str
    path: str
    summary: str
    said: list[SafeString]
    parameters: list[Field]
    body: list[Field]
    curl: str
    answers: list[Answer]


def calls() -> list[Call]:
    """All operations of the schema, in its order."""
    paths = openapi()["paths"].items()
    return [_call(path, method, each) for path, item in paths for method, each in item.items()]


def _call(path: str, method: str, operation: dict[str, Any]) -> Call:
    bodies = operation.get("requestBody", {}).get("content", {})
    body: dict[str, Any] = next(iter(bodies.values()), {})
    answers = [_answer(status, _resolved(answer)) for status, answer in operation["responses"].items()]
    return Call(
        name=operation["operationId"],
        tag=operation["tags"][0],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        said=[marked(text) for text in operation["description"].split("\n\n")],
        parameters=[_parameter(_resolved(each)) for each in operation.get("parameters", [])],
        body=list(_fields(body.get("schema", {}))),
        curl=_curl(path, method, operation, next(iter(bodies), ""), _example(body)),
        answers=answers,
    )


def _answer(status: str, answer: dict[str, Any]) -> Answer:
    content = answer.get("content", {})
    first: dict[str, Any] = next(iter(content.values()), {})
    fields = [] if status >= "400" else list(_fields(first.get("schema", {})))
    return Answer(status, marked(answer["description"]), ", ".join(content), fields, _json(_example(first)))


def _parameter(each: dict[str, Any]) -> Field:
    said = marked(each.get("description", ""))
    return Field(each["name"], _kind(each["schema"]), said, each.get("required", False), each["in"])


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that `part` refers to, with the words `part` adds, or `part` itself if it is no reference."""
    if "allOf" in part and len(part["allOf"]) == 1:
        return {**_resolved(part["allOf"][0]), **{name: part[name] for name in part if name != "allOf"}}
    if "$ref" not in part:
        return part
    found: Any = openapi()
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return _resolved(found)


def _fields(part: dict[str, Any], holder: str = "", depth: int = 0) -> Iterator[Field]:
    """The fields of an object, those of objects within it after each."""
    whole = _resolved(part)
    for name, value in whole.get("properties", {}).items():
        inner = _resolved(value)
        said = marked(inner.get("description", "").partition("\n\n* ")[0].removeprefix("* "))
        is_list = inner.get("type") == "array"
        yield Field(holder + name, _kind(value), _without_choices(said), name in whole.get("required", []))
        if depth < DEEPEST:
            yield from _fields(
                inner["items"] if is_list else inner, f"{holder}{name}{'[]' if is_list else ''}.", depth + 1
            )


def _without_choices(said: SafeString) -> SafeString:
    """Nothing where the text only repeats the choices that the kind shows."""
    return mark_safe("") if said.startswith("<code>") and "</code> - " in said else said


def _kind(part: dict[str, Any]) -> str:
    """Say in words which values are allowed."""
    whole = _resolved(part)
    if choices := [one for part in whole.get("oneOf", [whole]) for one in _resolved(part).get("enum", [])]:
        kind = " | ".join(str(one) for one in choices if one not in ("", None))
    elif whole.get("type") == "array":
        kind = f"list of {_kind(whole['items'])}"
    else:
        kind = {"date-time": "date and time", "binary": "file"}.get(whole.get("format", ""), whole.get("type", "any"))
    least, most = whole.get("minimum"), whole.get("maximum")
    if most is not None:
        kind += f", {least or 0:,} to {most:,}"
    if "maxLength" in whole:
        kind += f", {whole['maxLength']:,} characters at most"
    default = whole.get("default")
    said = "" if default in (None, "", {}) else f"; {json.dumps(default).strip(chr(34))} unless said"
    return kind + (" or null" if whole.get("nullable") else "") + said


def _example(content: dict[str, Any]) -> Any:
    """The first example of a body, None where there is none."""
    examples = [one["value"] for one in content.get("examples", {}).values()]
    shape = _resolved(content.get("schema", {}))
    return next(iter(examples), content.get("example", shape.get("example")))


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, indent=2, ensure_ascii=False)


def _curl(path: str, method: str, operation: dict[str, Any], media_type: str, body: Any) -> str:
    """The call as a command line, with the token in $TOKEN."""
    for name, argument in ARGUMENTS.items():
        path = path.replace(name, argument)
    lines = ["curl"] if not operation["security"] else ['curl -H "Authorization: UAT $TOKEN"']
    if media_type == "multipart/form-data":
        lines += [
            "-F key=… -F Content-Type=text/csv -F success_action_status=201",
            "-F policy=… -F x-codeport-signature=…",
        ]
        lines.append("-F file=@codes.csv")
    elif media_type:
        text = json.dumps(body, ensure_ascii=False).replace("'", "'\\''")
        lines.append(f"--json '{text}'")
    elif method != "get":
        lines.append(f"-X {method.upper()}")
    succeeded = next(iter(operation["responses"].values()))
    if not any(kind.endswith(("json", "xml")) for kind in list(succeeded.get("content", {}))[:1]):
        lines.append("-OJ")
    return " \\\n  ".join([*lines, f'"{settings.PUBLIC_URL}{path}"'])


def marked(text: str) -> SafeString:
    """A text of the schema in HTML, of whose Markdown it uses code and strong alone."""
    marked = re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))
    return mark_safe(re.sub(r"\*\*([^*]*)\*\*", r"<strong>\1</strong>", marked))  # noqa: S308  # escaped before
