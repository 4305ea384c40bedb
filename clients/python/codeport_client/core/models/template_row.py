from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.template_row_parameters import TemplateRowParameters


T = TypeVar("T", bound="TemplateRow")


@_attrs_define
class TemplateRow:
    """A template: its name, and its options as records have them.

    Attributes:
        id (int):
        name (str):
        parameters (TemplateRowParameters): Its options, as a record has them, without those that are not set.
        created_at (datetime.datetime):
    """

    id: int
    name: str
    parameters: TemplateRowParameters
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        parameters = self.parameters.to_dict()

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "parameters": parameters,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.template_row_parameters import TemplateRowParameters  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        parameters = TemplateRowParameters.from_dict(d.pop("parameters"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        template_row = cls(
            id=id,
            name=name,
            parameters=parameters,
            created_at=created_at,
        )

        template_row.additional_properties = d
        return template_row

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
