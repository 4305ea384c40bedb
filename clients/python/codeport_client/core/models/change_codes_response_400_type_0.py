from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.change_codes_response_400_type_0_errors_item import (
        ChangeCodesResponse400Type0ErrorsItem,
    )


T = TypeVar("T", bound="ChangeCodesResponse400Type0")


@_attrs_define
class ChangeCodesResponse400Type0:
    """
    Attributes:
        detail (str):
        errors (list[ChangeCodesResponse400Type0ErrorsItem]):
    """

    detail: str
    errors: list[ChangeCodesResponse400Type0ErrorsItem]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        detail = self.detail

        errors = []
        for errors_item_data in self.errors:
            errors_item = errors_item_data.to_dict()
            errors.append(errors_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "detail": detail,
                "errors": errors,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.change_codes_response_400_type_0_errors_item import (
            ChangeCodesResponse400Type0ErrorsItem,  # noqa: PLC0415
        )

        d = dict(src_dict)
        detail = d.pop("detail")

        errors = []
        _errors = d.pop("errors")
        for errors_item_data in _errors:
            errors_item = ChangeCodesResponse400Type0ErrorsItem.from_dict(errors_item_data)

            errors.append(errors_item)

        change_codes_response_400_type_0 = cls(
            detail=detail,
            errors=errors,
        )

        change_codes_response_400_type_0.additional_properties = d
        return change_codes_response_400_type_0

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
