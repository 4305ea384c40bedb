from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.get_me_response_200_company_type_0 import GetMeResponse200CompanyType0


T = TypeVar("T", bound="GetMeResponse200")


@_attrs_define
class GetMeResponse200:
    """
    Example:
        {'id': 2, 'email': 'staff@demo.example', 'name': 'Stella Staff', 'company': {'slug': 'demo', 'name': 'Demo
            Brands', 'kind': 'brand_owner'}, 'permissions': ['ingestion_code_create', 'ingestion_view']}

    Attributes:
        id (int):
        email (str):
        name (str):
        company (GetMeResponse200CompanyType0 | None):
        permissions (list[str]):
    """

    id: int
    email: str
    name: str
    company: GetMeResponse200CompanyType0 | None
    permissions: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.get_me_response_200_company_type_0 import (
            GetMeResponse200CompanyType0,  # noqa: PLC0415
        )

        id = self.id

        email = self.email

        name = self.name

        company: dict[str, Any] | None
        if isinstance(self.company, GetMeResponse200CompanyType0):
            company = self.company.to_dict()
        else:
            company = self.company

        permissions = self.permissions

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "email": email,
                "name": name,
                "company": company,
                "permissions": permissions,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.get_me_response_200_company_type_0 import (
            GetMeResponse200CompanyType0,  # noqa: PLC0415
        )

        d = dict(src_dict)
        id = d.pop("id")

        email = d.pop("email")

        name = d.pop("name")

        def _parse_company(data: object) -> GetMeResponse200CompanyType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                company_type_0 = GetMeResponse200CompanyType0.from_dict(data)

                return company_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(GetMeResponse200CompanyType0 | None, data)

        company = _parse_company(d.pop("company"))

        permissions = cast(list[str], d.pop("permissions"))

        get_me_response_200 = cls(
            id=id,
            email=email,
            name=name,
            company=company,
            permissions=permissions,
        )

        get_me_response_200.additional_properties = d
        return get_me_response_200

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
