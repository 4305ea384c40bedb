from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ArchiveRequest")


@_attrs_define
class ArchiveRequest:
    """
    Attributes:
        is_archived (bool): Whether it is out of sight.
    """

    is_archived: bool

    def to_dict(self) -> dict[str, Any]:
        is_archived = self.is_archived

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "is_archived": is_archived,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        is_archived = d.pop("is_archived")

        archive_request = cls(
            is_archived=is_archived,
        )

        return archive_request
