"""Words and examples of the calls of exports, for the schema."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view

from workorders.exports import api
from workorders.exports.downloads import CONTENT_TYPES, GZIP
from workorders.exports.limits import MOST_IN_WORKBOOK
from workorders.models import Export
from workorders.schema_parts import IF_RANGE, RANGE, example

URL = "https://codeport.example/api/v2/codes/download/8/"
WAITING = {"id": 8, "url": URL, "progress": {"phase": "waiting", "rows_done": 0, "rows_total": None}}
WRITING = {"id": 8, "url": URL, "progress": {"phase": "writing", "rows_done": 400000, "rows_total": 1000000}}
BEING_MADE = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "url": {"type": "string", "format": "uri"},
        "progress": {"$ref": "#/components/schemas/Progress"},
    },
    "required": ["id", "url", "progress"],
}
FILES: dict[Any, Any] = {
    (status, kind.partition(";")[0]): OpenApiResponse(OpenApiTypes.BINARY, said)
    for status, said in ((200, "The file."), (206, "The part of it that `Range` asks for."))
    for kind in (*CONTENT_TYPES.values(), GZIP)
}
REFUSED = {"$ref": "#/components/schemas/Detail"}

extend_schema_view(
    post=extend_schema(
        operation_id="start_export",
        summary="Export codes",
        description="A file of all codes that the filters find when a worker begins, in the order of their ids: with "
        "product, status, who changed and who activated each and when, workorder, URL, and a column for each SCM field "
        "(in jsonl the object `scm_data`). `epcis` is an EPCIS 2.0 document in JSON-LD instead: the events by which "
        "codes were commissioned and decommissioned. "
        f"A workbook takes {MOST_IN_WORKBOOK:,} codes at most. Fetch the file at `url`; it is deleted after "
        f"{Export.KEPT.days} days.",
        responses={202: OpenApiResponse(BEING_MADE, "Asked for; fetch it at `url`.")},
        examples=[
            OpenApiExample(
                "Blacklisted codes of a lot",
                {"filters": {"activation_status": 2, "scm_lot": "B7"}, "format": "csv", "gzip": True},
                request_only=True,
            ),
            example(WAITING, "202"),
        ],
    ),
    get=extend_schema(exclude=True),
)(api.StartExport)
extend_schema_view(
    get=extend_schema(
        operation_id="download_export",
        summary="Fetch an export",
        description="202 with progress until the file is there.",
        parameters=[RANGE, IF_RANGE],
        responses={
            **FILES,
            202: OpenApiResponse(BEING_MADE, "Not there yet; ask again after `Retry-After` seconds."),
            304: OpenApiResponse(None, "It still has the `ETag` that `If-None-Match` names."),
            409: OpenApiResponse(REFUSED, "It could not be made; the reason says what can be done."),
            410: OpenApiResponse(REFUSED, "It was cancelled, or its file is deleted."),
            416: OpenApiResponse(REFUSED, "The file has no such bytes."),
        },
        examples=[example(WRITING, "202")],
    ),
    delete=extend_schema(
        operation_id="cancel_export",
        summary="Cancel an export",
        description="404 when it is not being made.",
        responses={204: OpenApiResponse(None, "Cancelled.")},
    ),
)(api.ExportFile)
