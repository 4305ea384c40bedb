"""Summaries, descriptions and examples of the calls of workorders and products, for the schema."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view

from workorders import api, serializers
from workorders.archives import api as archives_api
from workorders.changes import api as change_api
from workorders.codes import api as code_api
from workorders.codes.serializers import CodeSerializer
from workorders.company import docs as company_docs  # noqa: F401  # describes its calls, as the others below
from workorders.exports import docs as export_docs  # noqa: F401
from workorders.orders import api as minting_api
from workorders.printing import docs as printing_docs  # noqa: F401
from workorders.products import api as product_api
from workorders.scans import api as scan_api
from workorders.scans.serializers import ScanDaysSerializer
from workorders.schema_parts import (
    BUSY,
    CODE,
    CODE_HISTORY,
    DOWNLOADS,
    EVENT,
    IF_RANGE,
    IMAGES,
    JUST_FAILED,
    MADE,
    NO_SUCH_IMAGES,
    PRODUCT,
    PROGRESS,
    RANGE,
    SCANS,
    SECURE,
    WAITING,
    WORKORDER,
    example,
)
from workorders.secure import api as secure_api
from workorders.secure import docs as named_docs  # noqa: F401
from workorders.webhooks import docs as webhook_docs  # noqa: F401

extend_schema_view(
    get=extend_schema(
        operation_id="list_codes",
        summary="List codes, by id",
        description="In the order of ids. Follow `next` to walk all of them; it names the last id, so a page costs the "
        "same however far it is. `count` is exact, or null where too many codes would have to be looked "
        "at. `scm_` and the name of a field, as in `scm_lot=B7`, asks for codes with exactly this value. Where codes "
        "are hard to find, as by a field without a workorder, a page may have few of them, or none, and `next`. Codes "
        "that are made during the walk join it where their ids belong, and are counted.",
        examples=[example(CODE)],
    )
)(code_api.CodeList)
extend_schema_view(
    get=extend_schema(
        operation_id="get_code",
        summary="Look at a code",
        description="The id is percent-encoded in the address, also the slashes and percent signs of a GS1 id.",
        parameters=[OpenApiParameter("id", str, "path", description="The code's extended id.")],
        examples=[example(CODE)],
    ),
    patch=extend_schema(
        operation_id="change_code",
        summary="Change a code",
        description="What the body does not name stays as it is; `scm_data` is merged, and null removes a field. A "
        "`blacklist_reason` other than 0 goes with the status 2 (blacklisted) alone, and leaving that resets it. "
        "Status 2 without a reason leaves 0 (none). The reasons 9 and 10 are given by Codeport alone; a body that "
        "was read may repeat that of its code. What a cancelled workorder blacklisted stays so. A change that "
        "another one keeps waiting is answered 503.",
        parameters=[OpenApiParameter("id", str, "path", description="The code's extended id.")],
        responses={200: CodeSerializer, 503: BUSY},
        examples=[
            OpenApiExample("Stolen", {"activation_status": 2, "blacklist_reason": 4}, request_only=True),
            OpenApiExample("SCM fields", {"scm_data": {"lot": "B7", "pallet_number": None}}, request_only=True),
            example(CODE),
        ],
    ),
)(change_api.CodeDetail)
extend_schema_view(
    get=extend_schema(
        operation_id="list_code_history",
        summary="List the changes of a code, the latest first",
        description="Who changed what, when and by what: `origin` is `page`, `file`, `api`, `workorder` or `scans`. At "
        "most the latest 1,000 changes, and none that the installation keeps no longer.",
        parameters=[OpenApiParameter("id", str, "path", description="The code's extended id.")],
        examples=[example(CODE_HISTORY)],
    )
)(change_api.CodeHistory)
extend_schema_view(
    get=extend_schema(
        operation_id="get_code_image",
        summary="Fetch the image of a code",
        description="Its QR symbol as a file; a PDF has the id below it, on a page of 50 by 60 mm. A secure code is "
        "shown as SVG or PNG, with a specimen where its graphic stands: that itself is its printing partner's alone.",
        parameters=[OpenApiParameter("id", str, "path", description="The code's extended id.")],
        responses={
            (200, "image/svg+xml"): OpenApiResponse(OpenApiTypes.BINARY, "The image."),
            (200, "image/png"): OpenApiTypes.BINARY,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
    )
)(code_api.CodeImage)
extend_schema_view(
    get=extend_schema(
        operation_id="get_scans",
        summary="Look at scans by day",
        description="How often the public pages of a company's codes were opened on each day, in UTC. A scan is a "
        "GET by which the code is shown, whatever its status; it is counted within half a minute. What a browser or "
        "cache shows again by itself, for a minute at most, is none. Nothing is kept of who asked.",
        responses={200: ScanDaysSerializer},
        examples=[example(SCANS)],
    )
)(scan_api.ScanList)
extend_schema_view(
    get=extend_schema(operation_id="list_products", summary="List products", examples=[example(PRODUCT)]),
    post=extend_schema(
        operation_id="create_product",
        summary="Make a product",
        description="Its SKU cannot be changed later. An SKU that the company has is refused, archived or not. "
        "`is_archived` true needs the permission `workorder_archive` besides.",
        responses={201: product_api.ProductSerializer},
        examples=[
            OpenApiExample("Lemonade", {"sku": "sku1", "name": "Lemonade"}, request_only=True),
            example(PRODUCT, "201"),
        ],
    ),
)(product_api.ProductList)
extend_schema_view(
    get=extend_schema(operation_id="get_product", summary="Look at a product", examples=[example(PRODUCT)]),
    patch=extend_schema(
        operation_id="change_product",
        summary="Rename a product, archive it or bring it back",
        description="What the body does not name stays as it is. Changing `is_archived` needs the permission "
        "`workorder_archive` besides. Uploads and orders that name an archived product are refused; the codes that "
        "have it keep it.",
        responses={200: product_api.ProductSerializer},
        examples=[
            OpenApiExample("Another name", {"name": "Sour lemonade"}, request_only=True),
            OpenApiExample("Archived", {"is_archived": True}, request_only=True),
            example(PRODUCT),
        ],
    ),
)(product_api.ProductDetail)
extend_schema_view(
    get=extend_schema(
        operation_id="list_workorders",
        summary="List workorders, newest first",
        examples=[example(WORKORDER)],
    )
)(api.WorkorderList)
extend_schema_view(
    get=extend_schema(
        operation_id="get_workorder",
        summary="Look at a workorder",
        description="`progress` tells how far the minting of its codes is, and is null when they are there. Of secure "
        "codes (SSC), `quantity` were ordered and `uploaded_quantity` are there.",
        examples=[example({**WORKORDER, "warnings": [], "progress": PROGRESS})],
    )
)(api.WorkorderDetail)
extend_schema_view(
    get=extend_schema(
        operation_id="list_timeline",
        summary="List what happened to a workorder",
        description="Its steps and downloads, first things first, as its page shows them. `what` names the kind of "
        "step, `text` says it in words. A printing partner is not told who of the brand owner downloaded what.",
        examples=[example(EVENT)],
    )
)(secure_api.Timeline)
extend_schema_view(
    post=extend_schema(
        operation_id="archive_workorder",
        summary="Archive a workorder, or bring it back",
        description="An archived one stands in lists of archived ones alone; its codes and downloads stay as they are.",
        responses={200: serializers.WorkorderProgressSerializer},
        examples=[
            OpenApiExample("Archived", {"is_archived": True}, request_only=True),
            example({**WORKORDER, "is_archived": True, "warnings": [], "progress": None}),
        ],
    )
)(api.Archive)
extend_schema_view(
    post=extend_schema(
        operation_id="create_sid",
        summary="Order codes whose ids the portal makes",
        description="The answer is the new workorder, whose `progress` moves at its own address.",
        responses={201: serializers.WorkorderProgressSerializer},
        examples=[
            OpenApiExample(
                "A thousand codes",
                {"reference": "Spring bottles", "quantity": 1000, "avoid_lookalikes": True},
                request_only=True,
            ),
            example({**WORKORDER, "warnings": [], "progress": WAITING}, "201"),
        ],
    )
)(minting_api.CreateSid)
extend_schema_view(
    post=extend_schema(
        operation_id="create_ssc",
        summary="Order secure codes",
        description="The new workorder has no codes yet: upload them into it, by `workorder` of `process`. What the "
        "order does not say, its template says.",
        responses={201: serializers.WorkorderProgressSerializer},
        examples=[
            OpenApiExample(
                "By a template", {"reference": "Vintage 2026", "quantity": 5000, "template": 3}, request_only=True
            ),
            example({**SECURE, "warnings": [], "progress": None}, "201"),
        ],
    )
)(secure_api.CreateSsc)
extend_schema_view(
    get=extend_schema(
        operation_id="download",
        summary="Fetch a workorder's archive",
        description="A zip with `codes.csv`, `manifest.json` and a sample image. With `images`, a zip that holds an "
        "image of every code, which is made when it is first asked for: 202 with progress until it is there. The other "
        "parameters say how the images look; sizes of labels and sheets are millimetres. `text` prints a line below "
        "each code of a PDF: `sku`, `product`, `serial_number` or an SCM field such as `scm_data.best_before`.",
        parameters=[IMAGES, RANGE, IF_RANGE],
        responses={**DOWNLOADS, 400: NO_SUCH_IMAGES, 409: JUST_FAILED},
        examples=MADE,
    ),
    delete=extend_schema(
        operation_id="cancel_images",
        summary="Cancel the making of images",
        description="Named by the same parameters; 404 when they are not being made. They can be asked for again.",
        parameters=[IMAGES],
        responses={204: OpenApiResponse(None, "Cancelled."), 400: NO_SUCH_IMAGES},
    ),
)(archives_api.Download)
extend_schema_view(
    get=extend_schema(
        operation_id="get_serial_numbers",
        summary="Fetch a workorder's serial numbers",
        description="The simpler zip: `codes.csv` and the sample image.",
        parameters=[RANGE, IF_RANGE],
        responses=DOWNLOADS,
        examples=MADE,
    )
)(archives_api.SerialNumbers)
