"""Summaries, descriptions and examples of the calls of equipment, substrates and templates, for the schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view

from workorders.named_items import calibration_api
from workorders.named_items.api import NamedArchive, NamedDetail, NamedList
from workorders.secure import template_api

CALIBRATION = {"calibrated_on": "2026-11-02", "calibrated_until": "2027-11-01"}
AGAIN = {"calibrated_on": "2027-10-28", "calibrated_until": "2028-10-27"}
CALIBRATED = {"state": "calibrated", "is_archived": False}
ARCHIVED = {"state": "archived", "is_archived": True}
TEMPLATE = {
    "name": "Bottles",
    "layout": "inside",
    "printing_partner": "printco",
    "url_prefix": "https://v.example/",
    "use_serial_number": False,
    "activate_on_complete": True,
    "download_once": True,
}
NEEDS_NEW_NAME = "A name that the company has is refused, archived or not."


@dataclass(frozen=True)
class _Words:
    """The words of one kind: its names in operations and in sentences, what its calls do, and examples."""

    one: str
    several: str
    called: str
    create: str
    change: str
    archive: str
    body: dict[str, Any]
    changes: dict[str, Any]
    shown: dict[str, Any]
    archived: dict[str, Any]


def _given(value: dict[str, Any]) -> OpenApiExample:
    return OpenApiExample("What it takes", value, request_only=True)


def _told(value: dict[str, Any], status: str = "200") -> OpenApiExample:
    return OpenApiExample("Example", value, response_only=True, status_codes=[status])


def _describe(of_all: type[NamedList], of_one: type[NamedDetail], archive: type[NamedArchive], words: _Words) -> None:
    """The five calls of one kind."""
    form, row = of_all.serializer_class, {"id": 3, **words.body, **words.shown}
    extend_schema_view(
        get=extend_schema(
            operation_id=f"list_{words.several}",
            summary=f"List {words.several.replace('_', ' ')}",
            examples=[_told(row)],
        ),
        post=extend_schema(
            operation_id=f"create_{words.one}",
            summary=f"Make {words.called}",
            description=f"{words.create} {NEEDS_NEW_NAME}",
            responses={201: form},
            examples=[_given(words.body), _told(row, "201")],
        ),
    )(of_all)
    extend_schema_view(
        get=extend_schema(operation_id=f"get_{words.one}", summary=f"Look at {words.called}", examples=[_told(row)]),
        patch=extend_schema(
            operation_id=f"change_{words.one}",
            summary=f"Change {words.called}",
            description=f"What the body does not name stays as it is. {words.change}",
            responses={200: form},
            examples=[_given(words.changes), _told({**row, **words.changes})],
        ),
    )(of_one)
    extend_schema_view(
        post=extend_schema(
            operation_id=f"archive_{words.one}",
            summary=f"Archive {words.called}, or bring it back",
            description=words.archive,
            responses={200: form},
            examples=[_given({"is_archived": True}), _told({**row, **words.archived})],
        )
    )(archive)


_describe(
    calibration_api.EquipmentList,
    calibration_api.EquipmentDetail,
    calibration_api.EquipmentArchive,
    _Words(
        "equipment",
        "equipment",
        "a printing machine",
        "For people of a printing partner: a machine with its own resolution, for which secure graphics are drawn dot "
        "by dot. It may be chosen for a workorder from the first to the last day of its calibration.",
        "Its resolution cannot be changed: images were drawn for it.",
        "What is archived cannot be chosen for a workorder; workorders that were printed with it keep it.",
        {"name": "Press 1", "dpi": 1200, **CALIBRATION},
        AGAIN,
        CALIBRATED,
        ARCHIVED,
    ),
)
_describe(
    calibration_api.SubstrateList,
    calibration_api.SubstrateDetail,
    calibration_api.SubstrateArchive,
    _Words(
        "substrate",
        "substrates",
        "a substrate",
        "For people of a printing partner: a material that is printed on. It may be chosen for a workorder from the "
        "first to the last day of its calibration.",
        "",
        "What is archived cannot be chosen for a workorder; workorders that were printed on it keep it.",
        {"name": "Coated 90 g", **CALIBRATION},
        AGAIN,
        CALIBRATED,
        ARCHIVED,
    ),
)
_describe(
    template_api.TemplateList,
    template_api.TemplateDetail,
    template_api.TemplateArchive,
    _Words(
        "workorder_template",
        "workorder_templates",
        "a template",
        "For people of a brand owner: what orders of secure codes have in common, which `create-ssc` takes as "
        "`template`. A URL prefix of its own must be one that could be ordered now; only an order claims it.",
        "Workorders that were made from it stay as they are.",
        "No order takes an archived one; workorders that were made from it stay as they are.",
        TEMPLATE,
        {"layout": "outside"},
        {"is_archived": False},
        {"is_archived": True},
    ),
)
