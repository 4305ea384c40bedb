from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="CompleteRequest")


@_attrs_define
class CompleteRequest:
    """Whether codes become active of which fewer were printed than there are.

    Attributes:
        activate (bool | None | Unset): Activate all codes as ordered, although fewer were printed than uploaded.
    """

    activate: bool | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        activate: bool | None | Unset
        if isinstance(self.activate, Unset):
            activate = UNSET
        else:
            activate = self.activate

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if activate is not UNSET:
            field_dict["activate"] = activate

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_activate(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        activate = _parse_activate(d.pop("activate", UNSET))

        complete_request = cls(
            activate=activate,
        )

        return complete_request
