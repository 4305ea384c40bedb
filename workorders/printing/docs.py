"""Summaries, descriptions and examples of the calls of printing, for the schema."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.views import APIView

from workorders.deliveries import api as delivery_api
from workorders.printing import api as printing_api
from workorders.schema_parts import DOWNLOADS, IF_RANGE, JUST_FAILED, MADE, RANGE, WORKORDER
from workorders.serializers import WorkorderProgressSerializer

OUT_OF_TURN = {"$ref": "#/components/schemas/Refusal"}
SECURE = {**WORKORDER, "type": "SSC", "quantity": 5000, "warnings": [], "progress": None}


def _step(
    view: type[APIView],
    operation: str,
    summary: str,
    description: str,
    state: str,
    example: dict[str, object] | None = None,
) -> None:
    """A step that is taken by a POST and leaves the workorder in `state`."""
    refused = "It is not its turn, said as `detail`; or what is wrong by field."
    given = [OpenApiExample("What it takes", example, request_only=True)] if example else []
    answer = OpenApiExample("Example", {**SECURE, "state": state}, response_only=True, status_codes=["200"])
    extend_schema_view(
        post=extend_schema(
            operation_id=operation,
            summary=summary,
            description=description,
            responses={200: WorkorderProgressSerializer, 400: OpenApiResponse(OUT_OF_TURN, refused)},
            examples=[*given, answer],
        )
    )(view)


_step(
    printing_api.Confirm,
    "confirm_workorder",
    "Confirm equipment and substrate",
    "The printing partner's step from new to ready to print. Both are named, must be calibrated today, and change no "
    "more. `fewer` confirms although not all codes were uploaded.",
    "ready_to_print",
    {"equipment": "Press 1", "substrate": "Coated 90 g", "fewer": False},
)
_step(
    printing_api.Printed,
    "mark_printed",
    "Say how much was printed",
    "The printing partner's step from ready to print to printed. `wasted` are prints that were spoiled. "
    "Neither is more than was ordered; where both together are another number, `confirm` says that it is so. Codes of "
    "which no good print is left can be named, by ids, by ranges of sequences, or as a scanner gives them: they are "
    "blacklisted (7, misprint), all or none. Where they are not as many as `wasted`, `confirm` is asked for, too.",
    "printed",
    {"printed": 4990, "wasted": 10, "wasted_ranges": ["17", "40001-40009"]},
)
_step(
    printing_api.Complete,
    "complete_workorder",
    "Accept what was printed",
    "The brand owner's step from printed to completed, after the quality check. Codes become active if that was "
    "ordered and as many were printed as uploaded; of fewer nobody knows which exist, so none becomes active unless "
    "`activate` is true. A warning of the workorder says so.",
    "completed",
    {"activate": None},
)
_step(
    printing_api.Reject,
    "reject_workorder",
    "Reject what was printed",
    "The brand owner's step from printed back to ready to print. The printing partner reads the reason.",
    "ready_to_print",
    {"reason": "The graphics are smeared on one side."},
)
_step(
    printing_api.Cancel,
    "cancel_workorder",
    "Cancel a workorder",
    "Of secure codes, the brand owner's step from new, ready to print or printed to cancelled: all its codes are "
    "blacklisted with reason 9, and it takes no more. Of ids that the portal makes, while they are being made: no code "
    "of it is created.",
    "cancelled",
)
extend_schema_view(
    post=extend_schema(
        operation_id="allow_download",
        summary="Allow one more download",
        description="Of secure codes that can be downloaded once, when a download of them broke off.",
        responses={
            200: WorkorderProgressSerializer,
            400: OpenApiResponse(OUT_OF_TURN, "There is nothing to allow; `detail` says why."),
        },
        examples=[
            OpenApiExample(
                "Example",
                {**SECURE, "state": "ready_to_print", "download_once": True},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
)(printing_api.AllowDownload)
extend_schema_view(
    get=extend_schema(
        operation_id="get_secure_codes",
        summary="Fetch the secure codes to print",
        description="For the printing partner of a workorder that is ready to print: a zip with the image of every "
        "secure code at the resolution of the equipment. It is prepared for the caller when first asked for: 202 with "
        "progress until it is there. Each download is noted with person, time and address. Where the codes can be "
        "downloaded once, a client that fetches parts by `Range` may have those that were not sent yet for an hour.",
        parameters=[RANGE, IF_RANGE],
        responses={
            **DOWNLOADS,
            400: OpenApiResponse(OUT_OF_TURN, "They are not handed out now; `detail` says why."),
            409: JUST_FAILED,
        },
        examples=MADE,
    )
)(delivery_api.SecureCodes)
