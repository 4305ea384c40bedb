from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="AddSidsResponse201Type0")


@_attrs_define
class AddSidsResponse201Type0:
    """
    Attributes:
        record_key (str):
    """

    record_key: str

    def to_dict(self) -> dict[str, Any]:
        record_key = self.record_key

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "record_key": record_key,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        record_key = d.pop("record_key")

        add_sids_response_201_type_0 = cls(
            record_key=record_key,
        )

        return add_sids_response_201_type_0
