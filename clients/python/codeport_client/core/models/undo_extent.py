from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="UndoExtent")


@_attrs_define
class UndoExtent:
    """What undoing a change would do now; null where counting that takes long.

    Attributes:
        undone (int | None): Codes that get their old values back. Null where counting takes long.
        kept (int | None): Codes that stay as they are, being changed since.
        kept_codes (list[str] | None): The ids of the first of those, 100 at most.
    """

    undone: int | None
    kept: int | None
    kept_codes: list[str] | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        undone: int | None
        undone = self.undone

        kept: int | None
        kept = self.kept

        kept_codes: list[str] | None
        if isinstance(self.kept_codes, list):
            kept_codes = self.kept_codes

        else:
            kept_codes = self.kept_codes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "undone": undone,
                "kept": kept,
                "kept_codes": kept_codes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_undone(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        undone = _parse_undone(d.pop("undone"))

        def _parse_kept(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        kept = _parse_kept(d.pop("kept"))

        def _parse_kept_codes(data: object) -> list[str] | None:
            if data is None:
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                kept_codes_type_0 = cast(list[str], data)

                return kept_codes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None, data)

        kept_codes = _parse_kept_codes(d.pop("kept_codes"))

        undo_extent = cls(
            undone=undone,
            kept=kept,
            kept_codes=kept_codes,
        )

        undo_extent.additional_properties = d
        return undo_extent

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
