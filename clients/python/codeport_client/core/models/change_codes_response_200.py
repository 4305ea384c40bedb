from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.change_codes_response_200_changes_item import (
        ChangeCodesResponse200ChangesItem,
    )
    from ..models.change_codes_response_200_items import ChangeCodesResponse200Items


T = TypeVar("T", bound="ChangeCodesResponse200")


@_attrs_define
class ChangeCodesResponse200:
    """
    Attributes:
        codes_affected (int):
        total_updates (int): Values that were changed, of all codes together.
        changes (list[ChangeCodesResponse200ChangesItem]):
        items (ChangeCodesResponse200Items): The names of the changed fields, by the key of each item.
        record_key (str):
    """

    codes_affected: int
    total_updates: int
    changes: list[ChangeCodesResponse200ChangesItem]
    items: ChangeCodesResponse200Items
    record_key: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        codes_affected = self.codes_affected

        total_updates = self.total_updates

        changes = []
        for changes_item_data in self.changes:
            changes_item = changes_item_data.to_dict()
            changes.append(changes_item)

        items = self.items.to_dict()

        record_key = self.record_key

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "codes_affected": codes_affected,
                "total_updates": total_updates,
                "changes": changes,
                "items": items,
                "record_key": record_key,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.change_codes_response_200_changes_item import (
            ChangeCodesResponse200ChangesItem,  # noqa: PLC0415
        )
        from ..models.change_codes_response_200_items import ChangeCodesResponse200Items  # noqa: PLC0415

        d = dict(src_dict)
        codes_affected = d.pop("codes_affected")

        total_updates = d.pop("total_updates")

        changes = []
        _changes = d.pop("changes")
        for changes_item_data in _changes:
            changes_item = ChangeCodesResponse200ChangesItem.from_dict(changes_item_data)

            changes.append(changes_item)

        items = ChangeCodesResponse200Items.from_dict(d.pop("items"))

        record_key = d.pop("record_key")

        change_codes_response_200 = cls(
            codes_affected=codes_affected,
            total_updates=total_updates,
            changes=changes,
            items=items,
            record_key=record_key,
        )

        change_codes_response_200.additional_properties = d
        return change_codes_response_200

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
