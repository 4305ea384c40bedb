from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.blank_enum import BlankEnum
from ..models.layout_enum import LayoutEnum
from ..models.state_enum import StateEnum
from ..models.type_enum import TypeEnum
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.brand_owner import BrandOwner


T = TypeVar("T", bound="Workorder")


@_attrs_define
class Workorder:
    """
    Attributes:
        id (int):
        company (BrandOwner):
        reference (str):
        quantity (int):
        url_prefix (str):
        printing_partner (None | str): The slug of the printing company.
        equipment (None | str):
        substrate (None | str):
        reject_reason (None | str): Why what was printed was rejected the last time; null if it never was.
        created_at (datetime.datetime):
        created_by (int):
        type_ (TypeEnum | Unset): * `SID` - serialized identifiers
            * `SSC` - secure codes
        state (StateEnum | Unset): * `new` - new
            * `ready_to_print` - ready to print
            * `printed` - printed
            * `completed` - completed
            * `cancelled` - cancelled
        uploaded_quantity (int | Unset): Codes that an SSC has got so far; their sequences go from 1 to this.
        use_serial_number (bool | Unset):
        activate_on_complete (bool | Unset):
        layout (BlankEnum | LayoutEnum | Unset): Of the secure graphic of an SSC.

            * `inside` - inside the QR code
            * `outside` - beside the QR code
            * `inside_hybrid` - inside, hybrid
            * `outside_hybrid` - beside, hybrid
        download_once (bool | Unset): Secure codes can be downloaded a single time.
        printed_quantity (int | None | Unset):
        wasted_quantity (int | None | Unset):
        remarks (str | Unset):
        is_archived (bool | Unset):
    """

    id: int
    company: BrandOwner
    reference: str
    quantity: int
    url_prefix: str
    printing_partner: None | str
    equipment: None | str
    substrate: None | str
    reject_reason: None | str
    created_at: datetime.datetime
    created_by: int
    type_: TypeEnum | Unset = UNSET
    state: StateEnum | Unset = UNSET
    uploaded_quantity: int | Unset = UNSET
    use_serial_number: bool | Unset = UNSET
    activate_on_complete: bool | Unset = UNSET
    layout: BlankEnum | LayoutEnum | Unset = UNSET
    download_once: bool | Unset = UNSET
    printed_quantity: int | None | Unset = UNSET
    wasted_quantity: int | None | Unset = UNSET
    remarks: str | Unset = UNSET
    is_archived: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        company = self.company.to_dict()

        reference = self.reference

        quantity = self.quantity

        url_prefix = self.url_prefix

        printing_partner: None | str
        printing_partner = self.printing_partner

        equipment: None | str
        equipment = self.equipment

        substrate: None | str
        substrate = self.substrate

        reject_reason: None | str
        reject_reason = self.reject_reason

        created_at = self.created_at.isoformat()

        created_by = self.created_by

        type_: str | Unset = UNSET
        if not isinstance(self.type_, Unset):
            type_ = self.type_.value

        state: str | Unset = UNSET
        if not isinstance(self.state, Unset):
            state = self.state.value

        uploaded_quantity = self.uploaded_quantity

        use_serial_number = self.use_serial_number

        activate_on_complete = self.activate_on_complete

        layout: str | Unset
        if isinstance(self.layout, Unset):
            layout = UNSET
        elif isinstance(self.layout, LayoutEnum):
            layout = self.layout.value
        else:
            layout = self.layout.value

        download_once = self.download_once

        printed_quantity: int | None | Unset
        if isinstance(self.printed_quantity, Unset):
            printed_quantity = UNSET
        else:
            printed_quantity = self.printed_quantity

        wasted_quantity: int | None | Unset
        if isinstance(self.wasted_quantity, Unset):
            wasted_quantity = UNSET
        else:
            wasted_quantity = self.wasted_quantity

        remarks = self.remarks

        is_archived = self.is_archived

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "company": company,
                "reference": reference,
                "quantity": quantity,
                "url_prefix": url_prefix,
                "printing_partner": printing_partner,
                "equipment": equipment,
                "substrate": substrate,
                "reject_reason": reject_reason,
                "created_at": created_at,
                "created_by": created_by,
            }
        )
        if type_ is not UNSET:
            field_dict["type"] = type_
        if state is not UNSET:
            field_dict["state"] = state
        if uploaded_quantity is not UNSET:
            field_dict["uploaded_quantity"] = uploaded_quantity
        if use_serial_number is not UNSET:
            field_dict["use_serial_number"] = use_serial_number
        if activate_on_complete is not UNSET:
            field_dict["activate_on_complete"] = activate_on_complete
        if layout is not UNSET:
            field_dict["layout"] = layout
        if download_once is not UNSET:
            field_dict["download_once"] = download_once
        if printed_quantity is not UNSET:
            field_dict["printed_quantity"] = printed_quantity
        if wasted_quantity is not UNSET:
            field_dict["wasted_quantity"] = wasted_quantity
        if remarks is not UNSET:
            field_dict["remarks"] = remarks
        if is_archived is not UNSET:
            field_dict["is_archived"] = is_archived

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.brand_owner import BrandOwner  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        company = BrandOwner.from_dict(d.pop("company"))

        reference = d.pop("reference")

        quantity = d.pop("quantity")

        url_prefix = d.pop("url_prefix")

        def _parse_printing_partner(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        printing_partner = _parse_printing_partner(d.pop("printing_partner"))

        def _parse_equipment(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        equipment = _parse_equipment(d.pop("equipment"))

        def _parse_substrate(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        substrate = _parse_substrate(d.pop("substrate"))

        def _parse_reject_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reject_reason = _parse_reject_reason(d.pop("reject_reason"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        created_by = d.pop("created_by")

        _type_ = d.pop("type", UNSET)
        type_: TypeEnum | Unset
        if isinstance(_type_, Unset):
            type_ = UNSET
        else:
            type_ = TypeEnum(_type_)

        _state = d.pop("state", UNSET)
        state: StateEnum | Unset
        if isinstance(_state, Unset):
            state = UNSET
        else:
            state = StateEnum(_state)

        uploaded_quantity = d.pop("uploaded_quantity", UNSET)

        use_serial_number = d.pop("use_serial_number", UNSET)

        activate_on_complete = d.pop("activate_on_complete", UNSET)

        def _parse_layout(data: object) -> BlankEnum | LayoutEnum | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                layout_type_0 = LayoutEnum(data)

                return layout_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, str):
                raise TypeError()
            layout_type_1 = BlankEnum(data)

            return layout_type_1

        layout = _parse_layout(d.pop("layout", UNSET))

        download_once = d.pop("download_once", UNSET)

        def _parse_printed_quantity(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        printed_quantity = _parse_printed_quantity(d.pop("printed_quantity", UNSET))

        def _parse_wasted_quantity(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        wasted_quantity = _parse_wasted_quantity(d.pop("wasted_quantity", UNSET))

        remarks = d.pop("remarks", UNSET)

        is_archived = d.pop("is_archived", UNSET)

        workorder = cls(
            id=id,
            company=company,
            reference=reference,
            quantity=quantity,
            url_prefix=url_prefix,
            printing_partner=printing_partner,
            equipment=equipment,
            substrate=substrate,
            reject_reason=reject_reason,
            created_at=created_at,
            created_by=created_by,
            type_=type_,
            state=state,
            uploaded_quantity=uploaded_quantity,
            use_serial_number=use_serial_number,
            activate_on_complete=activate_on_complete,
            layout=layout,
            download_once=download_once,
            printed_quantity=printed_quantity,
            wasted_quantity=wasted_quantity,
            remarks=remarks,
            is_archived=is_archived,
        )

        workorder.additional_properties = d
        return workorder

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
