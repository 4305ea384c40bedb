from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="PatchedSubstrateRequest")


@_attrs_define
class PatchedSubstrateRequest:
    """What is printed with or on; `state` is whether it may be chosen for a workorder today, in UTC.

    Attributes:
        name (str | Unset):
        calibrated_on (datetime.date | Unset): The day on which it was calibrated last.
        calibrated_until (datetime.date | Unset): The last day on which it may be chosen for a workorder.
    """

    name: str | Unset = UNSET
    calibrated_on: datetime.date | Unset = UNSET
    calibrated_until: datetime.date | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        calibrated_on: str | Unset = UNSET
        if not isinstance(self.calibrated_on, Unset):
            calibrated_on = self.calibrated_on.isoformat()

        calibrated_until: str | Unset = UNSET
        if not isinstance(self.calibrated_until, Unset):
            calibrated_until = self.calibrated_until.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if calibrated_on is not UNSET:
            field_dict["calibrated_on"] = calibrated_on
        if calibrated_until is not UNSET:
            field_dict["calibrated_until"] = calibrated_until

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        _calibrated_on = d.pop("calibrated_on", UNSET)
        calibrated_on: datetime.date | Unset
        if isinstance(_calibrated_on, Unset):
            calibrated_on = UNSET
        else:
            calibrated_on = datetime.date.fromisoformat(_calibrated_on)

        _calibrated_until = d.pop("calibrated_until", UNSET)
        calibrated_until: datetime.date | Unset
        if isinstance(_calibrated_until, Unset):
            calibrated_until = UNSET
        else:
            calibrated_until = datetime.date.fromisoformat(_calibrated_until)

        patched_substrate_request = cls(
            name=name,
            calibrated_on=calibrated_on,
            calibrated_until=calibrated_until,
        )

        return patched_substrate_request
