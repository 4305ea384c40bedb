from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="RecordWarningsItem")


@_attrs_define
class RecordWarningsItem:
    """
    Attributes:
        warning (str | Unset):
        row (int | None | Unset):
        column (str | Unset):
        value (str | Unset):
        count (int | Unset):
        message (str | Unset):
    """

    warning: str | Unset = UNSET
    row: int | None | Unset = UNSET
    column: str | Unset = UNSET
    value: str | Unset = UNSET
    count: int | Unset = UNSET
    message: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        warning = self.warning

        row: int | None | Unset
        if isinstance(self.row, Unset):
            row = UNSET
        else:
            row = self.row

        column = self.column

        value = self.value

        count = self.count

        message = self.message

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if warning is not UNSET:
            field_dict["warning"] = warning
        if row is not UNSET:
            field_dict["row"] = row
        if column is not UNSET:
            field_dict["column"] = column
        if value is not UNSET:
            field_dict["value"] = value
        if count is not UNSET:
            field_dict["count"] = count
        if message is not UNSET:
            field_dict["message"] = message

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        warning = d.pop("warning", UNSET)

        def _parse_row(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        row = _parse_row(d.pop("row", UNSET))

        column = d.pop("column", UNSET)

        value = d.pop("value", UNSET)

        count = d.pop("count", UNSET)

        message = d.pop("message", UNSET)

        record_warnings_item = cls(
            warning=warning,
            row=row,
            column=column,
            value=value,
            count=count,
            message=message,
        )

        record_warnings_item.additional_properties = d
        return record_warnings_item

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
