from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Extent")


@_attrs_define
class Extent:
    """What a withdrawal does now.

    Attributes:
        deletes (bool): Whether codes and workorder are deleted, so that the ids are free again; otherwise the codes are
            blacklisted and the workorder is cancelled.
        codes (int): The number of codes of the upload.
        because (list[str]): Why the codes are not deleted.
    """

    deletes: bool
    codes: int
    because: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        deletes = self.deletes

        codes = self.codes

        because = self.because

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "deletes": deletes,
                "codes": codes,
                "because": because,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        deletes = d.pop("deletes")

        codes = d.pop("codes")

        because = cast(list[str], d.pop("because"))

        extent = cls(
            deletes=deletes,
            codes=codes,
            because=because,
        )

        extent.additional_properties = d
        return extent

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
