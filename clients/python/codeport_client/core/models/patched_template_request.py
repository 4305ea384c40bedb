from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.layout_enum import LayoutEnum
from ..types import UNSET, Unset

T = TypeVar("T", bound="PatchedTemplateRequest")


@_attrs_define
class PatchedTemplateRequest:
    """A row with a `name` that is unique in its company; the instance that it checks has a company already.

    Attributes:
        name (str | Unset):
        layout (LayoutEnum | Unset): * `inside` - inside the QR code
            * `outside` - beside the QR code
            * `inside_hybrid` - inside, hybrid
            * `outside_hybrid` - beside, hybrid
        printing_partner (str | Unset): The slug of the printing company.
        url_prefix (str | Unset): Empty for the company's own.
        use_serial_number (bool | Unset):
        activate_on_complete (bool | Unset):
        download_once (bool | Unset):
    """

    name: str | Unset = UNSET
    layout: LayoutEnum | Unset = UNSET
    printing_partner: str | Unset = UNSET
    url_prefix: str | Unset = UNSET
    use_serial_number: bool | Unset = UNSET
    activate_on_complete: bool | Unset = UNSET
    download_once: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        layout: str | Unset = UNSET
        if not isinstance(self.layout, Unset):
            layout = self.layout.value

        printing_partner = self.printing_partner

        url_prefix = self.url_prefix

        use_serial_number = self.use_serial_number

        activate_on_complete = self.activate_on_complete

        download_once = self.download_once

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if layout is not UNSET:
            field_dict["layout"] = layout
        if printing_partner is not UNSET:
            field_dict["printing_partner"] = printing_partner
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
        name = d.pop("name", UNSET)

        _layout = d.pop("layout", UNSET)
        layout: LayoutEnum | Unset
        if isinstance(_layout, Unset):
            layout = UNSET
        else:
            layout = LayoutEnum(_layout)

        printing_partner = d.pop("printing_partner", UNSET)

        url_prefix = d.pop("url_prefix", UNSET)

        use_serial_number = d.pop("use_serial_number", UNSET)

        activate_on_complete = d.pop("activate_on_complete", UNSET)

        download_once = d.pop("download_once", UNSET)

        patched_template_request = cls(
            name=name,
            layout=layout,
            printing_partner=printing_partner,
            url_prefix=url_prefix,
            use_serial_number=use_serial_number,
            activate_on_complete=activate_on_complete,
            download_once=download_once,
        )

        return patched_template_request
