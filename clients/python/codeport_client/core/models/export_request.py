from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

from ..models.format_enum import FormatEnum
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.export_request_filters import ExportRequestFilters


T = TypeVar("T", bound="ExportRequest")


@_attrs_define
class ExportRequest:
    """Which codes, and as what file.

    Attributes:
        format_ (FormatEnum): * `csv` - csv
            * `jsonl` - jsonl
            * `xlsx` - xlsx
            * `epcis` - epcis
        filters (ExportRequestFilters | Unset): The filters of the list of codes, such as `workorder` or `scm_lot`; none
            means all. They may also stand beside it, as they do in the list's address.
        gzip (bool | Unset): Compress the file; of csv, jsonl and epcis. Default: False.
        neutralise_formulas (bool | Unset): Put an apostrophe before what a spreadsheet would run, a byte order mark
            before all, and at the end an empty column `apostrophes (ignored)`, for which an upload of the file takes the
            apostrophes off again; of csv. Default: False.
    """

    format_: FormatEnum
    filters: ExportRequestFilters | Unset = UNSET
    gzip: bool | Unset = False
    neutralise_formulas: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        format_ = self.format_.value

        filters: dict[str, Any] | Unset = UNSET
        if not isinstance(self.filters, Unset):
            filters = self.filters.to_dict()

        gzip = self.gzip

        neutralise_formulas = self.neutralise_formulas

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "format": format_,
            }
        )
        if filters is not UNSET:
            field_dict["filters"] = filters
        if gzip is not UNSET:
            field_dict["gzip"] = gzip
        if neutralise_formulas is not UNSET:
            field_dict["neutralise_formulas"] = neutralise_formulas

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.export_request_filters import ExportRequestFilters  # noqa: PLC0415

        d = dict(src_dict)
        format_ = FormatEnum(d.pop("format"))

        _filters = d.pop("filters", UNSET)
        filters: ExportRequestFilters | Unset
        if isinstance(_filters, Unset):
            filters = UNSET
        else:
            filters = ExportRequestFilters.from_dict(_filters)

        gzip = d.pop("gzip", UNSET)

        neutralise_formulas = d.pop("neutralise_formulas", UNSET)

        export_request = cls(
            format_=format_,
            filters=filters,
            gzip=gzip,
            neutralise_formulas=neutralise_formulas,
        )

        return export_request
