"""What the schema says of the calls of ingestion beyond what their code tells."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view

from ingestion.api import records as api
from ingestion.api import uploads as upload_api
from ingestion.api.serializers import MOST_CODES
from ingestion.errors.kinds import KINDS

KEY = "k3v9xq0a1b2c"
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
        "description": "Empty until the end. Completed: `codes_created`, `duplicates_ignored`. Error: the first 1,000 "
        f"ids of each kind, and how many errors of each there are. Kinds: {', '.join(f'`{kind}`' for kind in KINDS)}.",
        "properties": {
            "codes_created": {"type": "integer"},
            "duplicates_ignored": {"type": "integer"},
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
        "oneOf": [{"type": "string", "nullable": True}, {"type": "number"}, {"type": "boolean"}],
    },
}
CODES = {
    "type": "array",
    "minItems": 1,
    "maxItems": MOST_CODES,
    "description": "Only with the mode `api`: the codes, with the keys that the columns of a file have.",
    "items": {
        "type": "object",
        "properties": {"id": {"type": "string"}},
        "additionalProperties": DEFAULTS["additionalProperties"],
    },
}


class RecordFields(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # no stubs
    """The JSON fields of a record, whose shape the model does not know."""

    target_class = "ingestion.api.records.RecordSerializer"

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        schema["properties"] |= {name: {**shape, "readOnly": True} for name, shape in JSON_FIELDS.items()}
        return schema


class OptionFields(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]  # no stubs
    """The JSON fields of calls that say what holds for an upload, and the codes that one of them carries."""

    target_class = "ingestion.api.serializers.OptionsSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        schema["properties"]["default_scm_data"] = DEFAULTS
        if "record" in schema["properties"]:  # what is left out is what add-sids said, and no default
            for shape in schema["properties"].values():
                shape.pop("default", None)
        if "codes" in schema["properties"]:
            schema["properties"]["codes"] = CODES
        return schema


RECORD_KEY = {"type": "object", "properties": {"record_key": {"type": "string"}}, "required": ["record_key"]}
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
        "record_key": {"type": "string"},
    },
    "required": ["post_data", "record_key"],
}
FORM_EXAMPLE = {
    "post_data": {
        "url": "https://codeport.example/storage/",
        "fields": {
            "key": f"incoming/{KEY}",
            "Content-Type": "text/csv",
            "success_action_status": "201",
            "policy": "eyJleHBpcmF0aW9uIjog…",
            "x-codeport-signature": "9f86d081884c7d65…",
        },
    },
    "record_key": KEY,
}
RECORD_EXAMPLE = {
    "id": 17,
    "key": KEY,
    "description": "Code ingestion file upload",
    "status": "completed",
    "type": "code",
    "ingestion_mode": "api",
    "created_at": "2026-11-24T09:30:00.000000Z",
    "created_by": 2,
    "status_updated_at": "2026-11-24T09:30:02.000000Z",
    "parameters": {
        "default_scm_data": {"product": "sku1"},
        "use_serial_number": False,
        "url_prefix": "",
        "allow_posted_duplicates": False,
    },
    "result_data": {"codes_created": 4, "duplicates_ignored": 0},
    "warnings": [],
    "file_facts": {"delimiter": ",", "encoding": "UTF-8"},
    "progress": {"phase": "ended", "rows_done": 4, "rows_total": 4},
    "waits_for": None,
    "workorder": 31,
}
ERROR_EXAMPLE = {
    "row": 3,
    "column": "id",
    "value": "bottle-0001",
    "error": "duplicate_id_error",
    "message": "The id was used before. Row 2 has it.",
}


def _example(value: dict[str, Any], status: str, name: str = "Example") -> OpenApiExample:
    return OpenApiExample(name, value, response_only=True, status_codes=[status])


def _text(media_type: str, description: str) -> dict[tuple[int, str], OpenApiResponse]:
    return {(200, media_type): OpenApiResponse(OpenApiTypes.STR, description)}


extend_schema_view(
    post=extend_schema(
        operation_id="get_post_data",
        summary="Begin an upload",
        description="Creates an ingestion record, and the signed form by which its file is uploaded within 30 minutes. "
        "With an `Idempotency-Key`, a repeat brings the same form, whose 30 minutes go on.",
        responses={201: FORM},
        examples=[
            OpenApiExample("A CSV file", {"filetype": "csv"}, request_only=True),
            _example(FORM_EXAMPLE, "201"),
        ],
    )
)(upload_api.GetPostData)
extend_schema_view(
    post=extend_schema(
        operation_id="process",
        summary="Process the uploaded file",
        description="Queues the check of every row and the creation of the codes; all or nothing. The record tells how "
        "far it is. Refused as a whole: `Invalid record`, `Uploaded file not found.`, and a record that is not in "
        "state 'uploading'. With `workorder` the codes join that workorder of secure codes, behind its own URL prefix; "
        "its layout says how long a URL may be, its quantity how many codes it takes.",
        responses={200: RECORD_KEY},
        examples=[
            OpenApiExample(
                "With defaults", {"record": KEY, "default_scm_data": {"product": "sku1"}}, request_only=True
            ),
            _example({"record_key": KEY}, "200"),
        ],
    )
)(upload_api.Process)
extend_schema_view(
    post=extend_schema(
        operation_id="process_from_file",
        summary="Process the uploaded file, by the newer address",
        description="The same as `process`. What the body leaves out is taken from the call of `add-sids` that began "
        "the record, if one did.",
        responses={200: RECORD_KEY},
        examples=[
            OpenApiExample("As add-sids said", {"record": KEY}, request_only=True),
            _example({"record_key": KEY}, "200"),
        ],
    )
)(upload_api.ProcessFromFile)
extend_schema_view(
    post=extend_schema(
        operation_id="add_sids",
        summary="Add codes of your own ids",
        description=f"With the mode `api` the codes are in the call, {MOST_CODES:,} at most and no more than its body "
        "may hold: they are queued as if they had come as a JSON file, so row 1 is the first. With the mode `file` the "
        "answer is that of `get-post-data`, and what the call says holds for `process-from-file`, unless that says "
        "otherwise.",
        responses={201: {"oneOf": [RECORD_KEY_ALONE, FORM]}},
        examples=[
            OpenApiExample(
                "Two codes",
                {
                    "mode": "api",
                    "codes": [{"id": "bottle-0001", "pallet_number": "pal1"}, {"id": "bottle-0002"}],
                    "default_scm_data": {"product": "sku1"},
                },
                request_only=True,
            ),
            OpenApiExample(
                "GS1 ids",
                {"mode": "api", "id_format": "gs1", "codes": [{"id": "/01/04006381333931/10/B7/21/A1"}]},
                request_only=True,
            ),
            OpenApiExample("A file", {"mode": "file", "filetype": "csv"}, request_only=True),
            _example({"record_key": KEY}, "201", "The mode api"),
            _example(FORM_EXAMPLE, "201", "The mode file"),
        ],
    )
)(upload_api.AddSids)
extend_schema_view(
    get=extend_schema(operation_id="list_records", summary="List ingestion records, newest first"),
)(api.RecordList)
extend_schema_view(
    get=extend_schema(
        operation_id="get_record",
        summary="Look at a record",
        description="Its `status` ends as `completed`, `error` or `cancelled`; ask again until then, once a second.",
        examples=[_example(RECORD_EXAMPLE, "200")],
    ),
)(api.RecordDetail)
extend_schema_view(
    post=extend_schema(
        operation_id="cancel_record",
        summary="Cancel an ingestion",
        description="Ends an ingestion that has not ended; nothing of it is stored. 400 when it has ended already.",
        responses={200: api.RecordSerializer},
        examples=[_example({**RECORD_EXAMPLE, "status": "cancelled", "result_data": {}, "workorder": None}, "200")],
    )
)(api.Cancel)
extend_schema_view(
    get=extend_schema(
        operation_id="list_errors",
        summary="List the errors of a record",
        description="Everything wrong with the record's file, in the order of its rows. `row` is what a spreadsheet "
        "shows, the header is 1; null is the file as a whole.",
        examples=[_example(ERROR_EXAMPLE, "200")],
    ),
)(api.ErrorList)
extend_schema_view(
    get=extend_schema(
        operation_id="get_errors_csv",
        summary="Fetch all errors as CSV",
        description="The columns `row`, `column`, `value`, `error`, `message`. What a spreadsheet could take for a "
        "formula has an apostrophe before it.",
        responses=_text("text/csv", "The file."),
    ),
)(api.ErrorFile)
extend_schema_view(
    get=extend_schema(
        operation_id="get_rows_with_errors",
        summary="Fetch the wrong rows, to correct them",
        description="The uploaded rows in the format of the upload, each with its errors beside it; corrected, the "
        "file can be uploaded again. 404 too where no rows can be given back.",
        responses={
            **_text("text/csv", "The rows."),
            (200, "application/json"): OpenApiResponse({"type": "array", "items": {}}, "The rows."),
            (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"): OpenApiResponse(
                OpenApiTypes.BINARY, "The rows."
            ),
        },
    ),
)(api.CorrectionsFile)
