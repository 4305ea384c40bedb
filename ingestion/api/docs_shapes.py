"""The JSON shapes in the schema of the API that no serializer describes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension

from ingestion.api.add_sids_serializer import MOST_CODES
from ingestion.errors.kinds import KINDS
from ingestion.models import LONGEST_KEY
from workorders.codes.fields import LONGEST_SCM_VALUE
from workorders.identifiers import gs1

COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}, "example": {"duplicate_id_error": 2}}
IDS = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
JSON_FIELDS: dict[str, dict[str, Any]] = {
    "parameters": {
        "type": "object",
        "description": "What `process` was called with, and the workorder's `use_serial_number`; before that what "
        "`add-sids` said.",
        "additionalProperties": True,
    },
    "result_data": {
        "type": "object",
        "description": "Empty until the end. Completed: `codes_created`, `duplicates_ignored`; of changes "
        "`codes_affected`, `codes_unchanged`. Error: the first 1,000 "
        f"ids of each kind, and how many errors of each there are. Kinds: {', '.join(f'`{kind}`' for kind in KINDS)}.",
        "properties": {
            "codes_created": {"type": "integer"},
            "duplicates_ignored": {"type": "integer"},
            "codes_affected": {"type": "integer"},
            "codes_unchanged": {"type": "integer"},
            "errors": {"type": "array", "items": IDS},
            "error_counts": COUNTS,
        },
    },
    "warnings": {
        "type": "array",
        "description": "What is no error, yet may not be meant; the first of its kind in a column, and their number.",
        "items": {
            "type": "object",
            "properties": {
                "warning": {"type": "string"},
                "row": {"type": "integer", "nullable": True},
                "column": {"type": "string"},
                "value": {"type": "string"},
                "count": {"type": "integer"},
                "message": {"type": "string"},
            },
        },
    },
    "file_facts": {
        "type": "object",
        "description": "What was found out about the file: `delimiter`, `encoding`, `compression`.",
        "additionalProperties": {"type": "string"},
    },
}
DEFAULTS = {
    "type": "object",
    "nullable": True,
    "description": "What a row takes where it says nothing: `product` (an SKU), `activation_status`, "
    "`blacklist_reason`, and any SCM fields.",
    "additionalProperties": {
        "oneOf": [
            {"type": "string", "nullable": True, "maxLength": LONGEST_SCM_VALUE},
            {"type": "number"},
            {"type": "boolean"},
        ],
    },
}
CODES = {
    "type": "array",
    "minItems": 1,
    "maxItems": MOST_CODES,
    "description": "Only with the mode `api`: the codes, with the keys that the columns of a file have.",
    "items": {
        "type": "object",
        "properties": {"id": {"type": "string", "maxLength": gs1.LONGEST + len("/")}},
        "additionalProperties": DEFAULTS["additionalProperties"],
    },
}


class RecordFields(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # no stubs
    """The JSON fields of a record, whose shape the model does not know."""

    target_class = "ingestion.api.record_serializers.RecordSerializer"

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        schema["properties"] |= {name: {**shape, "readOnly": True} for name, shape in JSON_FIELDS.items()}
        return schema


class TemplateFields(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # no stubs
    """The options of a template, whose shape the model does not know."""

    target_class = "ingestion.api.template_serializers.TemplateRowSerializer"

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        schema["properties"]["parameters"] = {
            "type": "object",
            "description": "Its options, as a record has them, without those that are not set.",
            "additionalProperties": True,
            "readOnly": True,
        }
        return schema


class OptionFields(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # no stubs
    """The JSON fields of calls that say what holds for an upload, and the codes that one of them carries."""

    target_class = "ingestion.options.code_serializer.OptionsSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        schema["properties"]["default_scm_data"] = DEFAULTS
        if {"record", "template"} & {*schema["properties"]}:  # what is left out was said before, and no default
            for shape in schema["properties"].values():
                shape.pop("default", None)
        if "codes" in schema["properties"]:
            schema["properties"]["codes"] = CODES
        return schema


class ChangeOptionFields(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # no stubs
    """The JSON field of the call that says what holds for a file of changes."""

    target_class = "ingestion.options.change_serializer.ChangeFileSerializer"

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        schema["properties"]["default_scm_data"] = DEFAULTS
        return schema


KEY = {"type": "string", "maxLength": LONGEST_KEY}
RECORD_KEY = {"type": "object", "properties": {"record_key": KEY}, "required": ["record_key"]}
RECORD_KEY_ALONE = {**RECORD_KEY, "additionalProperties": False}
FORM = {
    "type": "object",
    "properties": {
        "post_data": {
            "type": "object",
            "properties": {
                "url": {"type": "string", "format": "uri", "description": "Where to post the form."},
                "fields": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            "required": ["url", "fields"],
        },
        "record_key": KEY,
    },
    "required": ["post_data", "record_key"],
}
