"""Descriptions for the schema of the calls that change codes without a file."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view

from ingestion.api import change_calls as api
from ingestion.api import change_items as items_api
from ingestion.api import change_serializers, record_serializers
from ingestion.api.docs_examples import KEY, RECORD_EXAMPLE, response_example
from ingestion.api.docs_shapes import KEY as KEY_SHAPE
from ingestion.errors.kinds import KINDS
from ingestion.stages import in_call
from workorders.codes.fields import LONGEST_SCM_VALUE
from workorders.identifiers import gs1
from workorders.schema_parts import BUSY

TASK_EXAMPLE = {
    "id": KEY,
    "reference": "Change of selected codes",
    "state": "completed",
    "codes_affected": 20_000,
    "created_by": "staff@demo.example",
    "created_at": "2026-11-24T09:30:00.000000Z",
    "started_at": "2026-11-24T09:30:00.120000Z",
    "completed_at": "2026-11-24T09:30:02.000000Z",
}
UNDO_EXAMPLE = {
    **RECORD_EXAMPLE,
    "description": f"Undo of {KEY}",
    "status": "queued",
    "type": "scm",
    "parameters": {"undoes": KEY},
    "result_data": {},
    "file_facts": {},
    "progress": {"phase": "waiting", "rows_done": 0, "rows_total": None},
    "workorder": None,
}
TASK_ID = {
    "type": "object",
    "properties": {"task_id": {**KEY_SHAPE, "description": "The key of the change's ingestion record."}},
    "required": ["task_id"],
}
ID = {"type": "string", "maxLength": gs1.LONGEST}
VALUE = {"oneOf": [{"type": "integer"}, {"type": "string", "nullable": True, "maxLength": LONGEST_SCM_VALUE}]}
FIELD = {"type": "object", "properties": {"old": VALUE, "new": VALUE}}
FIELDS = {"type": "object", "additionalProperties": FIELD}
DONE = {
    "type": "object",
    "properties": {
        "codes_affected": {"type": "integer"},
        "total_updates": {"type": "integer", "description": "Values that were changed, of all codes together."},
        "changes": {
            "type": "array",
            "items": {"type": "object", "properties": {"id": ID, "changes": FIELDS}},
        },
        "items": {
            "type": "object",
            "description": "The names of the changed fields, by the key of each item.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "record_key": KEY_SHAPE,
    },
    "required": ["codes_affected", "total_updates", "changes", "items", "record_key"],
}
DONE_EXAMPLE = {
    "codes_affected": 1,
    "total_updates": 1,
    "changes": [{"id": "abc12345", "changes": {"activation_status": {"old": 0, "new": 1}}}],
    "items": {"abc12345": ["activation_status"], "abc12346": []},
    "record_key": KEY,
}
FAULT = {
    "type": "object",
    "properties": {
        "index": {"type": "integer", "nullable": True, "description": "The item's place in the list, from 0."},
        "row": {"type": "integer", "nullable": True, "description": "The same from 1, as files count."},
        **{name: {"type": "string"} for name in ("column", "value", "error", "message", "remedy")},
    },
}
WRONG = {
    "description": "Wrong items, or wrong fields of the call.",
    "anyOf": [
        {
            "type": "object",
            "properties": {"detail": {"type": "string"}, "errors": {"type": "array", "items": FAULT}},
            "required": ["detail", "errors"],
        },
        {"$ref": "#/components/schemas/Refusal"},
    ],
}
WRONG_EXAMPLE = {
    "detail": "Nothing was changed: 1 item is wrong.",
    "errors": [
        {
            "index": 0,
            "row": 1,
            "column": "extended_id",
            "value": "abc12345",
            "error": "code_not_found_error",
            "message": str(KINDS["code_not_found_error"].sentence),
            "remedy": str(KINDS["code_not_found_error"].remedy),
        }
    ],
}

extend_schema_view(
    post=extend_schema(
        operation_id="change_codes",
        summary="Change up to a thousand codes at once",
        description="Each item names its code by `data_key`, and the values to change; null removes an SCM field, "
        "an empty text changes nothing. All are changed, or none: wrong items are listed with 400, by the kinds of "
        "errors that files have. `many` lets a serial number or an SCM field name several codes, "
        f"{in_call.MOST_CODES:,} at most in all. The change is a completed ingestion record. A call that another "
        "change keeps waiting is answered 503.",
        responses={200: OpenApiResponse(DONE, "All items are changed."), 400: OpenApiResponse(WRONG), 503: BUSY},
        examples=[
            OpenApiExample(
                "Two codes",
                {
                    "data_key": "extended_id",
                    "items": [
                        {"extended_id": "abc12345", "activation_status": 1},
                        {"extended_id": "abc12346", "product": "sku1", "lot": None},
                    ],
                },
                request_only=True,
            ),
            response_example(DONE_EXAMPLE, "200"),
            response_example(WRONG_EXAMPLE, "400"),
        ],
    )
)(items_api.ChangeItems)
extend_schema_view(
    post=extend_schema(
        operation_id="change_selected_codes",
        summary="Change all codes that meet constraints",
        description="A worker gives the values to every code that meets all constraints, in one transaction. "
        "Constraints are the filters of the list of codes, and SCM fields by their names; at least one is needed. "
        "Codes that have the values already are counted as unchanged; those that a cancelled workorder blacklisted are "
        "kept.",
        responses={200: OpenApiResponse(TASK_ID, "It is queued.")},
        examples=[
            OpenApiExample(
                "A stolen lot",
                {"constraints": {"lot": "B7"}, "scm_data": {"activation_status": 2, "blacklist_reason": 4}},
                request_only=True,
            ),
            OpenApiExample(
                "Roll 3 of a workorder",
                {
                    "constraints": {"workorder": 31, "sequence_from": 40_001, "sequence_to": 60_000},
                    "scm_data": {"activation_status": 1, "roll": "3"},
                },
                request_only=True,
            ),
            response_example({"task_id": KEY}, "200"),
        ],
    )
)(api.ChangeSelected)
extend_schema_view(
    get=extend_schema(
        operation_id="get_change_task",
        summary="Look at a change of codes",
        description="Of any change: of selected codes, of a file, an undo. Its ingestion record tells more.",
        examples=[response_example(TASK_EXAMPLE, "200")],
    )
)(api.Task)
extend_schema_view(
    get=extend_schema(
        operation_id="get_undo_extent",
        summary="Count what undoing a change would do",
        description="Codes that are still as the change left them get their old values back. Those that were changed "
        "since are kept; those that were deleted with their upload are counted by neither. 400 where the record cannot "
        "be undone.",
        responses={200: change_serializers.UndoExtentSerializer},
        examples=[response_example({"undone": 19_998, "kept": 2, "kept_codes": ["abc12345", "abc12346"]}, "200")],
    ),
    post=extend_schema(
        operation_id="undo_change",
        summary="Undo a completed change",
        description="The undo is an ingestion record of its own, and can itself be undone; its `result_data` has, as "
        "`kept_codes`, the first thousand of the ids that it kept. 400 when the record is no completed change, is "
        "being undone, changed nothing, or its history is not kept any more.",
        responses={201: record_serializers.RecordSerializer},
        examples=[response_example(UNDO_EXAMPLE, "201")],
    ),
)(api.Undo)
