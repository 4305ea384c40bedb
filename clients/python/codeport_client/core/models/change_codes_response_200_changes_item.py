from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.change_codes_response_200_changes_item_changes import (
        ChangeCodesResponse200ChangesItemChanges,
    )


T = TypeVar("T", bound="ChangeCodesResponse200ChangesItem")


@_attrs_define
class ChangeCodesResponse200ChangesItem:
    """
    Attributes:
        id (str | Unset):
        changes (ChangeCodesResponse200ChangesItemChanges | Unset):
    """

    id: str | Unset = UNSET
    changes: ChangeCodesResponse200ChangesItemChanges | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        changes: dict[str, Any] | Unset = UNSET
        if not isinstance(self.changes, Unset):
            changes = self.changes.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if changes is not UNSET:
            field_dict["changes"] = changes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.change_codes_response_200_changes_item_changes import (
            ChangeCodesResponse200ChangesItemChanges,  # noqa: PLC0415
        )

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        _changes = d.pop("changes", UNSET)
        changes: ChangeCodesResponse200ChangesItemChanges | Unset
        if isinstance(_changes, Unset):
            changes = UNSET
        else:
            changes = ChangeCodesResponse200ChangesItemChanges.from_dict(_changes)

        change_codes_response_200_changes_item = cls(
            id=id,
            changes=changes,
        )

        change_codes_response_200_changes_item.additional_properties = d
        return change_codes_response_200_changes_item

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
