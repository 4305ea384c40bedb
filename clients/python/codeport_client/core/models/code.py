from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.activation_status_enum import ActivationStatusEnum
from ..models.blacklist_reason_enum import BlacklistReasonEnum
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.code_scans import CodeScans


T = TypeVar("T", bound="Code")


@_attrs_define
class Code:
    """A code; `id` is its extended id.

    Attributes:
        id (str):
        url (str):
        workorder (int):
        product (None | str):
        serial_number (None | str):
        sequence (int): Place in the uploaded file, the first code is 1.
        batch (int):
        record (None | str): The key of the ingestion record that brought it.
        scans (CodeScans): How often the public page of a code was opened.
        activation_status (ActivationStatusEnum | Unset): * `0` - inactive
            * `1` - active
            * `2` - blacklisted
        blacklist_reason (BlacklistReasonEnum | Unset): * `0` - none
            * `1` - counterfeits detected
            * `2` - low quality
            * `3` - overprint
            * `4` - stolen
            * `5` - damage
            * `6` - lost
            * `7` - misprint
            * `8` - not sold
            * `9` - workorder cancelled
            * `10` - maximum scan count exceeded
        scm_data (Any | Unset):
    """

    id: str
    url: str
    workorder: int
    product: None | str
    serial_number: None | str
    sequence: int
    batch: int
    record: None | str
    scans: CodeScans
    activation_status: ActivationStatusEnum | Unset = UNSET
    blacklist_reason: BlacklistReasonEnum | Unset = UNSET
    scm_data: Any | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        url = self.url

        workorder = self.workorder

        product: None | str
        product = self.product

        serial_number: None | str
        serial_number = self.serial_number

        sequence = self.sequence

        batch = self.batch

        record: None | str
        record = self.record

        scans = self.scans.to_dict()

        activation_status: int | Unset = UNSET
        if not isinstance(self.activation_status, Unset):
            activation_status = self.activation_status.value

        blacklist_reason: int | Unset = UNSET
        if not isinstance(self.blacklist_reason, Unset):
            blacklist_reason = self.blacklist_reason.value

        scm_data = self.scm_data

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "url": url,
                "workorder": workorder,
                "product": product,
                "serial_number": serial_number,
                "sequence": sequence,
                "batch": batch,
                "record": record,
                "scans": scans,
            }
        )
        if activation_status is not UNSET:
            field_dict["activation_status"] = activation_status
        if blacklist_reason is not UNSET:
            field_dict["blacklist_reason"] = blacklist_reason
        if scm_data is not UNSET:
            field_dict["scm_data"] = scm_data

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.code_scans import CodeScans  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        url = d.pop("url")

        workorder = d.pop("workorder")

        def _parse_product(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        product = _parse_product(d.pop("product"))

        def _parse_serial_number(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        serial_number = _parse_serial_number(d.pop("serial_number"))

        sequence = d.pop("sequence")

        batch = d.pop("batch")

        def _parse_record(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        record = _parse_record(d.pop("record"))

        scans = CodeScans.from_dict(d.pop("scans"))

        _activation_status = d.pop("activation_status", UNSET)
        activation_status: ActivationStatusEnum | Unset
        if isinstance(_activation_status, Unset):
            activation_status = UNSET
        else:
            activation_status = ActivationStatusEnum(_activation_status)

        _blacklist_reason = d.pop("blacklist_reason", UNSET)
        blacklist_reason: BlacklistReasonEnum | Unset
        if isinstance(_blacklist_reason, Unset):
            blacklist_reason = UNSET
        else:
            blacklist_reason = BlacklistReasonEnum(_blacklist_reason)

        scm_data = d.pop("scm_data", UNSET)

        code = cls(
            id=id,
            url=url,
            workorder=workorder,
            product=product,
            serial_number=serial_number,
            sequence=sequence,
            batch=batch,
            record=record,
            scans=scans,
            activation_status=activation_status,
            blacklist_reason=blacklist_reason,
            scm_data=scm_data,
        )

        code.additional_properties = d
        return code

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
