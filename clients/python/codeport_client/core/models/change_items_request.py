from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ChangeItemsRequest")


@_attrs_define
class ChangeItemsRequest:
    """Changes of codes, one an item. The context has the company.

    Attributes:
        items (Any):
        data_key (str | Unset): The key of the items that names their codes: `extended_id`, `serial_number` or an SCM
            field. Default: 'extended_id'.
        many (bool | Unset): A serial number or an SCM field may name several codes, which all change. Default: False.
    """

    items: Any
    data_key: str | Unset = "extended_id"
    many: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        items = self.items

        data_key = self.data_key

        many = self.many

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "items": items,
            }
        )
        if data_key is not UNSET:
            field_dict["data_key"] = data_key
        if many is not UNSET:
            field_dict["many"] = many

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        items = d.pop("items")

        data_key = d.pop("data_key", UNSET)

        many = d.pop("many", UNSET)

        change_items_request = cls(
            items=items,
            data_key=data_key,
            many=many,
        )

        return change_items_request
