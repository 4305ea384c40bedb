from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="WithdrawRequest")


@_attrs_define
class WithdrawRequest:
    """Why an upload is withdrawn, and what the caller expects of it.

    Attributes:
        reason (str):
        deletes (bool | None | Unset): What is expected; where it is otherwise by now, nothing is done.
    """

    reason: str
    deletes: bool | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        reason = self.reason

        deletes: bool | None | Unset
        if isinstance(self.deletes, Unset):
            deletes = UNSET
        else:
            deletes = self.deletes

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "reason": reason,
            }
        )
        if deletes is not UNSET:
            field_dict["deletes"] = deletes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        reason = d.pop("reason")

        def _parse_deletes(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        deletes = _parse_deletes(d.pop("deletes", UNSET))

        withdraw_request = cls(
            reason=reason,
            deletes=deletes,
        )

        return withdraw_request
