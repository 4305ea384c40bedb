from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ConfirmRequest")


@_attrs_define
class ConfirmRequest:
    """Equipment and substrate of the printing partner, by name.

    Attributes:
        equipment (str):
        substrate (str):
        fewer (bool | Unset): Confirm although codes are missing. Default: False.
    """

    equipment: str
    substrate: str
    fewer: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        equipment = self.equipment

        substrate = self.substrate

        fewer = self.fewer

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "equipment": equipment,
                "substrate": substrate,
            }
        )
        if fewer is not UNSET:
            field_dict["fewer"] = fewer

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        equipment = d.pop("equipment")

        substrate = d.pop("substrate")

        fewer = d.pop("fewer", UNSET)

        confirm_request = cls(
            equipment=equipment,
            substrate=substrate,
            fewer=fewer,
        )

        return confirm_request
