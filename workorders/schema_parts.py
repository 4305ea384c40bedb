"""Examples and answers that several calls of the schema share."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from workorders.rendering.batch import IMAGE_FORMATS

WORKORDER = {
    "id": 31,
    "company": {"slug": "demo", "name": "Demo Brands"},
    "reference": "Spring bottles",
    "type": "SID",
    "state": "new",
    "quantity": 1000,
    "uploaded_quantity": 0,
    "url_prefix": "https://codeport.example/c/demo/",
    "use_serial_number": False,
    "activate_on_complete": False,
    "layout": "",
    "printing_partner": None,
    "download_once": False,
    "equipment": None,
    "substrate": None,
    "printed_quantity": None,
    "wasted_quantity": None,
    "reject_reason": None,
    "remarks": "",
    "is_archived": False,
    "created_at": "2026-11-24T09:30:00.000000Z",
    "created_by": 2,
}
SECURE = {
    **WORKORDER,
    "reference": "Vintage 2026",
    "type": "SSC",
    "quantity": 5000,
    "url_prefix": "https://v.example/",
    "layout": "inside",
    "printing_partner": "printco",
}
EVENT = {
    "id": 112,
    "what": "rejected",
    "text": "Rejected what was printed: The graphics are smeared on one side.",
    "at": "2026-11-24T09:30:00.000000Z",
    "by": "Demo Brands",
    "address": None,
}
WAITING = {"phase": "waiting", "rows_done": 0, "rows_total": None}
PROGRESS = {"phase": "creating", "rows_done": 400, "rows_total": 1000}
PRODUCT = {
    "id": 1,
    "sku": "sku1",
    "name": "Lemonade",
    "is_archived": False,
    "created_at": "2026-11-24T09:30:00.000000Z",
}
ZIP = "application/zip"
BEING_MADE = {
    "type": "object",
    "properties": {"progress": {"$ref": "#/components/schemas/Progress"}},
    "required": ["progress"],
}
RANGE = OpenApiParameter(
    "Range", str, "header", description="Goes on where a download broke off, as in `bytes=1048576-`."
)
IMAGES = OpenApiParameter("images", str, enum=IMAGE_FORMATS, description="The kind of image; without it, the archive.")
IF_RANGE = OpenApiParameter("If-Range", str, "header", description="The `ETag` that the first part had.")


def example(value: dict[str, Any], status: str = "200") -> OpenApiExample:
    return OpenApiExample("Example", value, response_only=True, status_codes=[status])


DOWNLOADS: dict[Any, Any] = {
    (200, ZIP): OpenApiResponse(OpenApiTypes.BINARY, "The zip."),
    (206, ZIP): OpenApiResponse(OpenApiTypes.BINARY, "The part of it that `Range` asks for."),
    202: OpenApiResponse(BEING_MADE, "Not there yet; ask again after `Retry-After` seconds."),
    304: OpenApiResponse(None, "It still has the `ETag` that `If-None-Match` names."),
    416: OpenApiResponse({"$ref": "#/components/schemas/Detail"}, "The zip has no such bytes."),
}
NO_SUCH_IMAGES = OpenApiResponse({"$ref": "#/components/schemas/Refusal"}, "No such images.")
JUST_FAILED = OpenApiResponse(
    {"$ref": "#/components/schemas/Detail"}, "The images could not be made; ask again after `Retry-After` seconds."
)
MADE = [example({"progress": PROGRESS}, "202")]
BUSY = OpenApiResponse(
    {"$ref": "#/components/schemas/Detail"}, "Another change keeps it waiting; ask again after `Retry-After` seconds."
)
CODE_HISTORY = {
    "id": 12,
    "at": "2026-11-24T09:30:00.000000Z",
    "by": "staff@demo.example",
    "origin": "api",
    "record": "k3v9xq0a1b2c",
    "undoes": None,
    "changes": {"activation_status": {"old": 0, "new": 2}, "blacklist_reason": {"old": 0, "new": 4}},
}
CODE = {
    "id": "bottle-0001",
    "url": "https://codeport.example/c/demo/bottle-0001",
    "workorder": 31,
    "product": "sku1",
    "activation_status": 1,
    "blacklist_reason": 0,
    "scm_data": {"pallet_number": "pal1"},
    "serial_number": None,
    "sequence": 1,
    "batch": 1,
    "record": "k3v9xq0a1b2c",
    "scans": {"count": 3, "first_at": "2026-11-27T08:15:00Z", "last_at": "2026-11-29T19:02:11Z"},
}
SCANS = {
    "since": "2026-11-28",
    "until": "2026-11-29",
    "scans": 65,
    "days": [{"day": "2026-11-28", "scans": 24}, {"day": "2026-11-29", "scans": 41}],
}
