"""Descriptions of the calls of ingestion templates for the schema."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_view

from ingestion.api import templates as api
from ingestion.api.docs_examples import FORM_EXAMPLE, KEY, response_example
from ingestion.api.docs_shapes import FORM, RECORD_KEY_ALONE
from ingestion.api.template_serializers import TemplateRowSerializer

OPTIONS = {"default_scm_data": {"product": "sku1"}, "columns": {"Serial No": "id"}, "encoding": "windows-1252"}
TEMPLATE_EXAMPLE = {
    "id": 3,
    "name": "Rolls of line 2",
    "parameters": OPTIONS,
    "created_at": "2026-11-24T09:30:00.000000Z",
}

extend_schema_view(
    get=extend_schema(operation_id="list_ingestion_templates", summary="List ingestion templates, by name"),
    post=extend_schema(
        operation_id="keep_ingestion_template",
        summary="Keep options of uploads under a name",
        description="The options are those of `process` that may hold for several uploads, checked as there. They are "
        "checked again when the template is used.",
        responses={201: TemplateRowSerializer},
        examples=[
            OpenApiExample("Files of one line", {"name": "Rolls of line 2", **OPTIONS}, request_only=True),
            response_example(TEMPLATE_EXAMPLE, "201"),
        ],
    ),
)(api.TemplateList)
extend_schema_view(
    get=extend_schema(
        operation_id="get_ingestion_template",
        summary="Look at one ingestion template",
        examples=[response_example(TEMPLATE_EXAMPLE, "200")],
    ),
    patch=extend_schema(
        operation_id="change_ingestion_template",
        summary="Rename an ingestion template, or change its options",
        description="An option that the body does not name stays as it is; one that is named takes the place of the "
        "template's, `default_scm_data` and `columns` as a whole. An empty one is taken away. Options are checked as "
        "when they were kept, all of them where one is named.",
        responses=TemplateRowSerializer,
        examples=[
            OpenApiExample("Renamed", {"name": "Rolls of line 3"}, request_only=True),
            OpenApiExample("Without its encoding", {"encoding": ""}, request_only=True),
            response_example({**TEMPLATE_EXAMPLE, "name": "Rolls of line 3"}, "200"),
        ],
    ),
    delete=extend_schema(
        operation_id="delete_ingestion_template",
        summary="Delete an ingestion template",
        description="What was uploaded by it stays as it is.",
        responses={204: OpenApiResponse(None, "Deleted.")},
    ),
)(api.TemplateDetail)
extend_schema_view(
    post=extend_schema(
        operation_id="create_from_template",
        summary="Add codes by an ingestion template",
        description="The same as `add-sids`, with the options of the template where the call says nothing. An option "
        "of the call takes the place of the template's; of `default_scm_data` each value does. What says how a table "
        "is read counts for such files alone. A template that names a product, prefix or declared field that is gone "
        "is refused.",
        responses={201: {"oneOf": [RECORD_KEY_ALONE, FORM]}},
        examples=[
            OpenApiExample(
                "Two codes",
                {
                    "template": "Rolls of line 2",
                    "mode": "api",
                    "codes": [{"Serial No": "bottle-0001"}, {"Serial No": "bottle-0002"}],
                },
                request_only=True,
            ),
            OpenApiExample(
                "A file of another batch",
                {"template": "Rolls of line 2", "mode": "file", "default_scm_data": {"batch": "B7"}},
                request_only=True,
            ),
            response_example({"record_key": KEY}, "201", "The mode api"),
            response_example(FORM_EXAMPLE, "201", "The mode file"),
        ],
    )
)(api.CreateFromTemplate)
