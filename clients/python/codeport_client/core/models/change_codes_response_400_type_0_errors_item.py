from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ChangeCodesResponse400Type0ErrorsItem")


@_attrs_define
class ChangeCodesResponse400Type0ErrorsItem:
    """
    Attributes:
        index (int | None | Unset): The item's place in the list, from 0.
        row (int | None | Unset): The same from 1, as files count.
        column (str | Unset):
        value (str | Unset):
        error (str | Unset):
        message (str | Unset):
        remedy (str | Unset):
    """

    index: int | None | Unset = UNSET
    row: int | None | Unset = UNSET
    column: str | Unset = UNSET
    value: str | Unset = UNSET
    error: str | Unset = UNSET
    message: str | Unset = UNSET
    remedy: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        index: int | None | Unset
        if isinstance(self.index, Unset):
            index = UNSET
        else:
            index = self.index

        row: int | None | Unset
        if isinstance(self.row, Unset):
            row = UNSET
        else:
            row = self.row

        column = self.column

        value = self.value

        error = self.error

        message = self.message

        remedy = self.remedy

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if index is not UNSET:
            field_dict["index"] = index
        if row is not UNSET:
            field_dict["row"] = row
        if column is not UNSET:
            field_dict["column"] = column
        if value is not UNSET:
            field_dict["value"] = value
        if error is not UNSET:
            field_dict["error"] = error
        if message is not UNSET:
            field_dict["message"] = message
        if remedy is not UNSET:
            field_dict["remedy"] = remedy

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_index(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        index = _parse_index(d.pop("index", UNSET))

        def _parse_row(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        row = _parse_row(d.pop("row", UNSET))

        column = d.pop("column", UNSET)

        value = d.pop("value", UNSET)

        error = d.pop("error", UNSET)

        message = d.pop("message", UNSET)

        remedy = d.pop("remedy", UNSET)

        change_codes_response_400_type_0_errors_item = cls(
            index=index,
            row=row,
            column=column,
            value=value,
            error=error,
            message=message,
            remedy=remedy,
        )

        change_codes_response_400_type_0_errors_item.additional_properties = d
        return change_codes_response_400_type_0_errors_item

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
