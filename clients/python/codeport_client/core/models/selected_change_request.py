from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="SelectedChangeRequest")


@_attrs_define
class SelectedChangeRequest:
    """Which codes are changed, and what they become. The context has the company.

    Attributes:
        constraints (Any): All of them must hold: filters of the list of codes, and SCM fields by their names, or as
            `scm_` and the name. At most 100.
        scm_data (Any): `activation_status`, `blacklist_reason`, `product` (an SKU) and SCM fields; null removes a
            field.
    """

    constraints: Any
    scm_data: Any

    def to_dict(self) -> dict[str, Any]:
        constraints = self.constraints

        scm_data = self.scm_data

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "constraints": constraints,
                "scm_data": scm_data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        constraints = d.pop("constraints")

        scm_data = d.pop("scm_data")

        selected_change_request = cls(
            constraints=constraints,
            scm_data=scm_data,
        )

        return selected_change_request
