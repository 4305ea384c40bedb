from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.get_me_response_200_company_type_0_kind import (
    GetMeResponse200CompanyType0Kind,
)

T = TypeVar("T", bound="GetMeResponse200CompanyType0")


@_attrs_define
class GetMeResponse200CompanyType0:
    """
    Attributes:
        slug (str):
        name (str):
        kind (GetMeResponse200CompanyType0Kind):
    """

    slug: str
    name: str
    kind: GetMeResponse200CompanyType0Kind
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        slug = self.slug

        name = self.name

        kind = self.kind.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "slug": slug,
                "name": name,
                "kind": kind,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        slug = d.pop("slug")

        name = d.pop("name")

        kind = GetMeResponse200CompanyType0Kind(d.pop("kind"))

        get_me_response_200_company_type_0 = cls(
            slug=slug,
            name=name,
            kind=kind,
        )

        get_me_response_200_company_type_0.additional_properties = d
        return get_me_response_200_company_type_0

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
