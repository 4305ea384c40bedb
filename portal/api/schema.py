"""The OpenAPI schema: what every call of the API shares, said once.

A view's docstring is its summary, its `permission` and the answers that any call may give are added here; what an app
adds to its calls stands in its `api_docs.py`.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import follow_field_source
from rest_framework.fields import CharField
from rest_framework.relations import SlugRelatedField

from portal.api.authentication import permissions_of
from portal.api.calls import LONGEST_PARAMETER, WITH_BODY
from portal.api.idempotency import HEADER as IDEMPOTENCY_KEY
from portal.api.idempotency import REPEATED
from portal.api.schema_parts import ABOUT, ALWAYS, COMPONENTS, OF_BODIES, TAGS, UPLOAD, UPLOAD_ANSWERS
from portal.http.request_ids import HEADER as REQUEST_ID


class Schema(AutoSchema):
    """One operation, with what all of them share."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        operation: dict[str, Any] = super().get_operation(*args, **kwargs) or {}
        if not operation:
            return {}  # left out of the schema
        operation["description"] = f"{operation.get('description', '')}\n\n{self._permission()}".lstrip()
        for status, response in operation["responses"].items():
            response["description"] = response["description"] or f"{HTTPStatus(int(status)).phrase}."
            headers = response.setdefault("headers", {})
            headers[REQUEST_ID] = {"$ref": f"#/components/headers/{REQUEST_ID}"}
            if self._is_idempotent:
                headers[REPEATED] = {"$ref": f"#/components/headers/{REPEATED}"}
            if status == "202":
                headers["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
        for status, name in self._refusals().items():
            operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{name}"})
        operation["responses"] = dict(sorted(operation["responses"].items()))
        for parameter in operation.get("parameters", []):
            shape = parameter["schema"]
            if parameter["in"] != "header" and shape["type"] == "string" and not {"enum", "format"} & {*shape}:
                parameter["schema"] = {**shape, "maxLength": shape.get("maxLength", LONGEST_PARAMETER)}
        if self._is_idempotent:
            reference = {"$ref": f"#/components/parameters/{IDEMPOTENCY_KEY}"}
            operation["parameters"] = [*operation.get("parameters", []), reference]
        return operation

    @property
    def _is_idempotent(self) -> bool:
        return hasattr(getattr(self.view, self.method.lower()), "is_idempotent")

    def get_request_serializer(self) -> Any:
        """Return the serializer of the body, as the call declares it."""
        return self.view.takes  # type: ignore[attr-defined]  # of Call

    def get_override_parameters(self) -> list[Any]:
        """The query parameters that the call declares, beside those of lists."""
        asks = self.view.asks  # type: ignore[attr-defined]  # of Call
        return [asks] if asks else []

    def get_summary(self) -> str:
        """The first line of the call's docstring, of a call that its app says no more about."""
        first: str = super().get_description().partition("\n")[0]
        return first.rstrip(".")

    def get_description(self, *_: Any) -> str:
        """Nothing: docstrings are for those who read the code."""
        return ""

    def _permission(self) -> str:
        needed = " or ".join(f"`{codename}`" for codename in permissions_of(self.view))
        return f"Needs the permission {needed}." if needed else "Needs any valid token."

    def _refusals(self) -> dict[str, str]:
        found = dict(ALWAYS)
        if "{" in self.path:
            found["404"] = "NotFound"
        if self.method in (*WITH_BODY, "DELETE"):  # whose body is looked at, since it may say nothing
            found |= OF_BODIES
        if self._is_idempotent:
            found["422"] = "KeyUsed"
        return found

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> dict[str, Any]:
        """Say how long a text is that is only shown, as the column says that it comes from."""
        shape: dict[str, Any] = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]  # no stubs
        model = getattr(getattr(field.parent, "Meta", None), "model", None)
        if model and field.read_only and isinstance(field, CharField | SlugRelatedField):
            path = [*field.source_attrs, *([field.slug_field] if isinstance(field, SlugRelatedField) else [])]
            column = follow_field_source(model, path, emit_warnings=False)  # type: ignore[no-untyped-call]  # no stubs
            if longest := getattr(column, "max_length", None):
                shape.setdefault("maxLength", longest)
        return shape

    def get_tags(self) -> list[str]:
        return [TAGS[self.path.split("/")[3]][0]]

    def get_auth(self) -> list[dict[str, Any]]:
        return [{"token": []}]


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The schema with all that is shared, and with the signed form, whose answers are S3's XML."""
    result["info"]["description"] = ABOUT
    result["tags"] = [{"name": name, "description": description} for name, description in TAGS.values()]
    for kind, entries in COMPONENTS.items():
        result.setdefault("components", {})[kind] = {**result["components"].get(kind, {}), **entries}
    responses = {}
    for status, (description, name, fields) in UPLOAD_ANSWERS.items():
        properties = {field: {"type": "string"} for field in sorted(fields)}
        schema = {"type": "object", "xml": {"name": name}, "properties": properties, "required": sorted(fields)}
        headers = {REQUEST_ID: {"$ref": f"#/components/headers/{REQUEST_ID}"}}
        content = {"application/xml": {"schema": schema}}
        responses[status] = {"description": description, "headers": headers, "content": content}
    for name, schema in result["components"]["schemas"].items():
        if name.endswith("Request"):
            schema["additionalProperties"] = False  # see portal.api.calls
    schemas = result["components"]["schemas"]
    spelled = _spell_out(result, schemas)
    for name in spelled:
        if f'"#/components/schemas/{name}"' not in json.dumps(result):
            del schemas[name]
    result["paths"]["/storage/"] = {"post": {**UPLOAD, "responses": responses}}
    return result


def _spell_out(part: Any, schemas: dict[str, Any]) -> set[str]:
    """Say what a reference means where null may stand instead: in OpenAPI 3.0 nothing can be added to a reference.

    Returns the names of the schemas that were spelled out, which nothing may refer to any more.
    """
    spelled = set()
    if isinstance(part, dict):
        if part.get("nullable") is True and "allOf" in part:
            (reference,) = part.pop("allOf")
            name = reference["$ref"].rpartition("/")[2]
            part.update({**schemas[name], **part})
            spelled.add(name)
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            spelled |= _spell_out(inner, schemas)
    return spelled
