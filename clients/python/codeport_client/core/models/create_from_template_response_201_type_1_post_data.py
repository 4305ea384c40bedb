from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.create_from_template_response_201_type_1_post_data_fields import (
        CreateFromTemplateResponse201Type1PostDataFields,
    )


T = TypeVar("T", bound="CreateFromTemplateResponse201Type1PostData")


@_attrs_define
class CreateFromTemplateResponse201Type1PostData:
    """
    Attributes:
        url (str): Where to post the form.
        fields (CreateFromTemplateResponse201Type1PostDataFields):
    """

    url: str
    fields: CreateFromTemplateResponse201Type1PostDataFields
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        fields = self.fields.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "url": url,
                "fields": fields,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.create_from_template_response_201_type_1_post_data_fields import (
            CreateFromTemplateResponse201Type1PostDataFields,  # noqa: PLC0415
        )

        d = dict(src_dict)
        url = d.pop("url")

        fields = CreateFromTemplateResponse201Type1PostDataFields.from_dict(d.pop("fields"))

        create_from_template_response_201_type_1_post_data = cls(
            url=url,
            fields=fields,
        )

        create_from_template_response_201_type_1_post_data.additional_properties = d
        return create_from_template_response_201_type_1_post_data

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
