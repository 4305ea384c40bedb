"""Descriptions for the schema of the calls that change codes without a file."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view

from ingestion.api import change_calls as api
from ingestion.api import change_serializers, record_serializers
from ingestion.api.docs_examples import KEY, RECORD_EXAMPLE, response_example

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
    "properties": {"task_id": {"type": "string", "description": "The key of the change's ingestion record."}},
    "required": ["task_id"],
}

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
        "since are kept. 400 where the record cannot be undone.",
        responses={200: change_serializers.UndoExtentSerializer},
        examples=[response_example({"undone": 19_998, "kept": 2, "kept_codes": ["abc12345", "abc12346"]}, "200")],
    ),
    post=extend_schema(
        operation_id="undo_change",
        summary="Undo a completed change",
        description="The undo is an ingestion record of its own, and can itself be undone. 400 when the record is no "
        "completed change, is being undone, changed nothing, or its history is not kept any more.",
        responses={201: record_serializers.RecordSerializer},
        examples=[response_example(UNDO_EXAMPLE, "201")],
    ),
)(api.Undo)
