from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="SubstrateRequest")


@_attrs_define
class SubstrateRequest:
    """What is printed with or on; `state` is whether it may be chosen for a workorder today, in UTC.

    Attributes:
        name (str):
        calibrated_on (datetime.date): The day on which it was calibrated last.
        calibrated_until (datetime.date): The last day on which it may be chosen for a workorder.
    """

    name: str
    calibrated_on: datetime.date
    calibrated_until: datetime.date

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        calibrated_on = self.calibrated_on.isoformat()

        calibrated_until = self.calibrated_until.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "calibrated_on": calibrated_on,
                "calibrated_until": calibrated_until,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        calibrated_on = datetime.date.fromisoformat(d.pop("calibrated_on"))

        calibrated_until = datetime.date.fromisoformat(d.pop("calibrated_until"))

        substrate_request = cls(
            name=name,
            calibrated_on=calibrated_on,
            calibrated_until=calibrated_until,
        )

        return substrate_request
