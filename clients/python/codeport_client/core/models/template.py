from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.layout_enum import LayoutEnum
from ..types import UNSET, Unset

T = TypeVar("T", bound="Template")


@_attrs_define
class Template:
    """A row with a `name` that is unique in its company; the instance that it checks has a company already.

    Attributes:
        id (int):
        name (str):
        layout (LayoutEnum): * `inside` - inside the QR code
            * `outside` - beside the QR code
            * `inside_hybrid` - inside, hybrid
            * `outside_hybrid` - beside, hybrid
        printing_partner (str): The slug of the printing company.
        is_archived (bool):
        url_prefix (str | Unset): Empty for the company's own.
        use_serial_number (bool | Unset):
        activate_on_complete (bool | Unset):
        download_once (bool | Unset):
    """

    id: int
    name: str
    layout: LayoutEnum
    printing_partner: str
    is_archived: bool
    url_prefix: str | Unset = UNSET
    use_serial_number: bool | Unset = UNSET
    activate_on_complete: bool | Unset = UNSET
    download_once: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        layout = self.layout.value

        printing_partner = self.printing_partner

        is_archived = self.is_archived

        url_prefix = self.url_prefix

        use_serial_number = self.use_serial_number

        activate_on_complete = self.activate_on_complete

        download_once = self.download_once

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "layout": layout,
                "printing_partner": printing_partner,
                "is_archived": is_archived,
            }
        )
        if url_prefix is not UNSET:
            field_dict["url_prefix"] = url_prefix
        if use_serial_number is not UNSET:
            field_dict["use_serial_number"] = use_serial_number
        if activate_on_complete is not UNSET:
            field_dict["activate_on_complete"] = activate_on_complete
        if download_once is not UNSET:
            field_dict["download_once"] = download_once

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        layout = LayoutEnum(d.pop("layout"))

        printing_partner = d.pop("printing_partner")

        is_archived = d.pop("is_archived")

        url_prefix = d.pop("url_prefix", UNSET)

        use_serial_number = d.pop("use_serial_number", UNSET)

        activate_on_complete = d.pop("activate_on_complete", UNSET)

        download_once = d.pop("download_once", UNSET)

        template = cls(
            id=id,
            name=name,
            layout=layout,
            printing_partner=printing_partner,
            is_archived=is_archived,
            url_prefix=url_prefix,
            use_serial_number=use_serial_number,
            activate_on_complete=activate_on_complete,
            download_once=download_once,
        )

        template.additional_properties = d
        return template

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
