from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ProductRequest")


@_attrs_define
class ProductRequest:
    """A product; who archives one, or makes an archived one, needs the permission for that besides.

    Attributes:
        sku (str):
        name (str | Unset):
        is_archived (bool | Unset):
    """

    sku: str
    name: str | Unset = UNSET
    is_archived: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        sku = self.sku

        name = self.name

        is_archived = self.is_archived

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "sku": sku,
            }
        )
        if name is not UNSET:
            field_dict["name"] = name
        if is_archived is not UNSET:
            field_dict["is_archived"] = is_archived

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        sku = d.pop("sku")

        name = d.pop("name", UNSET)

        is_archived = d.pop("is_archived", UNSET)

        product_request = cls(
            sku=sku,
            name=name,
            is_archived=is_archived,
        )

        return product_request
