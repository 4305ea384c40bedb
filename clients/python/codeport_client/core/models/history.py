from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.origin_enum import OriginEnum

if TYPE_CHECKING:
    from ..models.history_changes import HistoryChanges


T = TypeVar("T", bound="History")


@_attrs_define
class History:
    """One change of a code. The context has the SKUs of products by id as `skus`.

    Attributes:
        id (int):
        at (datetime.datetime):
        by (None | str): Who did it: an e-mail address, or the name of another's company; null for the portal itself.
        origin (OriginEnum): * `page` - page
            * `file` - file
            * `api` - API
            * `workorder` - workorder
            * `scans` - scans
        record (None | str): The key of the ingestion record whose change it was.
        undoes (int | None): The id of the change that it undid.
        changes (HistoryChanges): Its fields that changed, by name.
    """

    id: int
    at: datetime.datetime
    by: None | str
    origin: OriginEnum
    record: None | str
    undoes: int | None
    changes: HistoryChanges
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        at = self.at.isoformat()

        by: None | str
        by = self.by

        origin = self.origin.value

        record: None | str
        record = self.record

        undoes: int | None
        undoes = self.undoes

        changes = self.changes.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "at": at,
                "by": by,
                "origin": origin,
                "record": record,
                "undoes": undoes,
                "changes": changes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.history_changes import HistoryChanges  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        def _parse_by(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        by = _parse_by(d.pop("by"))

        origin = OriginEnum(d.pop("origin"))

        def _parse_record(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        record = _parse_record(d.pop("record"))

        def _parse_undoes(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        undoes = _parse_undoes(d.pop("undoes"))

        changes = HistoryChanges.from_dict(d.pop("changes"))

        history = cls(
            id=id,
            at=at,
            by=by,
            origin=origin,
            record=record,
            undoes=undoes,
            changes=changes,
        )

        history.additional_properties = d
        return history

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
