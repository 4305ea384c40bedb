from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.add_sids_response_201_type_1_post_data import (
        AddSidsResponse201Type1PostData,
    )


T = TypeVar("T", bound="AddSidsResponse201Type1")


@_attrs_define
class AddSidsResponse201Type1:
    """
    Attributes:
        post_data (AddSidsResponse201Type1PostData):
        record_key (str):
    """

    post_data: AddSidsResponse201Type1PostData
    record_key: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        post_data = self.post_data.to_dict()

        record_key = self.record_key

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "post_data": post_data,
                "record_key": record_key,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.add_sids_response_201_type_1_post_data import (
            AddSidsResponse201Type1PostData,  # noqa: PLC0415
        )

        d = dict(src_dict)
        post_data = AddSidsResponse201Type1PostData.from_dict(d.pop("post_data"))

        record_key = d.pop("record_key")

        add_sids_response_201_type_1 = cls(
            post_data=post_data,
            record_key=record_key,
        )

        add_sids_response_201_type_1.additional_properties = d
        return add_sids_response_201_type_1

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
