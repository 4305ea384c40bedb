from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.withdrawal_status_enum import WithdrawalStatusEnum
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.progress import Progress


T = TypeVar("T", bound="RecordWithdrawalType0")


@_attrs_define
class RecordWithdrawalType0:
    """A withdrawal that was asked for, and how far it is. `result_data` of the record tells what came of it.

    Attributes:
        deletes (bool):
        reason (str):
        created_by (int):
        created_at (datetime.datetime):
        progress (Progress): How far work is that takes long.
        status (WithdrawalStatusEnum | Unset): * `queued` - queued
            * `processing` - processing
            * `completed` - completed
            * `error` - error
            * `cancelled` - cancelled
    """

    deletes: bool
    reason: str
    created_by: int
    created_at: datetime.datetime
    progress: Progress
    status: WithdrawalStatusEnum | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        deletes = self.deletes

        reason = self.reason

        created_by = self.created_by

        created_at = self.created_at.isoformat()

        progress = self.progress.to_dict()

        status: str | Unset = UNSET
        if not isinstance(self.status, Unset):
            status = self.status.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "deletes": deletes,
                "reason": reason,
                "created_by": created_by,
                "created_at": created_at,
                "progress": progress,
            }
        )
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.progress import Progress  # noqa: PLC0415

        d = dict(src_dict)
        deletes = d.pop("deletes")

        reason = d.pop("reason")

        created_by = d.pop("created_by")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        progress = Progress.from_dict(d.pop("progress"))

        _status = d.pop("status", UNSET)
        status: WithdrawalStatusEnum | Unset
        if isinstance(_status, Unset):
            status = UNSET
        else:
            status = WithdrawalStatusEnum(_status)

        record_withdrawal_type_0 = cls(
            deletes=deletes,
            reason=reason,
            created_by=created_by,
            created_at=created_at,
            progress=progress,
            status=status,
        )

        record_withdrawal_type_0.additional_properties = d
        return record_withdrawal_type_0

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
