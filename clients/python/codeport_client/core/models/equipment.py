from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.calibration_enum import CalibrationEnum

T = TypeVar("T", bound="Equipment")


@_attrs_define
class Equipment:
    """What is printed with or on; `state` is whether it may be chosen for a workorder today, in UTC.

    Attributes:
        id (int):
        name (str):
        dpi (int): Resolution: dots an inch, the printer's own.
        calibrated_on (datetime.date): The day on which it was calibrated last.
        calibrated_until (datetime.date): The last day on which it may be chosen for a workorder.
        state (CalibrationEnum): * `calibrated` - calibrated
            * `expired` - expired
            * `archived` - archived
        is_archived (bool):
    """

    id: int
    name: str
    dpi: int
    calibrated_on: datetime.date
    calibrated_until: datetime.date
    state: CalibrationEnum
    is_archived: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        dpi = self.dpi

        calibrated_on = self.calibrated_on.isoformat()

        calibrated_until = self.calibrated_until.isoformat()

        state = self.state.value

        is_archived = self.is_archived

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "dpi": dpi,
                "calibrated_on": calibrated_on,
                "calibrated_until": calibrated_until,
                "state": state,
                "is_archived": is_archived,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        dpi = d.pop("dpi")

        calibrated_on = datetime.date.fromisoformat(d.pop("calibrated_on"))

        calibrated_until = datetime.date.fromisoformat(d.pop("calibrated_until"))

        state = CalibrationEnum(d.pop("state"))

        is_archived = d.pop("is_archived")

        equipment = cls(
            id=id,
            name=name,
            dpi=dpi,
            calibrated_on=calibrated_on,
            calibrated_until=calibrated_until,
            state=state,
            is_archived=is_archived,
        )

        equipment.additional_properties = d
        return equipment

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
