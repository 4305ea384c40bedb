from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.get_post_data_filetype_enum import GetPostDataFiletypeEnum
from ..types import UNSET, Unset

T = TypeVar("T", bound="GetPostDataRequest")


@_attrs_define
class GetPostDataRequest:
    """What begins an upload. The pages may send workbooks too; to others the field's two types are promised.

    Attributes:
        filetype (GetPostDataFiletypeEnum): * `csv` - CSV
            * `json` - JSON
            * `xlsx` - Excel
        file_name (str | Unset):  Default: ''.
    """

    filetype: GetPostDataFiletypeEnum
    file_name: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        filetype = self.filetype.value

        file_name = self.file_name

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "filetype": filetype,
            }
        )
        if file_name is not UNSET:
            field_dict["file_name"] = file_name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        filetype = GetPostDataFiletypeEnum(d.pop("filetype"))

        file_name = d.pop("file_name", UNSET)

        get_post_data_request = cls(
            filetype=filetype,
            file_name=file_name,
        )

        return get_post_data_request
