"""Descriptions for the schema of the ingestion API, beyond what the code of the calls tells."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view

from ingestion.api import record_serializers
from ingestion.api import records as api
from ingestion.api import uploads as upload_api
from ingestion.api.add_sids_serializer import MOST_CODES
from ingestion.api.docs_examples import ERROR_EXAMPLE, FORM_EXAMPLE, KEY, RECORD_EXAMPLE, response_example
from ingestion.api.docs_shapes import FORM, RECORD_KEY, RECORD_KEY_ALONE


def _text(media_type: str, description: str) -> dict[tuple[int, str], OpenApiResponse]:
    return {(200, media_type): OpenApiResponse(OpenApiTypes.STR, description)}


EMPTIED = OpenApiResponse(
    {"$ref": "#/components/schemas/Refusal"}, "The errors are not kept any more; `file_deleted_at` of the record."
)

extend_schema_view(
    post=extend_schema(
        operation_id="get_post_data",
        summary="Begin an upload",
        description="Creates an ingestion record, and the signed form by which its file is uploaded within 30 minutes. "
        "With an `Idempotency-Key`, a repeat brings the same form, whose 30 minutes go on.",
        responses={201: FORM},
        examples=[
            OpenApiExample("A CSV file", {"filetype": "csv"}, request_only=True),
            response_example(FORM_EXAMPLE, "201"),
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
            OpenApiExample(
                "A file of Windows-1252 with two rows above its header",
                {"record": KEY, "encoding": "windows-1252", "header_row": 3},
                request_only=True,
            ),
            response_example({"record_key": KEY}, "200"),
        ],
    )
)(upload_api.Process)
extend_schema_view(
    post=extend_schema(
        operation_id="get_post_data_of_changes",
        summary="Begin a change of codes by a file",
        description="Creates an ingestion record of type `scm` and the signed form by which its file is uploaded "
        "within 30 minutes, as for an upload of codes.",
        responses={201: FORM},
        examples=[
            OpenApiExample("A CSV file", {"filetype": "csv"}, request_only=True),
            response_example(FORM_EXAMPLE, "201"),
        ],
    )
)(upload_api.GetPostDataOfChanges)
extend_schema_view(
    post=extend_schema(
        operation_id="process_changes",
        summary="Process the uploaded file of changes",
        description="Queues the check of every row and the change of its code; all or nothing. A row names its code by "
        "`extended_id`, `id`, `serial_number`, `workorder` or an SCM field. An absent column and an empty cell change "
        "nothing; null removes an SCM field. A workorder's id or reference names all of its codes. The record's "
        "`result_data` counts `codes_affected` and `codes_unchanged`.",
        responses={200: RECORD_KEY},
        examples=[
            OpenApiExample("Rows that begin with an id", {"record": KEY}, request_only=True),
            OpenApiExample(
                "Activate all codes of the pallets in the file",
                {
                    "record": KEY,
                    "data_key": "pallet_number",
                    "many": True,
                    "default_scm_data": {"activation_status": 1},
                },
                request_only=True,
            ),
            response_example({"record_key": KEY}, "200"),
        ],
    )
)(upload_api.ProcessChanges)
extend_schema_view(
    post=extend_schema(
        operation_id="process_from_file",
        summary="Process the uploaded file, by the newer address",
        description="The same as `process`. What the body leaves out is taken from the call of `add-sids` that began "
        "the record, if one did.",
        responses={200: RECORD_KEY},
        examples=[
            OpenApiExample("As add-sids said", {"record": KEY}, request_only=True),
            response_example({"record_key": KEY}, "200"),
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
            response_example({"record_key": KEY}, "201", "The mode api"),
            response_example(FORM_EXAMPLE, "201", "The mode file"),
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
        examples=[response_example(RECORD_EXAMPLE, "200")],
    ),
)(api.RecordDetail)
extend_schema_view(
    post=extend_schema(
        operation_id="cancel_record",
        summary="Cancel an ingestion",
        description="Ends an ingestion that has not ended; nothing of it is stored. 400 when it has ended already. "
        "With `ingestion_code_create` alone, one that the caller uploaded.",
        responses={200: record_serializers.RecordSerializer},
        examples=[
            response_example({**RECORD_EXAMPLE, "status": "cancelled", "result_data": {}, "workorder": None}, "200")
        ],
    )
)(api.Cancel)
extend_schema_view(
    get=extend_schema(
        operation_id="get_withdrawal",
        summary="See what a withdrawal would do",
        description="Codes of which nothing was downloaded or scanned are deleted with their workorder, and their ids "
        "are free again. Others are blacklisted (9), and the workorder is cancelled. Archives, images of all or of "
        "single codes, serial numbers and exports count as downloads; looking at codes does not.",
        responses={
            200: record_serializers.ExtentSerializer,
            400: OpenApiResponse(
                {"$ref": "#/components/schemas/Refusal"}, "It cannot be withdrawn; `detail` says why."
            ),
        },
        examples=[response_example({"deletes": True, "codes": 4, "because": []}, "200")],
    ),
    post=extend_schema(
        operation_id="withdraw_record",
        summary="Withdraw a completed upload",
        description="A worker does it, all or nothing. From now on no archive and no image of the codes is "
        "handed out; what is being made of them is cancelled. The record stays `completed`: `withdrawal` tells how "
        "far it is, and `result_data.withdrawn` what came of it.",
        responses={
            200: record_serializers.RecordSerializer,
            400: OpenApiResponse(
                {"$ref": "#/components/schemas/Refusal"}, "It cannot be withdrawn; `detail` says why."
            ),
        },
        examples=[
            OpenApiExample("The wrong file", {"reason": "Last month's file.", "deletes": True}, request_only=True)
        ],
    ),
)(api.Withdraw)
extend_schema_view(
    get=extend_schema(
        operation_id="list_errors",
        summary="List the errors of a record",
        description="Everything wrong with the record's file, in the order of its rows. `row` is what a spreadsheet "
        "shows, the header is 1; null is the file as a whole.",
        responses={200: record_serializers.ErrorSerializer(many=True), 410: EMPTIED},
        examples=[response_example(ERROR_EXAMPLE, "200")],
    ),
)(api.ErrorList)
extend_schema_view(
    get=extend_schema(
        operation_id="get_errors_csv",
        summary="Fetch all errors as CSV",
        description="The columns `row`, `column`, `value`, `error`, `message`. What a spreadsheet could take for a "
        "formula has an apostrophe before it.",
        responses={**_text("text/csv", "The file."), 410: EMPTIED},
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
            410: EMPTIED,
        },
    ),
)(api.RowsWithErrorsFile)
